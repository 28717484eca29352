"""What dedup missed and what it took too much, by true similarities: a sample's documents beside the whole corpus.

Every text is read once and its shingles are looked up in the sample's. A pair is counted once, be one of its documents
in the sample or both, so that every pair of the corpus has the same chance to be counted.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from thresher.dedup.banding import Banding
from thresher.dedup.minhash import band_keys
from thresher.dedup.verify import Shingler, as_column

if TYPE_CHECKING:
    from thresher.kernels.shared import Index

BINS = 20  # of similarity, from 0 to 1; pairs of equal sets are in a bin of their own, number `BINS`
_PAIRS = "doc_id long, other long, both long, either long"
_DRAWN = "doc_id long, signature binary, cluster_id long"
_MILLION = 1_000_000  # chances are summed in whole millionths, so that the order of the rows does not matter


@dataclass(frozen=True)
class Drawn:
    """A document of the sample: its packed shingles, its signature, its cluster of near duplicates and that's size."""

    doc_id: int
    shingles: bytes
    signature: bytes
    cluster: int | None = None
    members: int = 1


@dataclass(frozen=True)
class Cell:
    """The pairs of one bin of similarity: how many met in a band, and how many are in one cluster.

    `expected` is the number of those that meet in a band by theory, given how alike they are.
    """

    number: int
    pairs: int = 0
    met: int = 0
    together: int = 0
    expected: float = 0.0


def draw(
    signatures: DataFrame, clusters: DataFrame, texts: DataFrame, shingles: Shingler, size: int, seed: int
) -> list[Drawn]:
    """Up to `size` documents of `signatures` that a hash of `seed` and their id chooses, in the order of their ids.

    The parameters are those of `true_pairs` and `cells`; `clusters` has `members` too. Looks the sample's texts up in
    `texts`, which Spark scans for it.
    """
    order = F.xxhash64(F.lit(seed), "doc_id")
    first = signatures.orderBy(order, "doc_id").limit(size)
    rows = first.join(clusters.select("doc_id", "cluster_id", "members"), "doc_id", "left").collect()
    ids = texts.sparkSession.createDataFrame([(row["doc_id"],) for row in rows], "doc_id long")
    theirs = texts.select("doc_id", "text").join(F.broadcast(ids), "doc_id", "left_semi")
    found = theirs.select("doc_id", as_column(shingles)("text").alias("set")).collect()
    sets = {row["doc_id"]: bytes(row["set"]) for row in found}
    drawn = (
        Drawn(row["doc_id"], sets[row["doc_id"]], bytes(row["signature"]), row["cluster_id"], row["members"] or 1)
        for row in rows
    )
    return sorted(drawn, key=lambda one: one.doc_id)


def true_pairs(texts: DataFrame, sample: Sequence[Drawn], shingles: Shingler, floor: float) -> DataFrame:
    """All pairs of a document of the sample with another whose sets of shingles are alike by `floor` or more.

    `sample` is in the order of its ids, `texts` holds `doc_id` and `text` of the corpus, and `shingles` gives the sets
    of an array of texts. Returns `doc_id` (of the sample), `other`, and how many shingles `both` have and `either` has:
    the Jaccard similarity is the one by the other. Texts are read in place; nothing but pairs leaves the pass.
    """
    from thresher.kernels.shared import index_of

    index = index_of([one.shingles for one in sample])
    beside = _beside([one.doc_id for one in sample], index, shingles, floor)
    return texts.select("doc_id", "text").mapInArrow(beside, _PAIRS)


def cells(
    pairs: DataFrame,
    sample: Sequence[Drawn],
    signatures: DataFrame,
    clusters: DataFrame,
    banding: Banding,
    value_bytes: int = 4,
) -> list[Cell]:
    """The pairs counted by bin of similarity, in their order; only these counts come to the driver.

    `pairs` are `true_pairs`; `signatures` holds `doc_id` and `signature`, of 4 or 8 bytes a value (`value_bytes`), of
    all documents that were compared, to whose pairs the others are cut down; `clusters` holds `doc_id` and `cluster_id`
    of the near duplicates among them.
    """
    chosen = [(one.doc_id, bytearray(one.signature), one.cluster) for one in sample]
    drawn = F.broadcast(pairs.sparkSession.createDataFrame(chosen, _DRAWN))
    others = signatures.select(F.col("doc_id").alias("other"), F.col("signature").alias("theirs"))
    belongs = clusters.select(F.col("doc_id").alias("other"), F.col("cluster_id").alias("their_cluster"))
    joined = pairs.join(drawn, "doc_id").join(others, "other").join(belongs, "other", "left")
    rows = _counted(joined, banding, value_bytes).collect()
    counted = [Cell(row["number"], row["pairs"], row["met"], row["together"], row["expected"]) for row in rows]
    return sorted(counted, key=lambda cell: cell.number)


def _counted(joined: DataFrame, banding: Banding, value_bytes: int) -> DataFrame:
    """One row of `Cell` for each bin that has a pair."""
    similarity = F.col("both") / F.col("either")
    chance = 1 - F.pow(1 - F.pow(similarity, F.lit(banding.rows)), F.lit(banding.bands))
    ours, theirs = (band_keys(F.col(name), *banding, value_bytes) for name in ("signature", "theirs"))
    return joined.groupBy(F.expr(f"int(both * {BINS} div either)").alias("number")).agg(
        F.count(F.lit(1)).alias("pairs"),
        F.count_if(F.arrays_overlap(ours, theirs)).alias("met"),
        F.count_if(F.col("cluster_id") == F.col("their_cluster")).alias("together"),
        (F.sum(F.round(chance * _MILLION).cast("long")) / _MILLION).alias("expected"),
    )


def mates(sample: Sequence[Drawn]) -> int:
    """The pairs that a document of the sample forms with members of its cluster, each pair counted once.

    >>> a, b, c = Drawn(1, b"", b"", 1, 3), Drawn(2, b"", b"", 1, 3), Drawn(4, b"", b"")
    >>> mates([a]), mates([a, b]), mates([a, b, c])
    (2, 3, 3)
    """
    seen: dict[int, int] = {}
    count = 0
    for one in sample:
        if one.cluster is not None:
            earlier = seen.get(one.cluster, 0)
            count += one.members - 1 - earlier
            seen[one.cluster] = earlier + 1
    return count


def _beside(
    ids: list[int], index: "Index", shingles: Shingler, floor: float
) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """A function from batches of texts to the pairs that they form with the sample; `ids` are sorted."""

    def compare(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import numpy as np

        from thresher.kernels.shared import pairs_with

        known = np.array(ids, np.int64)
        for batch in batches:
            theirs = batch["doc_id"].to_numpy()
            at = np.minimum(np.searchsorted(known, theirs), len(known) - 1)
            numbers = np.where(known[at] == theirs, at, -1)
            pairs = pairs_with(index, shingles(batch["text"]), numbers, floor)
            columns = [known[pairs.numbers], theirs[pairs.rows], pairs.both, pairs.either]
            arrays = [pa.array(column) for column in columns]
            yield pa.RecordBatch.from_arrays(arrays, names=["doc_id", "other", "both", "either"])

    return compare
