"""Which copy is kept: the first of a cluster by an ORDER BY over documents and signals."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F


def keep_order(keep: Sequence[str], columns: Sequence[str]) -> list[Column]:
    """The order in which copies are preferred; `columns` hold the keys, `-` before a key puts the largest first.

    Nulls come last either way, and doc_id decides between equals, so that the order is total.
    """
    order = []
    for key, column in zip(keep, columns, strict=True):
        order.append(F.desc_nulls_last(column) if key.startswith("-") else F.asc_nulls_last(column))
    return [*order, F.asc("doc_id")]


def with_keeper(members: DataFrame, cluster: Sequence[Column], order: Sequence[Column]) -> DataFrame:
    """Adds `keeper`, `kept`, `cluster_id` (its smallest doc_id) and `members` to every member of a cluster."""
    together = Window.partitionBy(*cluster)
    keeper = F.first("doc_id").over(together.orderBy(*order))
    return members.select(
        "*",
        keeper.alias("keeper"),
        (F.col("doc_id") == keeper).alias("kept"),
        F.min("doc_id").over(together).alias("cluster_id"),
        F.count(F.lit(1)).over(together).alias("members"),
    )
