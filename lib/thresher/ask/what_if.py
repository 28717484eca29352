"""What if the bounds were others: how many more or fewer documents pass the filter, from signals alone.

Touches no text and writes nothing. Duplicates are not sought again: what dedup would leave is counted by the clusters
that it has found.
"""

from dataclasses import dataclass

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from thresher.ask.bits import any_of, packed
from thresher.ask.copies import with_copy_of
from thresher.ask.measured import signals
from thresher.ask.passing import counted
from thresher.ask.shown import as_text, html_table
from thresher.corpus import Corpus
from thresher.errors import UsageError
from thresher.filters.judge import FAILED, bounded
from thresher.filters.rule import Rule
from thresher.recipe import Recipe
from thresher.recipe_sections import DedupSettings
from thresher.runs import Runs

NOTE = "This is the filter alone: the recipe's dedup has not run, or it has none."


@dataclass(frozen=True)
class RuleChange:
    """Documents that break a rule, before and after; None where a recipe does not have it."""

    rule: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class WhatIf:
    """Documents that pass the filter `before` and `after` a change, that newly pass and newly fail; by rule too.

    `copies` says how many of those before and after are copies of others, by the clusters that dedup has found.
    """

    recipe: str
    documents: int
    before: int
    after: int
    newly_passing: int
    newly_failing: int
    rules: tuple[RuleChange, ...]
    copies: tuple[int, int] | None = None

    @property
    def table(self) -> pd.DataFrame:
        """The rules as a table: `rule`, `before`, `after`, `change` (documents that break it)."""
        rows = pd.DataFrame([(r.rule, r.before, r.after) for r in self.rules], columns=["rule", "before", "after"])
        rows = rows.astype({"before": "Int64", "after": "Int64"})
        return rows.assign(change=rows["after"].fillna(0) - rows["before"].fillna(0))

    def __str__(self) -> str:
        return as_text(self.__rich__())

    def __rich__(self) -> RenderableType:
        table = Table(box=None, pad_edge=False)
        table.add_column("documents that break")
        for column in ("before", "after", "change"):
            table.add_column(column, justify="right")
        for row in self._rows():
            table.add_row(*row, style="bold" if row[3] not in ("", "0") else "dim")
        return Group(Text(self._title, style="bold"), Text(""), table, Text(""), Text(self._note, style="dim"))

    def _repr_html_(self) -> str:
        return html_table(
            ("documents that break", "before", "after", "change"), self._rows(), f"{self._title}. {self._note}"
        )

    @property
    def _note(self) -> str:
        if self.copies is None:
            return NOTE
        now, then = self.left or (0, 0)
        return (
            f"Dedup would leave {then:,} of them (now {now:,}). Assumed: its clusters stay as they are, `keep` is "
            f"applied again, and the {self.newly_passing:,} that newly pass, which it has not seen, have no copy."
        )

    @property
    def left(self) -> tuple[int, int] | None:
        """Documents that dedup leaves before, and would leave after the change, by the clusters that it has found."""
        return None if self.copies is None else (self.before - self.copies[0], self.after - self.copies[1])

    @property
    def _title(self) -> str:
        return (
            f"{self.before:,} of {self.documents:,} documents pass the filter of {self.recipe}, {self.after:,} would "
            f"({self.after - self.before:+,}: {self.newly_passing:,} more, {self.newly_failing:,} fewer)"
        )

    def _rows(self) -> list[tuple[str, str, str, str]]:
        return [
            (
                r.rule,
                "-" if r.before is None else f"{r.before:,}",
                "-" if r.after is None else f"{r.after:,}",
                f"{(r.after or 0) - (r.before or 0):+,}" if r.before != r.after else "",
            )
            for r in self.rules
        ]


def what_if(corpus: Corpus, runs: Runs, recipe: Recipe, changed: Recipe) -> WhatIf:
    """How many documents pass the filter under `changed` in place of `recipe`, and what dedup would leave of them.

    Where `changed` has another dedup than `recipe`, or the recipe's has not run, the latter is not said.
    Raises `ThresherError` where the corpus lacks a signal that either needs, `UsageError` where neither has a rule.
    """
    if not recipe.rulesets and not changed.rulesets:
        raise UsageError(f"recipe {recipe.name} has no filter: there is no bound to change")
    sides = {"before": _rules(recipe), "after": _rules(changed)}
    # A rule that is the same before and after has one place, and is evaluated once.
    places = {rule: n for n, rule in enumerate(dict.fromkeys(rule for side in sides.values() for rule in side.items()))}
    measured = signals(corpus, runs, changed, _annotators(recipe) | _annotators(changed))
    measured = bounded(measured, [*recipe.rulesets, *changed.rulesets])
    judged = measured.selectExpr("doc_id", *packed([_breaks(rule) for _, rule in places]))
    passes = {side: f"NOT ({any_of(places[rule] for rule in rules.items())})" for side, rules in sides.items()}
    dedup = _dedup(runs, recipe, changed)
    judged = _beside_copies(judged, corpus, recipe.name, dedup)
    row = counted(judged, passes, len(places), none_kept=dedup is not None and dedup.keep == "none")
    rules = [
        RuleChange(name, *(row[f"rule_{places[name, its[name]]}"] if name in its else None for its in sides.values()))
        for name in sides["before"] | sides["after"]
    ]
    totals = {key: row[key] for key in ("documents", "before", "after", "newly_passing", "newly_failing")}
    copies = None if dedup is None else (row["copies_before"], row["copies_after"])
    return WhatIf(recipe.name, **totals, rules=tuple(rules), copies=copies)


def _dedup(runs: Runs, recipe: Recipe, changed: Recipe) -> DedupSettings | None:
    """The recipe's dedup, where it has run and the change leaves it as it is."""
    ran = runs.newest("dedup", recipe.name) is not None
    return recipe.dedup if ran and changed.dedup == recipe.dedup else None


def _beside_copies(judged: DataFrame, corpus: Corpus, recipe: str, dedup: DedupSettings | None) -> DataFrame:
    """Adds `copy_of`, the cluster that dedup has put a document in, and whether another corpus has it (`elsewhere`)."""
    if dedup is None:
        return judged.withColumns({"copy_of": F.lit(None), "elsewhere": F.lit(False)})
    mine = F.col("recipe") == recipe
    judged = with_copy_of(judged, corpus.duplicates.where(mine), dedup.methods)
    if not dedup.against:
        return judged.withColumn("elsewhere", F.lit(False))
    theirs = corpus.verdicts.where(mine).where("stage = 'dedup' AND matched_corpus IS NOT NULL")
    return judged.join(theirs.select("doc_id", F.lit(True).alias("elsewhere")).distinct(), "doc_id", "left")


def _annotators(recipe: Recipe) -> set[str]:
    return {annotator for rules in recipe.rulesets for annotator in rules.annotators}


def _rules(recipe: Recipe) -> dict[str, Rule | None]:
    """Each rule by its full name; first, without a rule, whether a document could be measured at all."""
    rules = {f"{rules.name}.{rule.name}": rule for rules in recipe.rulesets for rule in rules.rules}
    return {FAILED: None, **rules}


def _breaks(rule: Rule | None) -> str:
    return "failed IS NOT NULL" if rule is None else rule.breaks()
