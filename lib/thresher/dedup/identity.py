"""Documents that are the same: those with one canonical URL, those whose normalised texts have one 128-bit hash."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from thresher.dedup.keep import with_keeper

# The signal that each method goes by, in the order in which they are applied.
IDENTITIES = {"url": "url_key_v1", "exact": "exact_v1"}


def with_identity_keeper(candidates: DataFrame, signal: str, order: Sequence[Column]) -> DataFrame:
    """Adds to every candidate the keeper of the documents that share its `signal`; most keep themselves.

    `candidates` holds `doc_id`, the signal (`hash` and `check`) and the columns of `order`; what is added is
    `with_keeper`'s. A document without a hash is like no other.
    """
    no_hash = F.when(F.col(signal).isNull(), F.col("doc_id"))
    return with_keeper(candidates, [F.col(f"{signal}.hash"), F.col(f"{signal}.check"), no_hash], order)


def identical(ranked: DataFrame, method: str) -> DataFrame:
    """The members of every cluster, in the columns of `duplicates`; `ranked` is `with_identity_keeper`'s.

    A dropped copy's match is the keeper, or another copy where none is kept.
    """
    clusters = ranked.where("members > 1")
    return clusters.select(
        F.lit(method).alias("method"),
        "doc_id",
        "batch",
        "cluster_id",
        "kept",
        "keeper",
        F.when(~F.col("kept"), F.col("other")).alias("matched_doc"),
        F.when(~F.col("kept"), F.lit(1.0)).alias("similarity"),
        "members",
    )
