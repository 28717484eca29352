"""Candidate pairs that are checked: an edge stays if its documents are alike enough, by signatures or by all shingles.

A bucket's members are first compared with its smallest doc_id. Where that is the odd one out its unmatched members
choose the smallest of themselves, and so on until none is left; then the first of these new centres are compared with
the members that had found another, so that no pair is lost to a bad centre.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import arrow_udf
from pyspark.sql.types import BinaryType, DoubleType

from thresher.annotators.base import Annotator
from thresher.annotators.edited import apply

# As many new centres of a bucket are compared with all its members, which bounds the work where all are unlike.
WIDE = 16
Shingler = Callable[[pa.Array], pa.Array]
_LED = "key long, doc_id long, centre long, similarity double"


@dataclass(frozen=True)
class Check:
    """How alike two documents must be, 0 to 1, by what `contents` hold: signatures, or else packed sets of shingles.

    `value_bytes` are those of a signature's values, 4 or 8.
    """

    by_signature: bool
    at_least: float
    value_bytes: int = 4

    @property
    def width(self) -> int:
        """The bytes of a value where contents are signatures, 0 where they are sets of shingles.

        >>> Check(True, 0.8).width, Check(False, 0.8).width
        (4, 0)
        """
        return self.value_bytes if self.by_signature else 0


def verified_edges(
    stars: DataFrame, contents: DataFrame, check: Check, hold: Callable[[DataFrame], DataFrame] = DataFrame.persist
) -> DataFrame:
    """Distinct edges (`doc_id`, `centre`, `similarity`) that pass the check, among members of the same buckets.

    `stars` holds `key`, `doc_id` and `centre` of every member of a bucket but its centre; `contents` holds `doc_id` and
    `content`. Both are read three times. `hold` keeps rows at hand: the pairs, once they are compared.
    """
    pairs = hold(with_similarity(stars.select("doc_id", "centre").distinct(), contents, check.width))
    alike = F.coalesce(F.col("similarity") >= check.at_least, F.lit(False))
    unmatched = stars.join(pairs.where(~alike).select("doc_id", "centre"), ["doc_id", "centre"]).select("key", "doc_id")
    found = unmatched.join(contents, "doc_id").select("key", "doc_id", F.col("content").cast("binary"))
    led = hold(found.repartition("key").sortWithinPartitions("key", "doc_id").mapInArrow(_lead(check), _LED))
    wide = with_similarity(_beside_new_centres(stars, led), contents, check.width).where(alike)
    joined = led.where("doc_id <> centre").drop("key")
    return pairs.where(alike).unionByName(joined).unionByName(wide).distinct()


def _beside_new_centres(stars: DataFrame, led: DataFrame) -> DataFrame:
    """The first new centres of each bucket beside its members: `doc_id`, and the smaller of the two as `centre`."""
    number = F.row_number().over(Window.partitionBy("key").orderBy("doc_id"))
    new = led.where("doc_id = centre").select("key", F.col("doc_id").alias("new"), number.alias("number"))
    beside = stars.select("key", "doc_id").join(new.where(F.col("number") <= WIDE), "key").where("doc_id <> new")
    return beside.selectExpr("greatest(doc_id, new) AS doc_id", "least(doc_id, new) AS centre").distinct()


def with_similarity(
    edges: DataFrame, contents: DataFrame, width: int = 4, of_centres: DataFrame | None = None
) -> DataFrame:
    """Adds `similarity`: of signatures the share of values that agree, of sets of shingles the Jaccard similarity.

    `width` is as in `Check`: the bytes of a signature's value, 0 for sets. `of_centres` holds the centres' contents
    where these are documents of another corpus.
    """
    left = contents.select("doc_id", F.col("content").alias("left"))
    others = contents if of_centres is None else of_centres
    right = others.select(F.col("doc_id").alias("centre"), F.col("content").alias("right"))
    joined = edges.join(left, "doc_id").join(right, "centre")
    return joined.select("doc_id", "centre", _similarity(width)("left", "right").alias("similarity"))


def shingler(ngram: int, words: str, edits: Sequence[Annotator] = (), unit: str = "words") -> Shingler:
    """From texts, as the edits leave them, to their packed sets of shingles, as a function of Arrow arrays."""

    def shingles(texts: pa.Array) -> pa.Array:
        from thresher.kernels.shingles import shingle_sets

        return shingle_sets(apply(edits, texts), ngram, words, unit)

    shingles.__annotations__ = {"texts": pa.Array, "return": pa.Array}
    return shingles


def shingle_contents(
    ngram: int, words: str, edits: Sequence[Annotator] = (), unit: str = "words"
) -> Callable[..., Column]:
    """The same as a Column function."""
    return as_column(shingler(ngram, words, edits, unit))


def as_column(shingles: Shingler) -> Callable[..., Column]:
    """A function of Arrow arrays that gives sets of shingles, as a Column function."""
    udf: Callable[..., Column] = arrow_udf(shingles, BinaryType())  # type: ignore[call-overload]
    return udf


def _similarity(width: int) -> Callable[..., Column]:
    def compare(lefts: pa.Array, rights: pa.Array) -> pa.Array:
        from thresher.kernels.minhash import similarity
        from thresher.kernels.shingles import jaccard

        return similarity(lefts, rights, width) if width else jaccard(lefts, rights)

    compare.__annotations__ = {"lefts": pa.Array, "rights": pa.Array, "return": pa.Array}
    udf: Callable[..., Column] = arrow_udf(compare, DoubleType())  # type: ignore[call-overload]
    return udf


def _lead(check: Check) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """From members in the order of `key` and `doc_id` to edges from each to its centre; a new centre is its own."""

    def lead(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import numpy as np

        from thresher.kernels.arrow import utf8
        from thresher.kernels.leaders import MOST_CENTRES, leaders
        from thresher.kernels.shingles import hashes_of

        carried = None  # the centres of the last bucket, which may go on in the next batch
        for batch in batches:
            if batch.num_rows == 0:
                continue
            known = 0
            if carried is not None and carried["key"][0] == batch["key"][0]:
                known = carried.num_rows
                batch = pa.concat_batches([carried, batch])
            keys, ids = batch["key"].to_numpy(), batch["doc_id"].to_numpy()
            data, offsets, _ = utf8(batch["content"])
            centre, alike = leaders(keys, known, data, hashes_of(data), offsets, check.width, check.at_least)
            edges = [batch["key"], batch["doc_id"], pa.array(ids[centre]), pa.array(alike)]
            yield pa.RecordBatch.from_arrays(edges, names=["key", "doc_id", "centre", "similarity"]).slice(known)
            carried = batch.filter(pa.array((centre == np.arange(len(keys))) & (keys == keys[-1])))
            carried = carried.slice(0, MOST_CENTRES)

    return lead
