"""What a rule is: a bound on one signal, applied by Spark's own expressions, so that no text is touched."""

from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

VERDICT = "struct<rule: string, value: double, threshold: double, detail: string>"


@dataclass(frozen=True)
class Rule:
    """A bound on one signal; a null signal means that the rule does not apply.

    `signal` is a column and its field, such as `gopher_v1.mean_word_length`. Numbers are bounded by `at_least` and
    `at_most` (the bounds themselves pass) or `above` and `below` (they do not); labels by `one_of` and `none_of`.
    `detail` names another signal, whose value the verdict tells beside it (where none is named, a label itself).
    """

    name: str
    signal: str
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None
    one_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    detail: str | None = None

    def broken(self, ruleset: str) -> Column:
        """Null where the document passes, else a struct of `VERDICT`: the rule, the value, the bound it crossed."""
        value = F.col(self.signal)
        if self.one_of or self.none_of:
            return self._broken_label(ruleset, value)
        number = value.cast("double")
        crossed = F.coalesce(*(F.when(outside, bound) for bound, outside in self._crossings(number)))
        detail = F.col(self.detail) if self.detail else F.lit(None)
        return F.when(crossed.isNotNull(), self._verdict(ruleset, number, crossed, detail))

    def breaks(self) -> Column:
        """Whether the document breaks the rule; false where the rule does not apply. Cheaper than to say how."""
        value = F.col(self.signal)
        if self.one_of or self.none_of:
            return F.coalesce(self._is_outside(value), F.lit(False))
        crossed = (outside for _, outside in self._crossings(value.cast("double")))
        return F.coalesce(reduce(Column.__or__, crossed), F.lit(False))

    def _crossings(self, number: Column) -> list[tuple[Column, Column]]:
        """Each bound that is set, with the condition under which the number lies outside it."""
        crossings = [(F.lit(None).cast("double"), F.lit(False))]
        if self.at_least is not None:
            crossings.append((F.lit(float(self.at_least)), number < self.at_least))
        if self.at_most is not None:
            crossings.append((F.lit(float(self.at_most)), number > self.at_most))
        if self.above is not None:
            crossings.append((F.lit(float(self.above)), number <= self.above))
        if self.below is not None:
            crossings.append((F.lit(float(self.below)), number >= self.below))
        return crossings

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
    """The rules of one published filter, under a name with a version, and the annotators whose signals they bound."""

    name: str
    rules: tuple[Rule, ...]
    annotators: tuple[str, ...]
