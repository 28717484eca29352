"""A sample of vectors in one task, in an order that their ids decide, and what that task makes of them.

The sample is drawn by a hash of seed and doc_id, so that it is the same whatever the partitioning. It goes to one task
on an executor, never to the driver.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from thresher.domains.placing import Rows, one_thread, usable
from thresher.domains.vectors import matrix_of

_PARTS = 2**32  # of the hash's range


class Sample(NamedTuple):
    """Usable vectors in the order of a hash, their ids, and the other columns asked for, by name."""

    rows: Rows
    ids: npt.NDArray[np.int64]
    others: dict[str, npt.NDArray[Any]]


def sampled(vectors: DataFrame, share: float, seed: int, *others: str) -> DataFrame:
    """About this share of `vectors` (`doc_id`, `vector` and what is named besides), and `place`, which orders them."""
    place = F.xxhash64(F.lit(seed), "doc_id")
    rows = vectors.where(F.col("vector").isNotNull())
    if share < 1:
        rows = rows.where(F.pmod(place, F.lit(_PARTS)) < F.lit(int(share * _PARTS)))
    return rows.select("doc_id", place.alias("place"), "vector", *others)


def in_one_task(rows: DataFrame, spherical: bool, work: Callable[[Sample], pa.RecordBatch], schema: str) -> DataFrame:
    """What `work` makes of all rows of `sampled` together; no rows where there are none."""

    def gather(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        found = [batch for batch in batches if batch.num_rows]
        if found:
            with one_thread():
                yield work(in_order(found, spherical))

    return rows.repartition(1).mapInArrow(gather, schema)


def in_order(batches: list[pa.RecordBatch], spherical: bool) -> Sample:
    """The rows of `sampled`, those that are usable, in the order that their hashes decide."""
    matrix = np.concatenate([matrix_of(batch["vector"]) for batch in batches])
    rest = pa.Table.from_batches([batch.drop_columns(["vector"]) for batch in batches])
    columns = {name: rest[name].to_numpy() for name in rest.column_names}
    order = np.lexsort((columns["doc_id"], columns.pop("place")))
    rows, used = usable(matrix[order], spherical)
    kept = {name: column[order][used] for name, column in columns.items()}
    return Sample(rows, kept.pop("doc_id"), kept)
