"""Exact duplicates: documents whose normalised texts have the same 128-bit hash."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from thresher.dedup.keep import with_keeper


def with_exact_keeper(candidates: DataFrame, order: Sequence[Column]) -> DataFrame:
    """Adds to every candidate the keeper of the documents with its text, as `with_keeper` does; most keep themselves.

    `candidates` holds `doc_id`, `exact_v1` and the columns of `order`. A document without a hash is like no other.
    """
    no_hash = F.when(F.col("exact_v1").isNull(), F.col("doc_id"))
    return with_keeper(candidates, [F.col("exact_v1.hash"), F.col("exact_v1.check"), no_hash], order)


def exact_duplicates(ranked: DataFrame) -> DataFrame:
    """The members of every cluster of equal texts, in the columns of `duplicates`; `ranked` is `with_exact_keeper`'s.

    A dropped copy's match is the keeper, or another copy where none is kept.
    """
    clusters = ranked.where("members > 1")
    return clusters.select(
        F.lit("exact").alias("method"),
        "doc_id",
        "batch",
        "cluster_id",
        "kept",
        "keeper",
        F.when(~F.col("kept"), F.col("other")).alias("matched_doc"),
        F.when(~F.col("kept"), F.lit(1.0)).alias("similarity"),
        "members",
    )
