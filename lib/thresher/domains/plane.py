"""The plane on which domains are drawn: the two directions in which their centroids differ most.

Principal components of the centroids, each with the weight of its domain's documents (Pearson 1901). Unlike
projections that are fitted neighbour by neighbour it has no seed and tells how much of the difference it shows
(`share`). What is far apart on it is far apart in truth; what is near on it need not be near.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame

from thresher.domains.placing import usable
from thresher.domains.vectors import Matrix, matrix_of

Floats = npt.NDArray[np.float64]
_DECIMALS = 5  # of a place: libraries differ in the last bits of a product


class Plane(NamedTuple):
    """A point (d), two directions of length 1 (2, d), and the share of the variance among centroids that they show."""

    centre: Floats
    axes: Floats
    share: float

    def places(self, points: Matrix) -> Floats:
        """Where these points (n, d) fall on the plane, shape (n, 2)."""
        return np.round((points - self.centre) @ self.axes.T, _DECIMALS)


def plane(centroids: Matrix, sizes: Floats) -> Plane:
    """The plane of centroids of shape (k, d) whose domains have so many documents, of which at least one has any.

    >>> found = plane(np.array([[0, 0, 0], [4, 0, 0], [0, 1, 0]], np.float32), np.array([1.0, 1.0, 1.0]))
    >>> round(found.share, 3), found.places(np.array([[4, 0, 7]], np.float32)).shape
    (1.0, (1, 2))
    """
    weights = sizes / sizes.sum()
    centre = weights @ centroids.astype(np.float64)
    spread = np.sqrt(weights)[:, None] * (centroids - centre)
    variances, directions = np.linalg.eigh(spread.T @ spread)
    axes = np.zeros((2, centroids.shape[1]))
    first = directions.T[::-1][:2]
    axes[: len(first)] = first
    # Either sign is a solution: the largest entry is the positive one.
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1, keepdims=True), axis=1)
    axes *= np.where(largest < 0, -1, 1)
    whole = variances.sum()
    return Plane(centre, axes, float(variances[::-1][:2].sum() / whole) if whole > 0 else 1.0)


def placed_on(vectors: DataFrame, plane: Plane, spherical: bool) -> DataFrame:
    """`doc_id`, `x` and `y` of vectors (`doc_id`, `vector`) that can be placed, projected where they lie."""

    def project(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            rows, used = usable(matrix_of(batch["vector"]), spherical)
            ids = batch["doc_id"].filter(pa.array(used))
            columns = [ids, *(pa.array(column) for column in plane.places(rows.points).T)]
            yield pa.RecordBatch.from_arrays(columns, names=["doc_id", "x", "y"])

    rows = vectors.where("vector IS NOT NULL").select("doc_id", "vector")
    return rows.mapInArrow(project, "doc_id long, x double, y double")
