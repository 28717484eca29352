"""One document an id: of two records with one name, or with colliding hashes, one stays, one is quarantined."""

from collections.abc import Sequence

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def repeated(documents: DataFrame, new: Sequence[int]) -> DataFrame:
    """The rows of `documents` whose id an earlier row has, with `first_path` and `first_offset` of that row.

    `new` are the batches of this run: an earlier run's row stays, within a run the one with the smaller path and
    offset. Only ids are grouped; the rows of the few repeated ones are looked up.
    """
    ids = documents.groupBy("doc_id").count().where("count > 1").select("doc_id")
    order = Window.partitionBy("doc_id").orderBy(F.col("batch").isin(list(new)).cast("int"), "path", "offset")
    rows = documents.select("doc_id", "batch", "record_id", "url", "path", "offset").join(ids, "doc_id")
    return (
        rows.withColumn("rank", F.row_number().over(order))
        .withColumns({"first_path": F.first("path").over(order), "first_offset": F.first("offset").over(order)})
        .where("rank > 1")
        .drop("rank")
    )
