"""What if the bounds were others: how many more or fewer documents pass the filter, from signals alone.

Touches no text and writes nothing. Duplicates are not sought again: among other survivors there may be other ones.
"""

from dataclasses import dataclass

import pandas as pd
from pyspark.sql import Column
from pyspark.sql import functions as F
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from thresher.ask.measured import signals
from thresher.ask.shown import as_text, html_table
from thresher.corpus import Corpus
from thresher.errors import UsageError
from thresher.filters.judge import FAILED, broken_rules
from thresher.filters.rule import Rule
from thresher.recipe import Recipe
from thresher.runs import Runs

NOTE = "This is the filter alone: duplicates are not sought again among the documents that then pass."


@dataclass(frozen=True)
class RuleChange:
    """Documents that break a rule, before and after; None where a recipe does not have it."""

    rule: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class WhatIf:
    """Documents that pass the filter `before` and `after` a change, that newly pass and newly fail; by rule too."""

    recipe: str
    documents: int
    before: int
    after: int
    newly_passing: int
    newly_failing: int
    rules: tuple[RuleChange, ...]

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
        return Group(Text(self._title, style="bold"), Text(""), table, Text(""), Text(NOTE, style="dim"))

    def _repr_html_(self) -> str:
        return html_table(("documents that break", "before", "after", "change"), self._rows(), f"{self._title}. {NOTE}")

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
    """How many documents pass the filter under `changed` in place of `recipe`, in one query over the signals.

    Raises `ThresherError` where the corpus lacks a signal that either needs, `UsageError` where neither has a rule.
    """
    if not recipe.rulesets and not changed.rulesets:
        raise UsageError(f"recipe {recipe.name} has no filter: there is no bound to change")
    counted = _rules(recipe, "before") | _rules(changed, "after")
    measured = signals(corpus, runs, changed, _annotators(recipe) | _annotators(changed))
    row = (
        measured.withColumns({"before": _passes(recipe), "after": _passes(changed)})
        .agg(
            F.count(F.lit(1)).alias("documents"),
            F.count_if("before").alias("before"),
            F.count_if("after").alias("after"),
            F.count_if(~F.col("before") & F.col("after")).alias("newly_passing"),
            F.count_if(F.col("before") & ~F.col("after")).alias("newly_failing"),
            *(F.count(broken).alias(name) for name, broken in counted.items()),
        )
        .collect()[0]
    )
    names = list(dict.fromkeys(name.partition(":")[2] for name in counted))
    rules = [RuleChange(name, _get(row, f"before:{name}"), _get(row, f"after:{name}")) for name in names]
    totals = {key: row[key] for key in ("documents", "before", "after", "newly_passing", "newly_failing")}
    return WhatIf(recipe.name, **totals, rules=tuple(rules))


def _annotators(recipe: Recipe) -> set[str]:
    return {annotator for rules in recipe.rulesets for annotator in rules.annotators}


def _passes(recipe: Recipe) -> Column:
    return F.size(broken_rules(recipe.rulesets)) == 0


def _rules(recipe: Recipe, side: str) -> dict[str, Column]:
    rules: list[tuple[str, Rule]] = [(rules.name, rule) for rules in recipe.rulesets for rule in rules.rules]
    broken = {f"{side}:{ruleset}.{rule.name}": rule.broken(ruleset) for ruleset, rule in rules}
    return {f"{side}:{FAILED}": F.col("failed"), **broken}


def _get(row, name: str) -> int | None:  # type: ignore[no-untyped-def]
    return int(row[name]) if name in row else None
