"""The whole recipe, stage by stage: what `thresher run` does."""

import uuid
from collections.abc import Mapping, Sequence

from thresher.corpus import Corpus
from thresher.errors import UsageError
from thresher.for_a_while import INTERPRETED, SMALL_BYTES, settings
from thresher.lease import Lease
from thresher.recipe import Recipe
from thresher.runs import Runs
from thresher.stage import Job, Stage, due, run_stage
from thresher_jobs import annotate, curate, dedup, embed, export, filter, lines, regroup, report, semantic
from thresher_jobs.against import others
from thresher_jobs.ingest import Ingest

# Ingest belongs to no recipe.
_NO_RECIPE = Recipe(name="none", annotate={}, dedup=None)
STAGES: tuple[Stage, ...] = (
    annotate.STAGE, filter.STAGE, dedup.STAGE, embed.STAGE, regroup.STAGE, semantic.STAGE, lines.STAGE, curate.STAGE,
    export.STAGE, report.STAGE,
)  # fmt: skip


def run(
    corpus: Corpus,
    recipe: Recipe | None,
    stages: Sequence[Stage] = STAGES,
    ingest: Ingest | None = None,
    options: Mapping[str, str] | None = None,
) -> Job:
    """Ingest where asked, then bring every stage up to date; the lease is taken only where there is something to do.

    Returns the job, whose `runs` say what was done: rows of `job.run_id` are new.
    """
    _require_place_for_files(corpus, stages, options or {})
    job = Job(corpus, recipe or _NO_RECIPE, Runs(corpus), uuid.uuid4().hex[:12], options or {})
    if not (ingest and ingest.is_due(job)) and not any(due(stage, job) for stage in stages):
        return job
    if dedup.STAGE in stages:
        others(corpus, job.recipe)  # a corpus that cannot be compared with is told before hours of work
    if embed.STAGE in stages:
        embed.check(job)
    with Lease(corpus, job.run_id):
        # Another run may have worked between our look and our lease.
        job = Job(corpus, job.recipe, Runs(corpus), job.run_id, job.options)
        with settings(corpus.spark, INTERPRETED if _bytes(job, ingest) < SMALL_BYTES else {}):
            if ingest and ingest.is_due(job):
                ingest.run(job)
            for stage in stages:
                run_stage(stage, job)
    return job


def _bytes(job: Job, ingest: Ingest | None) -> int:
    """About how many bytes of input there are, those to come included."""
    coming = sum(file.size for file in ingest.files) if ingest else 0
    return coming + sum(job.runs.batches().values())


def _require_place_for_files(corpus: Corpus, stages: Sequence[Stage], options: Mapping[str, str]) -> None:
    """A catalog's schema holds tables alone: where the files shall go is asked before hours of work, not after."""
    writers = [stage.name for stage in stages if stage in (export.STAGE, report.STAGE)]
    if writers and corpus.location.in_catalog and "output" not in options:
        raise UsageError(f"{corpus.location.root} is a catalog's schema, and {writers[0]} writes files: add --output")
