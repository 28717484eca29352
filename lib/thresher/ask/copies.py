"""Which documents are copies of one another, and which dedup never compared, by the clusters that it has found."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def with_copy_of(documents: DataFrame, duplicates: DataFrame, methods: Sequence[str]) -> DataFrame:
    """Adds `copy_of`: the same for all documents of which dedup keeps one, null where a document is not in a cluster.

    `documents` has `doc_id`, `duplicates` a row for each document and method; `methods` are in dedup's order, for
    documents that are the same by one method are one document to the next, and its cluster there is that of all.
    """
    found = documents.withColumns({"copy_of": F.lit(None).cast("long"), "met": F.col("doc_id")})
    for method in methods:
        first = F.col("cluster_id") if method == "minhash" else F.coalesce("keeper", "cluster_id")
        members = duplicates.where(F.col("method") == method).select(F.col("doc_id").alias("met"), first.alias("next"))
        its = {"copy_of": F.coalesce("next", "copy_of"), "met": F.coalesce("next", "met")}
        found = found.join(members, "met", "left").withColumns(its).drop("next")
    return found.drop("met")


def gone_before_minhash(duplicates: DataFrame, verdicts: DataFrame) -> DataFrame:
    """The documents (`doc_id`) that pass a recipe's filter and that MinHash did not compare with each other.

    Copies that an earlier method dropped, and what another corpus has; both tables hold the recipe's rows.
    """
    copied = duplicates.where("method IN ('url', 'exact') AND NOT kept").select("doc_id")
    return copied.unionByName(verdicts.where("matched_corpus IS NOT NULL").select("doc_id"))
