"""Stage `lines`: lines or paragraphs repeated across the documents that are left become spans to cut, in `edits`."""

from collections.abc import Iterator, Sequence
from typing import Any

from pyspark.sql import Column, DataFrame, Observation
from pyspark.sql import functions as F

from thresher.corpus import Write
from thresher.dedup.lines import ROW_BYTES, cut_units, cuts_by_document, hashed_units, overcut
from thresher.recipe import Recipe
from thresher.recipe_sections import LineSettings
from thresher.stage import Job, Result, Stage, taken_back
from thresher.tables import DOCUMENTS, EDITS, VERDICTS
from thresher_jobs import dedup, filter, semantic

_LEFT = "lines_of"  # the documents that are left, while the stage reads them


def settings(recipe: Recipe) -> Any:
    """What the cuts depend on; none where the recipe asks for no cuts."""
    return recipe.lines.model_dump(mode="json") if recipe.lines else None


def find(job: Job, batches: Sequence[int]) -> Result:
    """The spans to cut, and a verdict for each document that loses too much by them."""
    mine = f"recipe = '{job.recipe.name}' AND stage = 'lines'"
    if job.recipe.lines is None:
        return taken_back(job, (EDITS, mine), (VERDICTS, mine))
    counts: dict[str, int] = {}

    def release() -> None:
        if job.corpus.exists(_LEFT):
            job.corpus.drop(_LEFT)

    writes = _writes(job, job.recipe.lines, mine, counts, job.runs.documents(batches))
    return Result(writes, counts, afterwards=release)


def cuts(job: Job) -> DataFrame:
    """The recipe's cuts by document, as export wants them."""
    return cuts_by_document(job.corpus.edits.where(f"recipe = '{job.recipe.name}'"))


def _writes(job: Job, wanted: LineSettings, mine: str, counts: dict[str, int], documents: int) -> Iterator[Write]:
    own = {"recipe": F.lit(job.recipe.name), "stage": F.lit("lines"), "run_id": F.lit(job.run_id)}
    observed, rows = Observation(), _units(job, wanted)
    cut = {"cut": F.count(F.lit(1)), "cut_bytes": F.sum(F.col("end") - F.col("start"))}
    edits = cut_units(rows.observe(observed, *_totals()), wanted)
    yield Write(EDITS, edits.withColumns(own), mine, cut, documents=documents)
    counts |= _told(rows, observed, job.corpus.edits.where(mine).isEmpty())
    counts["shuffled_bytes"] = ROW_BYTES * counts["units"]
    verdicts = overcut(job.corpus.edits.where(mine), wanted.at_most_cut).withColumns(own)
    yield Write(VERDICTS, verdicts, mine, {"verdicts": F.count(F.lit(1))}, documents=documents)


def _units(job: Job, wanted: LineSettings) -> DataFrame:
    """The units of the documents that no earlier stage drops; they are masked, for a join would move their text."""
    earlier = job.corpus.verdicts.where(f"recipe = '{job.recipe.name}' AND stage <> 'lines'")
    job.corpus.clone_without(_LEFT, job.corpus.version(DOCUMENTS.name), earlier)
    return hashed_units(job.corpus.table(_LEFT), wanted)


def _totals() -> list[Column]:
    return [F.count(F.lit(1)).alias("units"), F.sum("size").alias("unit_bytes")]


def _told(rows: DataFrame, observed: Observation, nothing_cut: bool) -> dict[str, int]:
    """The units' totals, as observed on the way to `edits`.

    Where nothing arrives there Spark may leave out what comes before it, and with it what was to be observed.
    """
    totals = rows.agg(*_totals()).collect()[0].asDict() if nothing_cut else observed.get
    return {name: int(value or 0) for name, value in totals.items()}


STAGE: Stage = Stage("lines", find, settings, reads=(filter.STAGE, dedup.STAGE, semantic.STAGE), by_batch=False)

if __name__ == "__main__":
    from thresher_jobs.cli import script

    script("lines")
