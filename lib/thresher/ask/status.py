"""How far a corpus is under a recipe: each stage's counts and seconds, what is stale and why."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rich.table import Table

from thresher.recipe import Recipe
from thresher.runs import RunRow, Runs
from thresher.stage import Stage, pending

NOT_ASKED = "not asked for"


@dataclass(frozen=True)
class StageStatus:
    """One stage: how many batches are done, its counts, its seconds, and why it is not up to date."""

    name: str
    done: int
    batches: int
    counts: dict[str, int]
    seconds: float
    stale: str


@dataclass(frozen=True)
class Status:
    """All stages of a recipe over a corpus."""

    recipe: str
    stages: tuple[StageStatus, ...]

    def __rich__(self) -> Table:
        table = Table(title=f"recipe {self.recipe}", title_justify="left", box=None, pad_edge=False)
        for name in ("stage", "batches", "seconds", "state", "counts"):
            table.add_column(name, justify="right" if name in ("batches", "seconds") else "left", overflow="fold")
        for stage in self.stages:
            counts = ", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in stage.counts.items() if n)
            state = stage.stale or "up to date"
            done = "-" if stage.stale == NOT_ASKED else f"{stage.done} of {stage.batches}"
            table.add_row(stage.name, done, f"{stage.seconds:,.1f}", state, counts)
        return table


def status(runs: Runs, recipe: Recipe, stages: Sequence[Stage]) -> Status:
    """The state of ingest and of these stages; reads `runs` alone."""
    return Status(recipe.name, (_ingest(runs), *(_stage(stage, runs, recipe) for stage in stages)))


def _ingest(runs: Runs) -> StageStatus:
    rows = [row for row in runs.rows if row.stage.startswith("ingest")]
    planned = {batch for row in rows if row.stage == "ingest.plan" for batch in row.batches}
    ready = set(runs.batches())
    left = len(planned - ready)
    stale = f"interrupted: {left} batches planned and not read" if left else ""
    counts = _summed([row for row in rows if row.stage in ("ingest", "ingest.read")], {"documents", "quarantined"})
    # Rows of `ingest.read` count what was read, those of `ingest` what is left of it once ids are checked.
    counts |= _summed([row for row in rows if row.stage == "ingest"], {"documents", "repeated_ids"})
    return StageStatus("ingest", len(ready), len(planned), counts, sum(row.seconds for row in rows), stale)


def _stage(stage: Stage, runs: Runs, recipe: Recipe) -> StageStatus:
    rows = runs.of(stage.name, stage.owner(recipe))
    current = [row for row in rows if row.fingerprint == stage.fingerprint(recipe)]
    left = pending(stage, recipe, runs)
    total = len(runs.batches())
    shown = current if stage.by_batch else current[-1:]
    counts = _summed(shown, {name for row in shown for name in row.counts})
    stale = _why(stage, runs, rows, recipe, left) if left or not rows else ""
    if not rows and stage.settings(recipe) is None:
        stale = NOT_ASKED
    return StageStatus(stage.name, total - len(left), total, counts, sum(row.seconds for row in shown), stale)


def _why(stage: Stage, runs: Runs, rows: Sequence[RunRow], recipe: Recipe, left: Sequence[int]) -> str:
    if not rows:
        return "not run yet"
    newest = rows[-1]
    if runs.may_be_gone(newest):
        return "stale: it was begun under other settings and did not end"
    if newest.fingerprint == stage.fingerprint(recipe):
        return f"{len(left)} new batches" if stage.by_batch else "stale: there are new input files"
    if newest.settings != json.loads(json.dumps(stage.settings(recipe))):
        return "stale: its settings have changed"
    return f"stale: what it reads has changed ({', '.join(earlier.name for earlier in stage.reads)})"


def _summed(rows: Sequence[RunRow], names: Collection[str]) -> dict[str, int]:
    return {name: sum(row.counts.get(name, 0) for row in rows) for name in sorted(names)}
