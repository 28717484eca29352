"""Documents next to a threshold, on both sides of it: what a small change of the bound would let in or lose."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from thresher.ask.shown import beside
from thresher.filters.rule import Rule
from thresher.recipe import Recipe
from thresher.report.histograms import bounds_of

EACH_SIDE = 2


@dataclass(frozen=True)
class Near:
    """A document next to a rule's bound: its value, and whether the rule lets it pass."""

    rule: str
    doc_id: int
    batch: int
    value: float
    bound: float
    passes: bool

    @property
    def by(self) -> str:
        """The value beside the bound."""
        return beside(self.value, self.bound)


def nearest(signals: DataFrame, recipe: Recipe) -> list[Near]:
    """The documents nearest to each bound of each rule on numbers: up to `EACH_SIDE` that pass and as many that don't.

    One pass over the signals. Each side's are the nearest of as many groups by a hash of the doc_id, so that the answer
    is a row per group; of several as near the one with the smaller doc_id.
    """
    asked = list(_asked(recipe))
    if not asked:
        return []
    columns = [_nearest(*question).alias(str(place)) for place, question in enumerate(asked)]
    group = F.pmod(F.xxhash64("doc_id"), F.lit(EACH_SIDE))
    rows = signals.groupBy(group).agg(*columns).collect()
    found = [(asked[place], row[str(place)]) for row in rows for place in range(len(asked))]
    near = [
        Near(name, row["doc_id"], row["batch"], row["value"], bound, passes)
        for (name, _, bound, passes, _), row in found
        if row is not None
    ]
    return sorted(near, key=lambda n: (n.rule, n.bound, not n.passes, abs(n.value - n.bound), n.doc_id))


def _asked(recipe: Recipe) -> Iterator[tuple[str, Rule, float, bool, str]]:
    """Each bound of each rule, once for either side: the rule's full name, the rule, the bound, the side, its kind."""
    for rules in recipe.rulesets:
        for rule in rules.rules:
            for kind, bound in bounds_of(rule).items():
                for passes in (True, False):
                    yield f"{rules.name}.{rule.name}", rule, bound, passes, kind


def _nearest(name: str, rule: Rule, bound: float, passes: bool, kind: str) -> Column:
    value = F.col(rule.signal).cast("double")
    inside = {"at_least": value >= bound, "at_most": value <= bound, "above": value > bound, "below": value < bound}
    row = F.struct(F.abs(value - bound).alias("distance"), "doc_id", "batch", value.alias("value"))
    return F.min(F.when(inside[kind] if passes else ~inside[kind], row))
