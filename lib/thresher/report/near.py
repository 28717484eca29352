"""Documents next to a threshold, on both sides of it: what a small change of the bound would let in or lose."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from thresher.ask.shown import beside
from thresher.filters.rule import INSIDE, Bound, as_bound, as_number
from thresher.recipe import Recipe

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


@dataclass(frozen=True)
class _Question:
    """One side of one bound: the rule's full name, its signal, the kind of bound, the bound, and which side."""

    name: str
    signal: str
    kind: str
    bound: Bound
    passes: bool

    def column(self) -> Column:
        """The nearest row of a group on this side."""
        number, at = as_number(self.signal), as_bound(self.bound)
        value, bound, inside = F.expr(number), F.expr(at), F.expr(f"{number} {INSIDE[self.kind]} {at}")
        row = F.struct(
            F.abs(value - bound).alias("distance"), "doc_id", "batch", value.alias("value"), bound.alias("bound")
        )
        return F.min(F.when(inside if self.passes else ~inside, row))


def nearest(signals: DataFrame, recipe: Recipe) -> list[Near]:
    """The documents nearest to each bound of each rule on numbers: up to `EACH_SIDE` that pass and as many that don't.

    `signals` are as `judge.bounded` gives them; where bounds differ from row to row, near is near to the row's own.
    One pass over the signals. Each side's are the nearest of as many groups by a hash of the doc_id, so that the answer
    is a row per group; of several as near the one with the smaller doc_id.
    """
    asked = list(_asked(recipe))
    if not asked:
        return []
    columns = [question.column().alias(str(place)) for place, question in enumerate(asked)]
    group = F.pmod(F.xxhash64("doc_id"), F.lit(EACH_SIDE))
    rows = signals.groupBy(group).agg(*columns).collect()
    found = [(place, row[str(place)]) for row in rows for place in range(len(asked)) if row[str(place)] is not None]
    found.sort(key=lambda item: (item[0], item[1]["distance"], item[1]["doc_id"]))
    return [
        Near(asked[place].name, row["doc_id"], row["batch"], row["value"], row["bound"], asked[place].passes)
        for place, row in found
    ]


def _asked(recipe: Recipe) -> Iterator[_Question]:
    """Each bound of each rule, once for either side."""
    for rules in recipe.rulesets:
        for rule in rules.rules:
            for kind, bound in rule.bounds().items():
                for passes in (True, False):
                    yield _Question(f"{rules.name}.{rule.name}", rule.signal, kind, bound, passes)
