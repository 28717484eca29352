"""Exact duplicates: documents whose normalised texts have the same 128-bit hash."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from thresher.dedup.keep import with_keeper


def exact_duplicates(candidates: DataFrame, order: Sequence[Column]) -> DataFrame:
    """The members of every cluster of equal texts, in the columns of `duplicates`.

    `candidates` holds `doc_id`, `batch`, `exact_v1` and the columns of `order`. A dropped copy's match is the keeper.
    """
    hashed = candidates.where("exact_v1 IS NOT NULL").withColumns(
        {"hash": F.col("exact_v1.hash"), "check": F.col("exact_v1.check")}
    )
    clusters = with_keeper(hashed, ["hash", "check"], order).where("members > 1")
    return clusters.select(
        F.lit("exact").alias("method"),
        "doc_id",
        "batch",
        "cluster_id",
        "kept",
        "keeper",
        F.when(~F.col("kept"), F.col("keeper")).alias("matched_doc"),
        F.when(~F.col("kept"), F.lit(1.0)).alias("similarity"),
        "members",
    )
