"""Stage `export`: the recipe's newest release as files for the trainer; the one stage that copies text."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from thresher.export.files import chosen_columns, write_files, write_manifest
from thresher.fingerprint import digest_files
from thresher.functions import edited, without
from thresher.recipe import Recipe
from thresher.stage import Job, Result, Stage
from thresher_jobs import annotate, curate, dedup, filter, lines, semantic


def settings(recipe: Recipe) -> Any:
    """What the files depend on."""
    edits = {edit.name: {"settings": dict(edit.settings), "files": digest_files(edit.files)} for edit in recipe.edits}
    return {**recipe.export.model_dump(mode="json"), "edits": edits}


def export(job: Job, batches: Sequence[int]) -> Result:
    """Write the release and its manifest to `export/RELEASE`, or below `--output`."""
    published = job.runs.newest_release(job.recipe.name)
    assert published is not None, "export reads curate"
    release = published.details["release"]
    folder = _folder(job, release)
    kept = job.corpus.table(f"curated/{release}")
    if job.recipe.lines is not None:
        kept = kept.join(lines.cuts(job), "doc_id", "left").withColumn("text", without("text", "cuts"))
    if job.recipe.edits:
        kept = kept.withColumn("text", edited("text", job.recipe.edits))
    rows = chosen_columns(kept, job.recipe.export.columns)
    with _sized_reads(job, job.recipe.export.file_bytes):
        written = write_files(rows, job.recipe.export.format, folder)
    manifest = write_manifest(folder, _manifest(job, release, published.details["documents_version"], written))
    return Result(
        counts={"documents": written["rows"]},
        details={"release": release, "folder": folder, "manifest": manifest, "content": f"{written['content']:016x}"},
    )


def _is_of_another_release(job: Job) -> bool:
    """Whether the newest release, or the place that `--output` names, has not been written to yet."""
    published, written = job.runs.newest_release(job.recipe.name), job.runs.newest("export", job.recipe.name)
    if published is None or written is None:
        return False
    elsewhere = "output" in job.options and written.details["folder"] != _folder(job, published.details["release"])
    return elsewhere or written.details["release"] != published.details["release"]


def _folder(job: Job, release: str) -> str:
    output = job.options.get("output")
    return f"{output.rstrip('/')}/{release}" if output else job.corpus.location.file(f"export/{release}")


@contextmanager
def _sized_reads(job: Job, file_bytes: int) -> Iterator[None]:
    """Tasks that read as much as one file shall hold: so the files have their size without moving text.

    Where cuts are joined to a large release its text does move, and the tasks after that read as much.
    """
    keys = ("spark.sql.files.maxPartitionBytes", "spark.sql.adaptive.advisoryPartitionSizeInBytes")
    before = {key: job.spark.conf.get(key) for key in keys}
    for key in keys:
        job.spark.conf.set(key, str(file_bytes))
    try:
        yield
    finally:
        for key, value in before.items():
            job.spark.conf.set(key, str(value))


def _manifest(job: Job, release: str, documents_version: str, written: dict[str, int]) -> dict[str, Any]:
    stages = (annotate.STAGE, filter.STAGE, dedup.STAGE, semantic.STAGE, lines.STAGE, curate.STAGE, STAGE)
    return {
        "release": release,
        "rows": written["rows"],
        "content": f"{written['content']:016x}",
        "format": job.recipe.export.format,
        "columns": list(job.recipe.export.columns),
        "recipe": job.recipe.model_dump(mode="json"),
        "fingerprints": {stage.name: stage.fingerprint(job.recipe) for stage in stages},
        "inputs": job.runs.inputs_digest(),
        "table_versions": {"documents": int(documents_version)},
    }


STAGE: Stage = Stage(
    "export", export, settings, reads=(curate.STAGE,), by_batch=False, asked_for=_is_of_another_release
)

if __name__ == "__main__":
    from thresher_jobs.cli import script

    script("export")
