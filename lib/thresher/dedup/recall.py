"""What LSH misses, measured on the corpus at hand: a sample of documents beside all others, by whole signatures.

Two rates for each bin of similarity. Pairs that met share a band, which is what theory gives a curve for; pairs that
are together ended in one cluster, be it by way of other documents. Similarities are the signatures' estimates.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

SAMPLE = 1000
BINS = 20  # of similarity, from 0 to 1; the upper half is measured
_PAIRS = "doc_id long, other long, bin int, met boolean"
Values: TypeAlias = npt.NDArray[np.uint32] | npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Bin:
    """The pairs of one bin of similarity, of `BINS` from 0 to 1: how many of them met in a band or are in one cluster.

    Pairs of equal signatures are in a bin of their own, number `BINS`.
    """

    number: int
    pairs: int
    met: int
    together: int


@dataclass(frozen=True)
class Recall:
    """What a sample of so many documents found."""

    sample: int
    bins: tuple[Bin, ...]


def measured_recall(
    signatures: DataFrame, clusters: DataFrame, bands: int, rows: int, seed: int, value_bytes: int = 4
) -> Recall:
    """Both rates by similarity, from 0.5 on, for `SAMPLE` documents that a hash of `seed` and their id chooses.

    `signatures` holds `doc_id` and `signature`, of 4 or 8 bytes a value (`value_bytes`), of all documents that were
    compared, `clusters` holds `doc_id` and `cluster_id` of the near duplicates among them. One pass over the
    signatures; no text is read.
    """
    order = F.xxhash64(F.lit(seed), "doc_id")
    drawn = signatures.orderBy(order, "doc_id").limit(SAMPLE).collect()
    if not drawn:
        return Recall(0, ())
    ids = np.array([row["doc_id"] for row in drawn])
    values = _values([row["signature"] for row in drawn], value_bytes)
    pairs = signatures.mapInArrow(_beside(ids, values, bands, rows), _PAIRS)
    one = clusters.select("doc_id", F.col("cluster_id").alias("its"))
    two = clusters.select(F.col("doc_id").alias("other"), F.col("cluster_id").alias("others"))
    joined = pairs.join(one, "doc_id", "left").join(two, "other", "left")
    counted = joined.groupBy("bin").agg(
        F.count(F.lit(1)).alias("pairs"),
        F.count_if("met").alias("met"),
        F.count_if(F.col("its") == F.col("others")).alias("together"),
    )
    found = sorted(counted.collect(), key=lambda row: int(row["bin"]))
    return Recall(len(ids), tuple(Bin(row["bin"], row["pairs"], row["met"], row["together"]) for row in found))


def _values(signatures: Sequence[bytes], value_bytes: int) -> Values:
    """One row of numbers for each signature."""
    return np.frombuffer(b"".join(signatures), f"<u{value_bytes}").reshape(len(signatures), -1)


Compare = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def _beside(ids: npt.NDArray[np.int64], values: Values, bands: int, rows: int) -> Compare:
    """A function from batches of signatures to the pairs that they form with the sample, from a similarity of 0.5."""

    def compare(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from thresher.kernels.minhash import agreements

        for batch in batches:
            others = batch["doc_id"].to_numpy()
            theirs = _values(batch["signature"].to_pylist(), values.itemsize)
            equal = agreements(values, theirs)
            left, right = np.nonzero(2 * equal >= values.shape[1])
            apart = ids[left] != others[right]
            left, right = left[apart], right[apart]
            bins = equal[left, right].astype(np.int64) * BINS // values.shape[1]
            same = values[left, : bands * rows] == theirs[right, : bands * rows]
            met = same.reshape(-1, bands, rows).all(2).any(1)
            columns = [pa.array(ids[left]), pa.array(others[right]), pa.array(bins, pa.int32()), pa.array(met)]
            yield pa.RecordBatch.from_arrays(columns, names=["doc_id", "other", "bin", "met"])

    return compare
