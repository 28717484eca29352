"""What was done: the `runs` table, a row for each stage of each run, read once and asked many times.

Whether a stage is finished is decided from these rows alone: a batch counts as done when the newest row that covers
it has the stage's present fingerprint. Before results under other settings are replaced a row says so (`begun`): else
a run that is killed halfway would leave results that an older row says are its own.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import functions as F

from thresher.corpus import Corpus
from thresher.tables import RUNS

DONE, BEGUN = "done", "begun"
# What the details of a search for copies say where what an earlier run had kept stays, whatever comes later.
KEPT_BEFORE = {"kept_before": "true"}


@dataclass(frozen=True)
class RunRow:
    """One stage of one run, or one group of batches of it. `inputs` is a digest of the input files that it saw."""

    run_id: str
    stage: str
    fingerprint: str
    recipe: str | None = None
    inputs: str | None = None
    batches: tuple[int, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: float = 0.0
    status: str = DONE


class Runs:
    """The rows of `runs`, oldest first, kept in step with the table; `rows` are those of work that was finished."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._all = sorted(_load(corpus), key=lambda row: row.started)

    @property
    def rows(self) -> list[RunRow]:
        """The rows of what is done."""
        return [row for row in self._all if row.status == DONE]

    def append(self, row: RunRow) -> None:
        """Commit one row: from here on the stage, or this group of its batches, is done (or begun)."""
        self._corpus.append(RUNS, self._corpus.spark.range(0, 1, 1, 1).select(*_columns(row)))
        self._all.append(row)

    def of(self, stage: str, recipe: str | None) -> list[RunRow]:
        """The rows of a stage under a recipe (`None` for the stages that all recipes share), oldest first."""
        return [row for row in self.rows if row.stage == stage and row.recipe == recipe]

    def newest(self, stage: str, recipe: str | None) -> RunRow | None:
        """The newest row of a stage."""
        return next(reversed(self.of(stage, recipe)), None)

    def done_batches(self, stage: str, recipe: str | None, fingerprint: str, inputs: str | None = None) -> set[int]:
        """The batches whose newest row has this fingerprint, and saw these inputs where the stage looks at them.

        A stage without a recipe writes a table for each fingerprint, so that there an older row holds as well.
        """
        if recipe is None:
            rows = (row for row in self.of(stage, None) if row.fingerprint == fingerprint)
            return {batch for row in rows for batch in row.batches}
        newest = self._newest(stage, recipe).items()
        wanted = (DONE, fingerprint, inputs)
        return {batch for batch, row in newest if (row.status, row.fingerprint, row.inputs) == wanted}

    def held(self, stage: str, recipe: str | None) -> dict[int, str | None]:
        """For every batch that a stage has worked on the fingerprint of its results, none where they may be gone."""
        newest = self._newest(stage, recipe).items()
        return {batch: row.fingerprint if row.status == DONE else None for batch, row in newest}

    def _newest(self, stage: str, recipe: str | None) -> dict[int, RunRow]:
        newest: dict[int, RunRow] = {}
        for row in self._all:
            if (row.stage, row.recipe) == (stage, recipe):
                newest |= dict.fromkeys(row.batches, row)
        return newest

    def may_be_gone(self, row: RunRow) -> bool:
        """Whether the stage was begun under other settings after this row, and not finished."""
        later = (r for r in self._all if (r.stage, r.recipe, r.status) == (row.stage, row.recipe, BEGUN))
        return any(r.started > row.started for r in later)

    def batches(self) -> dict[int, int]:
        """The batches that are ready for the stages after ingest, with the size of their input files in bytes."""
        ready = {}
        for row in self.of("ingest", None):
            for batch in row.batches:
                ready[batch] = row.counts["input_bytes"] // len(row.batches)
        return dict(sorted(ready.items()))

    def documents(self, batches: Collection[int]) -> int:
        """About how many documents these batches hold."""
        rows = (row for row in self.of("ingest", None) if set(row.batches) & set(batches))
        return sum(row.counts["documents"] for row in rows)

    def recipes(self) -> list[str]:
        """The names of the recipes that ran here."""
        return sorted({row.recipe for row in self.rows if row.recipe is not None})

    def newest_release(self, recipe: str | None = None) -> RunRow | None:
        """The row that published the newest release, of this recipe where one is given; `details` names it."""
        released = [row for row in self.rows if row.stage == "curate" and recipe in (None, row.recipe)]
        return released[-1] if released else None

    def inputs_digest(self) -> str:
        """A name for the list of input files behind the finished batches, however they fell into batches."""
        total = sum(int(row.details["inputs"], 16) for row in self.of("ingest", None))
        return f"{total % 2**64:016x}"


def _columns(row: RunRow) -> list[Any]:
    def as_map(values: Mapping[str, Any]) -> Any:
        return F.create_map(*(F.lit(part) for item in sorted(values.items()) for part in item))

    return [
        F.lit(row.run_id).alias("run_id"),
        F.lit(row.stage).alias("stage"),
        F.lit(row.recipe).alias("recipe"),
        F.lit(row.fingerprint).alias("fingerprint"),
        F.lit(row.inputs).alias("inputs"),
        F.array(*(F.lit(batch) for batch in row.batches)).alias("batches"),
        F.lit(json.dumps(row.settings, sort_keys=True)).alias("settings"),
        as_map(row.counts).alias("counts"),
        as_map(row.details).alias("details"),
        F.lit(row.started).alias("started"),
        F.lit(row.seconds).alias("seconds"),
        F.lit(row.status).alias("status"),
    ]


def _load(corpus: Corpus) -> Sequence[RunRow]:
    if not corpus.exists(RUNS.name):
        return []
    return [
        RunRow(
            run_id=row["run_id"],
            stage=row["stage"],
            recipe=row["recipe"],
            fingerprint=row["fingerprint"],
            inputs=row["inputs"],
            batches=tuple(row["batches"]),
            settings=json.loads(row["settings"]),
            counts=row["counts"],
            details=row["details"],
            started=row["started"].astimezone(UTC),
            seconds=row["seconds"],
            status=row["status"],
        )
        for row in corpus.runs.collect()
    ]
