"""Stage `filter`: a verdict for every rule that a document breaks; reads signals, never text."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pyspark.sql import functions as F

from thresher.corpus import Write
from thresher.filters.judge import verdicts
from thresher.recipe import Recipe
from thresher.stage import Job, Result, Stage
from thresher.tables import VERDICTS
from thresher_jobs import annotate


def settings(recipe: Recipe) -> Any:
    """What the verdicts depend on: every rule with its bounds."""
    return {rules.name: [asdict(rule) for rule in rules.rules] for rules in recipe.rulesets}


def judge(job: Job, batches: Sequence[int]) -> Result:
    """These batches' verdicts."""
    signals = job.corpus.read(annotate.signals_of(job.recipe), batches)
    rows = verdicts(signals, job.recipe.rulesets).withColumns(
        {"recipe": F.lit(job.recipe.name), "stage": F.lit("filter"), "run_id": F.lit(job.run_id)}
    )
    replaces = f"recipe = '{job.recipe.name}' AND stage = 'filter' AND batch IN ({', '.join(map(str, batches))})"
    counts = {"verdicts": F.count(F.lit(1))}
    return Result([Write(VERDICTS, rows, replaces, counts, documents=job.runs.documents(batches))])


STAGE: Stage = Stage("filter", judge, settings, reads=(annotate.STAGE,))

if __name__ == "__main__":
    from thresher_jobs.cli import script

    script("filter")
