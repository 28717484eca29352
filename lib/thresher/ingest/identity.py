"""One document an id: of two records with one name, or with colliding hashes, one stays, one is quarantined."""

from collections.abc import Sequence

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def repeated_ids(documents: DataFrame) -> DataFrame:
    """The ids that more than one row has; only ids are read and grouped."""
    return documents.groupBy("doc_id").count().where("count > 1").select("doc_id")


def repeated(documents: DataFrame, ids: DataFrame, new: Sequence[int]) -> DataFrame:
    """The rows of `documents` whose id an earlier row has, with `first_path` and `first_offset` of that row.

    `ids` are the repeated ones. `new` are the batches of this run: an earlier run's row stays, within a run the one
    with the smaller path and offset.
    """
    order = Window.partitionBy("doc_id").orderBy(F.col("batch").isin(list(new)).cast("int"), "path", "offset")
    rows = documents.select("doc_id", "batch", "record_id", "url", "path", "offset").join(ids, "doc_id")
    return (
        rows.withColumn("rank", F.row_number().over(order))
        .withColumns({"first_path": F.first("path").over(order), "first_offset": F.first("offset").over(order)})
        .where("rank > 1")
        .drop("rank")
    )
