"""Copies among other documents than dedup was given, by the clusters that it has found."""

from collections.abc import Collection

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def copies(
    judged: DataFrame, duplicates: DataFrame, methods: Collection[str], none_kept: bool = False
) -> tuple[int, int]:
    """How many of the documents that pass, before and after, are copies of another one that passes.

    With `none_kept` all of them count, without it all but one of each cluster.

    `judged` has `doc_id`, `before` and `after` (booleans), `duplicates` rows by these methods alone. Only members of
    clusters are looked at. Documents that are the same are one document to MinHash, and the cluster of the one that it
    met is that of all.
    """
    grouped = _groups(duplicates, methods)
    groups = judged.join(grouped.distinct(), "doc_id").groupBy("group")
    passing = groups.agg(F.count_if("before").alias("before"), F.count_if("after").alias("after"))
    spare = (F.coalesce(F.sum(_spare(F.col(side), none_kept)), F.lit(0)) for side in ("before", "after"))
    before, after = passing.agg(*spare).collect()[0]
    return int(before), int(after)


def _groups(duplicates: DataFrame, methods: Collection[str]) -> DataFrame:
    """The members of clusters (`doc_id`), each with the `group` that all these methods together put it in.

    A method that was not asked for costs nothing: each is a scan of the table, and a join with what the others met.
    """
    near = duplicates.where("method = 'minhash'").select(F.col("doc_id").alias("met"), "cluster_id")
    members = near.select(F.col("met").alias("doc_id"), "met")
    if "exact" in methods:
        members = members.unionByName(_same(duplicates, "exact"))
    if "url" in methods:
        ends = _same(duplicates, "url").join(_same(duplicates, "exact").toDF("met", "end"), "met", "left")
        members = members.unionByName(ends.select("doc_id", F.coalesce("end", "met").alias("met")))
    return members.distinct().join(near, "met", "left").select("doc_id", F.coalesce("cluster_id", "met").alias("group"))


def gone_before_minhash(duplicates: DataFrame, verdicts: DataFrame) -> DataFrame:
    """The documents (`doc_id`) that pass a recipe's filter and that MinHash did not compare with each other.

    Copies that an earlier method dropped, and what another corpus has; both tables hold the recipe's rows.
    """
    copied = duplicates.where("method IN ('url', 'exact') AND NOT kept").select("doc_id")
    return copied.unionByName(verdicts.where("matched_corpus IS NOT NULL").select("doc_id"))


def _same(duplicates: DataFrame, method: str) -> DataFrame:
    """The documents that are the same by this method, and the one that the next method took for all."""
    rows = duplicates.where(F.col("method") == method)
    return rows.select("doc_id", F.coalesce("keeper", "cluster_id").alias("met"))


def _spare(passing: Column, none_kept: bool) -> Column:
    if none_kept:
        return F.when(passing > 1, passing).otherwise(0)
    return F.greatest(passing - 1, F.lit(0))
