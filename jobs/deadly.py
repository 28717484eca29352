"""Documents that kill the process that works on them: found by halving, so that the others can be worked on."""

from collections.abc import Callable

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from thresher.stage import is_task_death

_LOW, _HIGH = -(2**63), 2**63 - 1


def deadly(
    documents: DataFrame, work: Callable[[DataFrame], DataFrame], low: int = _LOW, high: int = _HIGH
) -> list[int]:
    """The doc_ids, from `low` to `high`, of the documents that kill the process that does this work on them."""
    part = documents.where(F.col("doc_id").between(low, high))
    try:
        work(part).write.format("noop").mode("overwrite").save()
        return []
    except Exception as error:
        if not is_task_death(error):
            raise
    ids = [row["doc_id"] for row in part.select("doc_id").limit(2).collect()]
    if len(ids) == 1:
        return ids
    middle = (low + high) // 2
    return deadly(documents, work, low, middle) + deadly(documents, work, middle + 1, high)
