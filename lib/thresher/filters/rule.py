"""What a rule is: a bound on one signal, applied by Spark's own expressions, so that no text is touched."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from thresher.filters.row_bound import BoundTable, RowBound

Bound = float | RowBound
VERDICT = "struct<rule: string, value: double, threshold: double, detail: string>"
INSIDE: dict[str, Callable[[Any, Any], Any]] = {
    "at_least": operator.ge,
    "at_most": operator.le,
    "above": operator.gt,
    "below": operator.lt,
}


def bound_column(bound: Bound) -> Column:
    """A bound as a column: the same number in every row, or each row's own."""
    if not isinstance(bound, RowBound):
        return F.lit(float(bound))
    own = F.col(bound.column)
    return own if bound.default is None else F.coalesce(own, bound_column(bound.default))


@dataclass(frozen=True)
class Rule:
    """A bound on one signal; a null signal means that the rule does not apply.

    `signal` is a column and its field, such as `gopher_v1.mean_word_length`. Numbers are bounded by `at_least` and
    `at_most` (the bounds themselves pass) or `above` and `below` (they do not), each one number or, as a `RowBound`,
    each row's own; labels by `one_of` and `none_of`. `detail` names another signal, whose value the verdict tells
    beside it (where none is named, a label itself).
    """

    name: str
    signal: str
    at_least: Bound | None = None
    at_most: Bound | None = None
    above: Bound | None = None
    below: Bound | None = None
    one_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    detail: str | None = None

    def broken(self, ruleset: str) -> Column:
        """Null where the document passes, else a struct of `VERDICT`: the rule, the value, the bound it crossed."""
        value = F.col(self.signal)
        if self.one_of or self.none_of:
            return self._broken_label(ruleset, value)
        number = value.cast("double")
        crossings = self._crossings(number)
        crossed = F.coalesce(F.lit(None).cast("double"), *(F.when(outside, bound) for bound, outside in crossings))
        detail = F.col(self.detail) if self.detail else F.lit(None)
        return F.when(crossed.isNotNull(), self._verdict(ruleset, number, crossed, detail))

    def breaks(self) -> Column:
        """Whether the document breaks the rule; false where the rule does not apply. Cheaper than to say how."""
        value = F.col(self.signal)
        if self.one_of or self.none_of:
            return F.coalesce(self._is_outside(value), F.lit(False))
        crossed = (outside for _, outside in self._crossings(value.cast("double")))
        return F.coalesce(reduce(Column.__or__, crossed, F.lit(False)), F.lit(False))

    def bounds(self) -> dict[str, Bound]:
        """The bounds on a number that are set, by kind."""
        return {kind: bound for kind in INSIDE if (bound := getattr(self, kind)) is not None}

    def _crossings(self, number: Column) -> list[tuple[Column, Column]]:
        """Each bound that is set, with the condition under which the number lies outside it."""
        bounds = ((kind, bound_column(bound)) for kind, bound in self.bounds().items())
        return [(bound, ~INSIDE[kind](number, bound)) for kind, bound in bounds]

    def _is_outside(self, label: Column) -> Column:
        outside = F.lit(False)
        if self.one_of:
            outside = outside | ~label.isin(*self.one_of)
        if self.none_of:
            outside = outside | label.isin(*self.none_of)
        return outside

    def _broken_label(self, ruleset: str, value: Column) -> Column:
        nothing = F.lit(None).cast("double")
        return F.when(
            self._is_outside(value), self._verdict(ruleset, nothing, nothing, F.col(self.detail or self.signal))
        )

    def _verdict(self, ruleset: str, value: Column, threshold: Column, detail: Column) -> Column:
        return F.struct(
            F.lit(f"{ruleset}.{self.name}").alias("rule"),
            value.alias("value"),
            threshold.alias("threshold"),
            detail.cast("string").alias("detail"),
        )


@dataclass(frozen=True)
class RuleSet:
    """The rules of one published filter, under a name with a version, and the annotators whose signals they bound.

    `tables` hold the bounds that differ by row: `judge.bounded` joins them to the signals.
    """

    name: str
    rules: tuple[Rule, ...]
    annotators: tuple[str, ...]
    tables: tuple[BoundTable, ...] = ()
