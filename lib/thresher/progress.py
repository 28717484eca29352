"""Shows how far a stage has come: a bar at a terminal; elsewhere the line that the stage logs at its end is all.

The numbers are Spark's own counts of tasks, polled on a classic session and pushed on a Connect session. They are
news, never part of the work: whatever goes wrong here is swallowed, and the stage goes on without a bar.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SECONDS_BETWEEN_LOOKS = 0.5

console = Console(stderr=True)  # shared with the log's handler, so that a line of log does not tear the bar
log = logging.getLogger(__name__)


@dataclass
class Tasks:
    """What is known of a stage's tasks: for each of Spark's own stages how many are done, of how many."""

    seen: dict[int, tuple[int, int]] = field(default_factory=dict)

    def update(self, spark_stage: int, done: int, total: int) -> None:
        """Take the newest counts of one of Spark's stages."""
        self.seen[spark_stage] = (done, total)

    def finish_all_but(self, active: Sequence[int]) -> None:
        """Spark's stages that were seen and are no longer active have ended: their last tasks were not seen ending."""
        for spark_stage, (_, total) in list(self.seen.items()):
            if spark_stage not in active:
                self.seen[spark_stage] = (total, total)

    @property
    def done(self) -> int:
        """Tasks that have ended, over all of Spark's stages so far."""
        return sum(done for done, _ in list(self.seen.values()))

    @property
    def total(self) -> int:
        """Tasks known so far: Spark tells of a stage when it starts."""
        return sum(total for _, total in list(self.seen.values()))

    def rate(self, documents: int, seconds: float) -> float:
        """Documents a second, taking tasks for equally large.

        >>> Tasks({1: (5, 10)}).rate(documents=1000, seconds=2.0)
        250.0
        """
        return documents * self.done / self.total / seconds if self.total and seconds > 0 else 0.0


@contextlib.contextmanager
def stage_progress(
    spark: SparkSession, stage: str, batches: Sequence[int] = (), documents: int | None = None
) -> Iterator[Tasks]:
    """Show the progress of the work inside the `with`; `documents` is how many it goes through, where that is known."""
    tasks = Tasks()
    title = f"{stage} {batch_range(batches)}".rstrip()
    started = time.perf_counter()
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(Exception):
            if console.is_terminal:
                bar = stack.enter_context(_bar())
                line = bar.add_task(title, total=None, counts="")
                stack.enter_context(_watched(spark, tasks, lambda: _draw(bar, line, tasks, documents, started)))
        yield tasks
    log.debug("%s: %.1f s, %d tasks", title, time.perf_counter() - started, tasks.done)


def batch_range(batches: Sequence[int]) -> str:
    """The batches in words.

    >>> batch_range([4]), batch_range([4, 5, 7]), batch_range([])
    ('batch 4', 'batches 4-7', '')
    """
    if not batches:
        return ""
    return f"batch {batches[0]}" if len(batches) == 1 else f"batches {min(batches)}-{max(batches)}"


def _bar() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[counts]}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


def _draw(bar: Progress, line: Any, tasks: Tasks, documents: int | None, started: float) -> None:
    counts = f"{tasks.done}/{tasks.total} tasks" if tasks.total else ""
    if documents and tasks.done:
        counts += f", {tasks.rate(documents, time.perf_counter() - started):,.0f} documents/s"
    bar.update(line, completed=tasks.done, total=tasks.total or None, counts=counts)


@contextlib.contextmanager
def _watched(spark: SparkSession, tasks: Tasks, draw: Callable[[], None]) -> Iterator[None]:
    if type(spark).__module__.startswith("pyspark.sql.connect"):
        with _pushed(spark, tasks, draw):
            yield
    else:
        with _polled(spark, tasks, draw):
            yield


@contextlib.contextmanager
def _pushed(spark: SparkSession, tasks: Tasks, draw: Callable[[], None]) -> Iterator[None]:
    """Spark Connect calls a handler while a query runs."""

    def handler(stages: Any, inflight_tasks: int, operation_id: str | None, done: bool) -> None:
        with contextlib.suppress(Exception):
            for stage in stages or ():
                tasks.update(stage.stage_id, stage.num_completed_tasks, stage.num_tasks)
            draw()

    spark.registerProgressHandler(handler)
    try:
        yield
    finally:
        with contextlib.suppress(Exception):
            spark.removeProgressHandler(handler)


@contextlib.contextmanager
def _polled(spark: SparkSession, tasks: Tasks, draw: Callable[[], None]) -> Iterator[None]:
    """A classic session is asked from a thread; this is the one place that touches the context, and may do without."""
    stop = threading.Event()
    tracker = spark.sparkContext.statusTracker()

    def look() -> None:
        with contextlib.suppress(Exception):
            while not stop.wait(SECONDS_BETWEEN_LOOKS):
                active = list(tracker.getActiveStageIds())
                for spark_stage in active:
                    info = tracker.getStageInfo(spark_stage)
                    if info is not None:
                        tasks.update(spark_stage, info.numCompletedTasks, info.numTasks)
                tasks.finish_all_but(active)
                draw()

    thread = threading.Thread(target=look, name="thresher-progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)
