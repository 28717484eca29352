"""Stage `report`: what happened, drawn, in one HTML file that needs no network and runs nothing."""

from collections.abc import Sequence
from typing import Any

import fsspec

from thresher.recipe import Recipe
from thresher.report.gather import gather
from thresher.report.page import render
from thresher.stage import Job, Result, Stage
from thresher_jobs import curate, regroup


def settings(recipe: Recipe) -> Any:
    """The page shows the whole recipe."""
    return recipe.model_dump(mode="json")


def report(job: Job, batches: Sequence[int]) -> Result:
    """Write the report to `report/RECIPE.html`, or to the folder or the `.html` file that `--output` names."""
    page = render(gather(job.corpus, job.runs, job.recipe)).encode()
    path = _place(job)
    filesystem, inside = fsspec.core.url_to_fs(path)
    filesystem.makedirs(filesystem._parent(inside), exist_ok=True)
    filesystem.pipe_file(inside, page)
    return Result(counts={"bytes": len(page)}, details={"path": path})


def _place(job: Job) -> str:
    output = job.options.get("output")
    if output is None:
        return job.corpus.location.file(f"report/{job.recipe.name}.html")
    return output if output.endswith(".html") else f"{output.rstrip('/')}/{job.recipe.name}.html"


def _is_not_there(job: Job) -> bool:
    """Whether the newest report is not where this one belongs: it was removed, or `--output` names another place."""
    newest, place = job.runs.newest("report", job.recipe.name), _place(job)
    if newest is None:
        return False
    filesystem, inside = fsspec.core.url_to_fs(place)
    return newest.details["path"] != place or not filesystem.exists(inside)


STAGE: Stage = Stage(
    "report",
    report,
    settings,
    reads=(curate.STAGE, regroup.STAGE),
    by_batch=False,
    asked_for=_is_not_there,
)
