"""A stage: the unit of trust, and the one place for the bookkeeping around it.

A stage is a function that turns batches, or the whole corpus, into rows to commit. Here it is found what is pending,
the rows are committed, counted and written down in `runs`, and a task that dies is tried again in halves. No stage
repeats any of this.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import SparkSession

from thresher.corpus import Corpus, Write
from thresher.errors import ThresherError
from thresher.fingerprint import fingerprint
from thresher.progress import stage_progress
from thresher.recipe import Recipe
from thresher.runs import BEGUN, RunRow, Runs
from thresher.session import tasks_at_once
from thresher.tables import Table

_log = logging.getLogger(__name__)
PARTITION_BYTES = 128 * 2**20


@dataclass(frozen=True)
class Result:
    """What a stage did: rows to commit, in order, and what `runs` shall remember of it.

    `writes` may be a generator whose later writes read what its earlier ones have committed. It may fill `counts`, for
    they are read last.
    """

    writes: Iterable[Write] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    afterwards: Callable[[], object] = lambda: None


@dataclass(frozen=True)
class Job:
    """One run of stages over one corpus under one recipe; `options` are the command's own (`output`, `release`)."""

    corpus: Corpus
    recipe: Recipe
    runs: Runs
    run_id: str
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def spark(self) -> SparkSession:
        """The session in which the corpus is open."""
        return self.corpus.spark


Work = Callable[[Job, Sequence[int]], Result]


def taken_back(job: Job, *rows: tuple[Table, str]) -> Result:
    """The result of a stage that the recipe no longer asks for: no rows in place of these (an SQL predicate each)."""
    return Result([Write(table, job.spark.createDataFrame([], table.schema), where) for table, where in rows])


@dataclass(frozen=True)
class Stage:
    """What is done, under which settings, after which stages.

    A stage by batch works through the batches that the stages it `reads` have finished; any other sees the whole
    corpus at once. Where it reads one that sees it all, new files may change what there is to do in old batches. A
    stage of the recipe replaces the recipe's earlier results; one that is shared keeps a table for each fingerprint.
    `rescue` is the work for one batch in which a task keeps dying. `asked_for` says whether a stage that is up to date
    shall be done all the same, because of the command's options.
    """

    name: str
    work: Work
    settings: Callable[[Recipe], Any]
    reads: tuple["Stage", ...] = ()
    by_batch: bool = True
    of_recipe: bool = True
    rescue: Work | None = None
    asked_for: Callable[["Job"], bool] = lambda job: False

    def fingerprint(self, recipe: Recipe) -> str:
        """A hash of the stage's settings and of the fingerprints of what it reads.

        A stage that the recipe does not ask for reads nothing: what comes after it need not be done again for what
        only it would have read.
        """
        settings = self.settings(recipe)
        reads = [] if settings is None else [stage.fingerprint(recipe) for stage in self.reads]
        return fingerprint([self.name, settings, reads])

    def owner(self, recipe: Recipe) -> str | None:
        """The recipe that the stage's results belong to, none for results that all recipes share."""
        return recipe.name if self.of_recipe else None


def pending(stage: Stage, recipe: Recipe, runs: Runs) -> list[int]:
    """The batches that the stage has still to do; for a stage that sees the whole corpus all of them, or none.

    A stage that the recipe does not ask for (its settings are none) has nothing to do but to take back what it did
    when it was asked.
    """
    batches = list(runs.batches())
    newest = runs.newest(stage.name, stage.owner(recipe))
    if newest is None and stage.settings(recipe) is None:
        return []
    if stage.by_batch:
        done = runs.done_batches(stage.name, stage.owner(recipe), stage.fingerprint(recipe), _inputs(stage, runs))
        return [batch for batch in batches if batch not in done]
    if newest and (newest.fingerprint, newest.inputs) == (stage.fingerprint(recipe), runs.inputs_digest()):
        return batches * runs.may_be_gone(newest)
    return batches


def due(stage: Stage, job: Job) -> list[int]:
    """The batches to do now: those that are pending, or all where the command's options ask for it."""
    return pending(stage, job.recipe, job.runs) or list(job.runs.batches()) * stage.asked_for(job)


def run_stage(stage: Stage, job: Job) -> bool:
    """Do what is due; returns whether anything was."""
    batches = due(stage, job)
    for earlier in stage.reads:
        unread = set(batches) & set(pending(earlier, job.recipe, job.runs))
        if unread:
            raise ThresherError(
                f"{stage.name} needs {earlier.name}, which has {len(unread)} of {len(job.runs.batches())} batches "
                f"still to do: run `thresher {earlier.name}` first"
            )
    groups = _groups(batches, job) if stage.by_batch else [batches] * bool(batches)
    for group in groups:
        _run_group(stage, job, group)
    return bool(groups)


def perform(job: Job, row: RunRow, work: Callable[[], Result]) -> None:
    """Do one piece of work, commit what it returns, and write it down in `runs`: then, and only then, it is done."""
    started, clock = datetime.now(UTC), time.perf_counter()
    with stage_progress(job.spark, row.stage, row.batches, job.runs.documents(row.batches) or None):
        result = work()
        written: dict[str, int] = {}
        for write in result.writes:
            for name, count in job.corpus.commit(write).items():
                written[name] = written.get(name, 0) + count
        counts = {**result.counts, **written}
        result.afterwards()
    job.runs.append(
        RunRow(
            run_id=job.run_id,
            stage=row.stage,
            fingerprint=row.fingerprint,
            recipe=row.recipe,
            inputs=row.inputs,
            batches=row.batches,
            settings=row.settings,
            counts=counts,
            details={**row.details, **result.details},
            started=started,
            seconds=round(time.perf_counter() - clock, 3),
        )
    )
    told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items() if count)
    _log.info("%s: %s", row.stage, told or "done")


def perform_in_halves(
    batches: Sequence[int], attempt: Callable[[Sequence[int]], None], rescue: Callable[[int], None]
) -> None:
    """Attempt the batches together; where a task dies each half of them, down to one batch, which `rescue` takes."""
    try:
        attempt(batches)
    except Exception as error:
        if not is_task_death(error):
            raise
        _log.warning("a task died in batches %s: %s", list(batches), first_line(error))
        if len(batches) == 1:
            rescue(batches[0])
        else:
            middle = len(batches) // 2
            perform_in_halves(batches[:middle], attempt, rescue)
            perform_in_halves(batches[middle:], attempt, rescue)


def is_task_death(error: Exception) -> bool:
    """Whether Spark gave up on a task (killed for memory, a crash in native code), rather than refused the query."""
    return not isinstance(error, ThresherError) and "Job aborted" in str(error)


def first_line(error: Exception) -> str:
    """An error's first line that says something."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:300] if lines else type(error).__name__


def _run_group(stage: Stage, job: Job, group: Sequence[int]) -> None:
    def attempt_with(work: Work) -> Callable[[Sequence[int]], None]:
        return lambda batches: perform(job, _row(stage, job, batches), lambda: work(job, batches))

    held = job.runs.held(stage.name, stage.owner(job.recipe))
    if stage.of_recipe and any(held.get(batch) not in (None, stage.fingerprint(job.recipe)) for batch in group):
        job.runs.append(replace(_row(stage, job, group), status=BEGUN))
    attempt = attempt_with(stage.work)
    if stage.rescue is None:
        attempt(group)
    else:
        rescue = attempt_with(stage.rescue)
        perform_in_halves(group, attempt, lambda batch: rescue([batch]))


def _row(stage: Stage, job: Job, batches: Sequence[int]) -> RunRow:
    return RunRow(
        run_id=job.run_id,
        stage=stage.name,
        fingerprint=stage.fingerprint(job.recipe),
        recipe=stage.owner(job.recipe),
        inputs=_inputs(stage, job.runs),
        batches=tuple(batches),
        settings=stage.settings(job.recipe),
    )


def _inputs(stage: Stage, runs: Runs) -> str | None:
    """The input files behind a stage's results, where these depend on the files of other batches."""
    sees_all = not stage.by_batch or any(not earlier.by_batch for earlier in stage.reads)
    return runs.inputs_digest() if sees_all else None


def _groups(batches: Sequence[int], job: Job) -> list[list[int]]:
    """The batches in groups large enough to keep every core busy, so that small batches do not cost a job each."""
    enough = tasks_at_once(job.spark) * PARTITION_BYTES
    sizes = job.runs.batches()
    groups: list[list[int]] = []
    filled = enough
    for batch in batches:
        if filled >= enough:
            groups.append([])
            filled = 0
        groups[-1].append(batch)
        filled += sizes[batch]
    return groups
