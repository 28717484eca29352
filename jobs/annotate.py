"""Stage `annotate`: measures every document once, in one pass over the text, into the recipe's `signals` table."""

from collections.abc import Sequence
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from thresher.annotators.annotate import annotate, signal_columns
from thresher.corpus import Write
from thresher.fingerprint import digest_files
from thresher.recipe import Recipe
from thresher.stage import Job, Result, Stage
from thresher.tables import DOCUMENTS, Table, signals_table
from thresher_jobs.deadly import deadly

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
    killers = deadly(documents, lambda part: annotate(part, job.recipe.annotators))
    measured = annotate(documents.where(~F.col("doc_id").isin(killers)), job.recipe.annotators)
    died = documents.where(F.col("doc_id").isin(killers)).select("doc_id", "batch", F.lit(DIED).alias("failed"))
    return _commit(job, batches, measured.unionByName(died, allowMissingColumns=True))


def _commit(job: Job, batches: Sequence[int], signals: DataFrame) -> Result:
    counts = {"documents": F.count(F.lit(1)), "failed": F.count("failed")}
    replaces = f"batch IN ({', '.join(map(str, batches))})"
    return Result([Write(signals_of(job.recipe), signals, replaces, counts)])


STAGE: Stage = Stage("annotate", measure, settings, of_recipe=False, rescue=measure_without_the_deadly)

if __name__ == "__main__":
    from thresher_jobs.cli import script

    script("annotate")
