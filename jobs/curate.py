"""Stage `curate`: a release, a shallow clone of `documents` with the dropped rows masked; it copies no text."""

from collections.abc import Sequence
from typing import Any

from pyspark.sql import functions as F

from thresher.errors import UsageError
from thresher.recipe import Recipe
from thresher.runs import RunRow
from thresher.stage import Job, Result, Stage
from thresher.tables import DOCUMENTS, VERDICTS
from thresher_jobs import dedup, filter, lines, semantic


def settings(recipe: Recipe) -> Any:
    """A release depends on verdicts alone; its recipe's name tells whose verdicts these are."""
    return {"recipe": recipe.name}


def curate(job: Job, batches: Sequence[int]) -> Result:
    """Clone `documents`, mask what any verdict of the recipe names, and publish by the row in `runs`."""
    release = _name(job)
    published = _published(job, release)
    version = int(published.details["documents_version"]) if published else job.corpus.version(DOCUMENTS.name)
    rows = published.counts["documents"] if published else _make(job, f"curated/{release}", version)
    details = {"release": release, "documents_version": str(version), "recipe": job.recipe.model_dump_json()}
    return Result(counts={"documents": rows}, details=details, afterwards=lambda: _show_newest(job, release))


def _show_newest(job: Job, release: str) -> None:
    """In a catalog the view `curated` is the newest release; a folder has no views."""
    if job.corpus.location.in_catalog:
        place = job.corpus.location.table
        job.spark.sql(f"CREATE OR REPLACE VIEW {place('curated')} AS SELECT * FROM {place(f'curated/{release}')}")


def _is_named_anew(job: Job) -> bool:
    """Whether `--release` names a release that the newest one is not."""
    newest = job.runs.newest_release(job.recipe.name)
    return "release" in job.options and newest is not None and newest.details["release"] != job.options["release"]


def _name(job: Job) -> str:
    """The name that was asked for, else one that follows from the settings and the input files behind the release."""
    if "release" in job.options:
        return job.options["release"]
    return f"{job.recipe.name}-{STAGE.fingerprint(job.recipe)[:8]}-{job.runs.inputs_digest()[:8]}"


def _published(job: Job, release: str) -> RunRow | None:
    """The row of this very release; raises `UsageError` where its name belongs to another one."""
    content = (STAGE.fingerprint(job.recipe), job.runs.inputs_digest())
    for row in job.runs.rows:
        if row.stage == "curate" and row.details["release"] == release:
            if (row.fingerprint, row.inputs) != content:
                raise UsageError(f"a release called {release} is published already: give --release another name")
            return row
    return None


def _make(job: Job, name: str, version: int) -> int:
    """Make the release's table and return the number of its rows."""
    dropped = job.corpus.read(VERDICTS).where(F.col("recipe") == job.recipe.name)
    return job.runs.documents(job.runs.batches()) - job.corpus.clone_without(name, version, dropped)


STAGE: Stage = Stage(
    "curate",
    curate,
    settings,
    reads=(filter.STAGE, dedup.STAGE, semantic.STAGE, lines.STAGE),
    by_batch=False,
    asked_for=_is_named_anew,
)

if __name__ == "__main__":
    from thresher_jobs.cli import script

    script("curate")
