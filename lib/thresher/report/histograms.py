"""How signals are distributed, beside the bounds of the rules: every histogram of a recipe in one query.

Bins are fixed by the rules before any value is seen, so that one pass counts them all, the same on every cluster:
shares and narrow ranges in equal steps, wide ranges (word counts) in thirds of an octave.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from thresher.filters.judge import passes
from thresher.filters.row_bound import ends
from thresher.filters.rule import Rule
from thresher.recipe import Recipe

STEPS = 50
_PER_OCTAVE = 3
_MOST_CELLS = 20_000  # far above what a recipe needs: bounds what a label with endless values brings back


@dataclass(frozen=True)
class Scale:
    """Bins from 0 to `top`, each `width` wide, and one for all above; without a `top`, thirds of an octave."""

    width: float
    top: float | None

    def bin(self, value: Column) -> Column:
        """The number of a value's bin; on a logarithmic scale all that is not above 0 is in bin -99."""
        number = value.cast("double")
        if self.top is None:
            octave = F.floor(F.log2(F.greatest(number, F.lit(2.0**-30))) * _PER_OCTAVE)
            return F.when(number <= 0, F.lit(-99)).otherwise(octave).cast("int")
        place = F.floor(number / F.lit(self.width))
        return F.least(F.greatest(place, F.lit(0)), F.lit(round(self.top / self.width))).cast("int")

    def left(self, place: int) -> float:
        """The lower edge of a bin."""
        return place * self.width if self.top is not None else 2.0 ** (place / _PER_OCTAVE)

    def place(self, value: float) -> float:
        """Where a value stands on the axis: itself, or on a logarithmic scale in bins."""
        return value if self.top is not None else math.log2(value) * _PER_OCTAVE


@dataclass(frozen=True)
class Histogram:
    """One signal's distribution: `kept` and `dropped` documents by bin; `dropped` are those that break `rules`."""

    signal: str
    scale: Scale
    rules: tuple[tuple[str, Rule], ...]
    kept: Mapping[int, int]
    dropped: Mapping[int, int]


@dataclass(frozen=True)
class Labels:
    """One label's documents, most first: (label, kept, dropped)."""

    signal: str
    rows: tuple[tuple[str, int, int], ...]


def histograms(signals: DataFrame, recipe: Recipe) -> tuple[list[Histogram], list[Labels]]:
    """The distribution of every signal that the recipe has a rule on, and of the lengths of its documents."""
    bounded = _by_signal(recipe)
    numbers = {signal: rules for signal, rules in bounded.items() if not _is_label(recipe, signal)}
    scales = {
        signal: scale_of([rule for _, rule in rules], _is_whole(recipe, signal)) for signal, rules in numbers.items()
    }
    cells = [_cell(signal, _broken(recipe, bounded[signal]), scales.get(signal)) for signal in bounded]
    if not cells:
        return [], []
    counted = (
        signals.select(F.explode(F.array(*cells)).alias("cell"))
        .select("cell.*")
        .where("bin IS NOT NULL OR label IS NOT NULL")
        .groupBy("signal", "label", "bin", "broken")
        .count()
        .orderBy(F.desc("count"), "signal", "label", "bin", "broken")
        .limit(_MOST_CELLS)
        .collect()
    )
    drawn = [_histogram(signal, scales[signal], tuple(numbers[signal]), counted) for signal in numbers]
    return drawn, [_labels(signal, counted) for signal in bounded if signal not in numbers]


def scale_of(rules: Sequence[Rule], whole: bool) -> Scale:
    """The bins for a signal under these rules; `whole` says that its values are whole numbers.

    >>> scale_of([Rule("a", "s", at_most=0.3)], whole=False)
    Scale(width=0.01, top=1.0)
    >>> scale_of([Rule("a", "s", at_least=50, at_most=100_000)], whole=True)
    Scale(width=1.0, top=None)
    >>> scale_of([Rule("a", "s", at_most=0)], whole=True)
    Scale(width=1.0, top=10.0)
    """
    every = [b for rule in rules for bound in rule.bounds().values() for b in ends(bound)]
    bounds = [b for b in every if b > 0]
    if every and not bounds:  # nothing of it is allowed: the first few are worth telling apart
        return Scale(1.0, 10.0) if whole else Scale(1 / (2 * STEPS), 1.0)
    if not bounds or max(bounds) / min(bounds) > 10:
        return Scale(1.0, None)
    if max(bounds) <= 1 and not whole:
        return Scale(1 / (2 * STEPS), 1.0)
    top = max(bounds) * (2 if len(bounds) > 1 else 10)
    width = max(1.0, round(top / STEPS)) if whole else top / STEPS
    return Scale(width, width * math.ceil(top / width))


def bounds_of(rules: Iterable[tuple[str, Rule]]) -> set[tuple[str, float, float]]:
    """The bounds on a number that these rules have: the kind, and between what it lies where it differs by row."""
    return {(kind, *ends(bound)) for _, rule in rules for kind, bound in rule.bounds().items()}


def _by_signal(recipe: Recipe) -> dict[str, list[tuple[str, Rule]]]:
    """The rules on each signal, in the recipe's order, with their full names; lengths and languages without a rule."""
    found: dict[str, list[tuple[str, Rule]]] = {}
    fields = {f"{a.name}.{f.name}" for a in recipe.annotators for f in a.fields}
    for extra in ("sizes_v1.characters", "language_v1.label"):
        if extra in fields:
            found[extra] = []
    for rules in recipe.rulesets:
        for rule in rules.rules:
            found.setdefault(rule.signal, []).append((f"{rules.name}.{rule.name}", rule))
    return found


def _broken(recipe: Recipe, rules: Iterable[tuple[str, Rule]]) -> Column:
    """Whether a document breaks any of these rules; with none, whether the whole filter drops it."""
    broken = " OR ".join(rule.breaks() for _, rule in rules)
    return F.expr(broken) if broken else ~passes(recipe.rulesets)


def _cell(signal: str, broken: Column, scale: Scale | None) -> Column:
    value, nothing = F.col(signal), F.lit(None)
    return F.struct(
        F.lit(signal).alias("signal"),
        (value.cast("string") if scale is None else nothing.cast("string")).alias("label"),
        (nothing.cast("int") if scale is None else scale.bin(value)).alias("bin"),
        broken.alias("broken"),
    )


def _histogram(signal: str, scale: Scale, rules: tuple[tuple[str, Rule], ...], counted: Sequence[Any]) -> Histogram:
    kept = {row["bin"]: row["count"] for row in counted if row["signal"] == signal and not row["broken"]}
    dropped = {row["bin"]: row["count"] for row in counted if row["signal"] == signal and row["broken"]}
    return Histogram(signal, scale, rules, kept, dropped)


def _labels(signal: str, counted: Sequence[Any]) -> Labels:
    rows: dict[str, list[int]] = {}
    for row in counted:
        if row["signal"] == signal:
            rows.setdefault(row["label"], [0, 0])[bool(row["broken"])] += row["count"]
    most_first = sorted(rows.items(), key=lambda item: (-sum(item[1]), item[0]))
    return Labels(signal, tuple((label, kept, dropped) for label, (kept, dropped) in most_first))


def _is_label(recipe: Recipe, signal: str) -> bool:
    kind = _type(recipe, signal)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_boolean(kind))


def _is_whole(recipe: Recipe, signal: str) -> bool:
    return bool(pa.types.is_integer(_type(recipe, signal)))


def _type(recipe: Recipe, signal: str) -> Any:
    annotator, _, name = signal.partition(".")
    return next(a for a in recipe.annotators if a.name == annotator).fields.field(name).type
