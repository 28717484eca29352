"""Which copy is kept: the first of a cluster by an ORDER BY over documents and signals, or none."""

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


def source_rank(sources: Sequence[str]) -> Column:
    """The place of a document's data set in `sources`, by its column `dataset`; a data set not named comes last."""
    places = F.array_position(F.array(*map(F.lit, sources)), F.col("dataset"))
    return F.when(places > 0, places).otherwise(len(sources) + 1)


def with_keeper(members: DataFrame, cluster: Sequence[Column], order: Sequence[Column]) -> DataFrame:
    """Adds `keeper`, `kept`, `cluster_id` (its smallest doc_id), `members` and `other` to every member of a cluster.

    `other` is another member: the keeper, for the keeper itself the next. Without an `order` no copy is kept, and the
    keeper is null; a cluster of one keeps it.
    """
    together = Window.partitionBy(*cluster)
    ordered = together.orderBy(*(order or [F.asc("doc_id")]))
    first, count = F.first("doc_id").over(ordered), F.count(F.lit(1)).over(together)
    keeper = first if order else F.when(count == 1, first)
    return members.select(
        "*",
        keeper.alias("keeper"),
        F.coalesce(F.col("doc_id") == keeper, F.lit(False)).alias("kept"),
        F.min("doc_id").over(together).alias("cluster_id"),
        count.alias("members"),
        F.when(F.col("doc_id") == first, F.lead("doc_id").over(ordered)).otherwise(first).alias("other"),
    )
