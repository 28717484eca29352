"""Progress: counts of tasks from Spark, and a stage that goes on whatever happens to them."""

import io
from typing import Any

import pyarrow as pa
import pytest
from rich.console import Console

from thresher import progress
from thresher.progress import Tasks, stage_progress


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """A terminal that keeps what is drawn on it."""
    screen = io.StringIO()
    monkeypatch.setattr(progress, "console", Console(file=screen, force_terminal=True, width=100))
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LOOKS", 0.02)
    return screen


class Broken:
    """A session of which nothing works, as on a cluster that refuses the context."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"{name} is not allowed here")


def test_a_session_that_tells_nothing_does_not_stop_the_stage(terminal: io.StringIO) -> None:
    with stage_progress(Broken(), "annotate", batches=[1]) as tasks:  # type: ignore[arg-type]
        reached = True
    assert reached and tasks.total == 0


def test_an_error_of_the_stage_is_not_swallowed(terminal: io.StringIO) -> None:
    with pytest.raises(ValueError, match="the stage's own"), stage_progress(Broken(), "annotate"):  # type: ignore[arg-type]
        raise ValueError("the stage's own")


def test_a_bar_counts_the_tasks_of_a_classic_session(spark: Any, terminal: io.StringIO) -> None:
    def slow(batches: Any) -> Any:
        import time

        for batch in batches:
            time.sleep(0.3)
            yield pa.RecordBatch.from_arrays([batch.column(0)], ["id"])

    with stage_progress(spark, "annotate", batches=[4, 5], documents=600) as tasks:
        assert spark.range(0, 600, 1, 6).mapInArrow(slow, "id long").count() == 600
    assert tasks.total >= 6
    assert 0 < tasks.done <= tasks.total
    drawn = terminal.getvalue()
    assert "annotate batches 4-5" in drawn
    assert "tasks" in drawn and "documents/s" in drawn


def test_away_from_a_terminal_nothing_is_drawn(spark: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(progress, "console", Console(file=screen, force_terminal=False))
    with stage_progress(spark, "filter"):
        spark.range(10).count()
    assert screen.getvalue() == ""


def test_stages_that_are_over_count_as_done() -> None:
    tasks = Tasks()
    tasks.update(1, 3, 8)
    tasks.update(2, 1, 4)
    tasks.finish_all_but([2])
    assert (tasks.done, tasks.total) == (9, 12)
