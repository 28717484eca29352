"""Domains by the ten thousand: centroids in two levels, so that a document is measured against few of them.

About the square root of k groups are fitted, and within each as many domains as its share of the documents asks for. A
document belongs to the nearest group, and within it to the nearest domain: another group may hold a nearer one. A group
lies at the mean of its domains, so that points and parents say all that there is to say of a tree.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame

from thresher.domains.gather import in_order, sampled
from thresher.domains.in_memory import fit
from thresher.domains.kmeans import (
    SAMPLE,
    SAMPLE_A_CLUSTER,
    Batches,
    Fitted,
    after_passes,
    fitted,
    too_few,
    totals,
)
from thresher.domains.placing import Centroids, Placed, Rows, frozen, one_thread, usable
from thresher.domains.vectors import column_of, matrix_of
from thresher.kernels.centroids import Totals, add_rows, moved
from thresher.kernels.nearest import Labels

_GROUPED = "doc_id long, place long, vector array<float>, parent int"
_SPLIT = "parent int, points binary"


@dataclass(frozen=True)
class Tree(Centroids):
    """Centroids, and the group of each (`parents`, rising from 0)."""

    parents: Labels

    @cached_property
    def groups(self) -> Centroids:
        """The groups: each the mean of its centroids, or its direction."""
        sums: Totals = np.zeros((int(self.parents[-1]) + 1, self.points.shape[1] + 2), np.int64)
        add_rows(*self.rows, self.parents, sums)
        return Centroids(moved(sums, self.spherical)[0], self.spherical)

    @cached_property
    def starts(self) -> npt.NDArray[np.int64]:
        """Where each group's centroids begin, and after the last where they end."""
        return np.searchsorted(self.parents, np.arange(int(self.parents[-1]) + 2))

    def labels(self, rows: Rows) -> Labels:
        """The nearest centroid of each row among those of its nearest group."""
        found = np.empty(len(rows.points), np.int32)
        for mine, centroids, start in self._by_group(rows):
            found[mine] = start + centroids.labels(_some(rows, mine))
        return found

    def placed(self, rows: Rows) -> Placed:
        """The two nearest of its nearest group; where the group has one centroid there is no second."""
        n = len(rows.points)
        found = Placed(np.empty(n, np.int32), np.empty(n), np.empty(n, np.int32), np.empty(n))
        for mine, centroids, start in self._by_group(rows):
            near = centroids.placed(_some(rows, mine))
            found.domain[mine], found.distance[mine] = start + near.domain, near.distance
            found.second[mine] = np.where(near.second < 0, -1, start + near.second)
            found.second_distance[mine] = near.second_distance
        return found

    def _by_group(self, rows: Rows) -> list[tuple[npt.NDArray[np.int64], Centroids, int]]:
        """Of each group that has rows: their places, its centroids, and the number of the first."""
        of = self.groups.labels(rows)
        order, ends = np.argsort(of, kind="stable"), np.cumsum(np.bincount(of, minlength=len(self.starts) - 1))
        found = []
        for group in np.unique(of):
            start, end = int(self.starts[group]), int(self.starts[group + 1])
            mine = order[ends[group - 1] if group else 0 : ends[group]]
            found.append((mine, Centroids(self.points[start:end], self.spherical), start))
        return found


def fitted_in_groups(vectors: DataFrame, documents: int, k: int, spherical: bool, seed: int, passes: int) -> Fitted:
    """A tree of k centroids, as `kmeans.fitted` has them; fewer where a group's sample is smaller than its share."""
    if documents < k:
        raise too_few(documents, k)
    groups = fitted(vectors, documents, max(1, round(math.sqrt(k))), spherical, seed, passes).centroids
    shares = shared(k, totals(vectors, groups)[:, -1])
    sample = max(SAMPLE, SAMPLE_A_CLUSTER * k)
    rows = sampled(vectors, min(1.0, sample / documents), seed)
    within = rows.mapInArrow(_grouper(groups), _GROUPED)

    def split(key: tuple[pa.Scalar, ...], table: pa.Table) -> pa.Table:
        with one_thread():
            one = in_order(table.to_batches(), spherical)
            points = fit(one.rows, min(int(shares[key[0].as_py()]), len(one.ids)), spherical, seed).points
        return pa.table({"parent": pa.array([key[0].as_py()], pa.int32()), "points": [points.tobytes()]})

    found = within.groupBy("parent").applyInArrow(split, _SPLIT).collect()
    parts = [np.frombuffer(row["points"], np.float32).reshape(-1, groups.points.shape[1])
             for row in sorted(found, key=lambda row: int(row["parent"]))]  # fmt: skip
    parents = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part) for part in parts])
    return after_passes(vectors, Tree(np.concatenate(parts), spherical, parents), sample, passes)


def shared(k: int, sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """How k is shared out in proportion to sizes: at least 1 to each, what is left over by the largest remainders.

    >>> shared(10, np.array([50, 30, 20, 0])).tolist()
    [4, 3, 2, 1]
    """
    spare = k - len(sizes)
    exact = sizes * spare
    whole = exact // max(int(sizes.sum()), 1)
    left = spare - int(whole.sum())
    whole[np.argsort(-(exact - whole * max(int(sizes.sum()), 1)), kind="stable")[:left]] += 1
    return whole + 1


def _grouper(groups: Centroids) -> Batches:
    """The rows of a sample that are usable, each with its group."""

    def group(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        with one_thread():
            for batch in batches:
                rows, used = usable(matrix_of(batch["vector"]), groups.spherical)
                ids = batch.select(["doc_id", "place"]).filter(pa.array(used))
                columns = [*ids.columns, column_of(rows.points), pa.array(groups.labels(rows))]
                yield pa.RecordBatch.from_arrays(columns, names=["doc_id", "place", "vector", "parent"])

    return group


def _some(rows: Rows, places: npt.NDArray[np.int64]) -> Rows:
    return Rows(frozen(rows.points[places]), rows.squares[places])
