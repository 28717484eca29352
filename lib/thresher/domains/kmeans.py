"""k-means over any number of vectors: the driver holds the centroids and nothing else.

    seeding         k-means|| and Lloyd's rounds on a sample by hash, in one task (`in_memory`)
    full passes     each adds up every cluster's vectors in integers, so that neither order nor partitioning matters
    placing         each document's two nearest centroids

A pass is one `mapInArrow`. A partition gives one row for each block of clusters; rows are added by block on the
executors, so that the driver is sent k x (d + 2) numbers.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame

from thresher.domains.gather import Sample, in_one_task, sampled
from thresher.domains.in_memory import fit
from thresher.domains.placing import Centroids, one_thread, usable
from thresher.domains.vectors import matrix_of
from thresher.errors import ThresherError
from thresher.kernels.centroids import Totals, moved

SAMPLE = 50_000  # vectors of the sample at least, and so many a cluster:
SAMPLE_A_CLUSTER = 64
FLAT = 4_096  # domains at most for which every document is measured against every centroid
SETTLED = 1e-3  # the share by which inertia falls in a full pass that is the last
_BLOCK = 256  # clusters
PLACED = "doc_id long, batch int, domain_id int, distance double, second_domain int, second_distance double"
_TYPES = (pa.int64(), pa.int32(), pa.int32(), pa.float64(), pa.int32(), pa.float64())
_PLACED = pa.schema([(name.split()[0], type_) for name, type_ in zip(PLACED.split(", "), _TYPES, strict=True)])
Batches = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]


@dataclass(frozen=True)
class Fitted:
    """Centroids and how they came about: the sum of squared distances before each full pass."""

    centroids: Centroids
    sample: int
    inertia: tuple[float, ...] = field(default=())


def fitted(vectors: DataFrame, documents: int, k: int, spherical: bool, seed: int, passes: int) -> Fitted:
    """K centroids of `vectors` (`doc_id`, `vector`; about `documents` rows), after at most so many full passes.

    Vectors that are null, not finite or, where `spherical`, of length 0 take no part. Raises `ThresherError` where
    fewer than k vectors are there to take part.
    """
    share = min(1.0, max(SAMPLE, SAMPLE_A_CLUSTER * k) / max(documents, 1))
    found = in_one_task(sampled(vectors, share, seed), spherical, _seeder(k, spherical, seed), "n long, points binary")
    rows = found.collect()
    usable_rows = rows[0]["n"] if rows else 0
    if usable_rows < k:
        raise too_few(usable_rows, k)
    start = Centroids(np.frombuffer(rows[0]["points"], np.float32).reshape(k, -1), spherical)
    if share == 1:
        return Fitted(start, usable_rows)
    return after_passes(vectors, start, usable_rows, passes)


def too_few(documents: int, k: int) -> ThresherError:
    """The error for k domains of fewer documents."""
    return ThresherError(f"regroup.k: {k} domains were asked of {documents:,} documents with vectors: lower it")


def after_passes(vectors: DataFrame, centroids: Centroids, sample: int, passes: int) -> Fitted:
    """The centroids after full passes, until they settle and at most so many."""
    history: list[float] = []
    for _ in range(passes):
        points, inertia = moved(totals(vectors, centroids), centroids.spherical)
        centroids = centroids.at(points)
        history.append(inertia)
        if len(history) > 1 and history[-2] - inertia <= SETTLED * history[-2]:
            break
    return Fitted(centroids, sample, tuple(history))


def totals(vectors: DataFrame, centroids: Centroids) -> Totals:
    """One full pass: the totals of each cluster, of shape (k, d + 2), as `kernels.centroids` has them."""
    k, d = centroids.points.shape
    parts = vectors.where("vector IS NOT NULL").select("vector").mapInArrow(_adder(centroids), "block int, part binary")
    blocks = parts.repartition(math.ceil(k / _BLOCK), "block").mapInArrow(_together, "block int, part binary")
    whole = np.zeros((k, d + 2), np.int64)
    for row in blocks.collect():
        part = np.frombuffer(row["part"], np.int64).reshape(-1, d + 2)
        whole[row["block"] * _BLOCK : row["block"] * _BLOCK + len(part)] = part
    return whole


def placed(vectors: DataFrame, centroids: Centroids) -> DataFrame:
    """Each document's two nearest domains, as `PLACED`; null for a vector that has no place among the others.

    `vectors` holds `doc_id`, `batch` and `vector`. A distance is Euclidean, or 1 - cosine where spherical.
    """
    return vectors.select("doc_id", "batch", "vector").mapInArrow(_placer(centroids), PLACED)


def _seeder(k: int, spherical: bool, seed: int) -> Callable[[Sample], pa.RecordBatch]:
    def start(sample: Sample) -> pa.RecordBatch:
        n = len(sample.rows.points)
        points = fit(sample.rows, k, spherical, seed).points.tobytes() if n >= k else b""
        return pa.RecordBatch.from_arrays([pa.array([n]), pa.array([points])], names=["n", "points"])

    return start


def _adder(centroids: Centroids) -> Batches:
    def add(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        whole = None
        with one_thread():
            for batch in batches:
                rows, _ = usable(matrix_of(batch["vector"]), centroids.spherical)
                whole = centroids.totals(rows, whole)
        if whole is not None:
            parts = [whole[start : start + _BLOCK].tobytes() for start in range(0, len(whole), _BLOCK)]
            yield _as_blocks(dict(enumerate(parts)))

    return add


def _together(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Add up the parts of each block that has come to this task."""
    whole: dict[int, Totals] = {}
    for batch in batches:
        for block, part in zip(batch["block"].to_pylist(), batch["part"], strict=True):
            numbers = np.frombuffer(part.as_buffer(), np.int64)
            whole[block] = whole[block] + numbers if block in whole else numbers
    yield _as_blocks({block: part.tobytes() for block, part in whole.items()})


def _as_blocks(parts: dict[int, bytes]) -> pa.RecordBatch:
    blocks = pa.array(list(parts), pa.int32())
    return pa.RecordBatch.from_arrays([blocks, pa.array(list(parts.values()), pa.binary())], names=["block", "part"])


def _placer(centroids: Centroids) -> Batches:
    def place(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        with one_thread():
            for batch in batches:
                yield _placed(batch, centroids)

    return place


def _placed(batch: pa.RecordBatch, centroids: Centroids) -> pa.RecordBatch:
    has_place = batch["vector"].is_valid().to_numpy(zero_copy_only=False).copy()
    rows, used = usable(matrix_of(batch["vector"].drop_null()), centroids.spherical)
    has_place[has_place] = used
    where = np.cumsum(has_place) - 1  # of each row of the batch its place among those that are used
    found = centroids.placed(rows)
    take = pa.array(where, mask=~has_place)
    second = pa.array(found.second, mask=found.second < 0)
    further = pa.array(found.second_distance, mask=found.second < 0)
    columns = (pa.array(found.domain), pa.array(found.distance), second, further)
    return pa.RecordBatch.from_arrays(
        [batch["doc_id"], batch["batch"], *(column.take(take) for column in columns)], schema=_PLACED
    )
