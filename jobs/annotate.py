"""Stage `annotate`: measures every document once, in one pass over the text, into the recipe's `signals` table."""

from collections.abc import Sequence
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from thresher.annotators.annotate import annotate, signal_columns
from thresher.corpus import Write
from thresher.fingerprint import digest_files
from thresher.recipe import Recipe
from thresher.stage import Job, Result, Stage, is_task_death
from thresher.tables import DOCUMENTS, Table, signals_table

DIED = "the process died while it measured this document"


def settings(recipe: Recipe) -> Any:
    """What the signals depend on: each annotator's name, settings and model files."""
    return {
        annotator.name: {"settings": dict(annotator.settings), "files": digest_files(annotator.files)}
        for annotator in recipe.annotators
    }


def signals_of(recipe: Recipe) -> Table:
    """The table that the recipe's annotators fill; recipes with the same annotators share it."""
    return signals_table(STAGE.fingerprint(recipe), signal_columns(recipe.annotators))


def measure(job: Job, batches: Sequence[int]) -> Result:
    """These batches' signals."""
    documents = job.corpus.read(DOCUMENTS, batches)
    return _commit(job, batches, annotate(documents, job.recipe.annotators))


def measure_without_the_deadly(job: Job, batches: Sequence[int]) -> Result:
    """One batch's signals, less those documents that kill the process that measures them: these get `failed`."""
    documents = job.corpus.read(DOCUMENTS, batches)
    deadly = _deadly(documents, job.recipe, -(2**63), 2**63 - 1)
    measured = annotate(documents.where(~F.col("doc_id").isin(deadly)), job.recipe.annotators)
    died = documents.where(F.col("doc_id").isin(deadly)).select("doc_id", "batch", F.lit(DIED).alias("failed"))
    return _commit(job, batches, measured.unionByName(died, allowMissingColumns=True))


def _commit(job: Job, batches: Sequence[int], signals: DataFrame) -> Result:
    counts = {"documents": F.count(F.lit(1)), "failed": F.count("failed")}
    replaces = f"batch IN ({', '.join(map(str, batches))})"
    return Result([Write(signals_of(job.recipe), signals, replaces, counts)])


def _deadly(documents: DataFrame, recipe: Recipe, low: int, high: int) -> list[int]:
    """The documents, among those with doc_id from `low` to `high`, that kill their process: found by halving."""
    part = documents.where(F.col("doc_id").between(low, high))
    try:
        annotate(part, recipe.annotators).write.format("noop").mode("overwrite").save()
        return []
    except Exception as error:
        if not is_task_death(error):
            raise
    ids = [row["doc_id"] for row in part.select("doc_id").limit(2).collect()]
    if len(ids) == 1:
        return ids
    middle = (low + high) // 2
    return _deadly(documents, recipe, low, middle) + _deadly(documents, recipe, middle + 1, high)


STAGE: Stage = Stage("annotate", measure, settings, of_recipe=False, rescue=measure_without_the_deadly)

if __name__ == "__main__":
    from thresher_jobs.cli import script

    script("annotate")
