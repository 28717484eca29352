"""Bounds by language, as a recipe gives them: `at_least: {en: 0.65, de: 0.8, default: 0.7}` in a number's place.

The languages are labels of `language_v1`'s model. `default` is for all others; without it the bound is none for them.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from thresher.filters.row_bound import BoundTable
from thresher.filters.rule import INSIDE, Rule, RuleSet

ANNOTATOR, LABEL, DEFAULT = "language_v1", "language_v1.label", "default"
Overrides = Mapping[str, Mapping[str, Any]]


def with_bounds(published: RuleSet, overrides: Overrides) -> RuleSet:
    """The rule set with the bounds that `overrides` names by rule and kind in place of its own.

    >>> published = RuleSet("mine", (Rule("score", "language_v1.score", at_least=0.65),), ("language_v1",))
    >>> bound = with_bounds(published, {"score": {"at_least": {"de": 0.8, "default": 0.7}}}).rules[0].at_least
    >>> bound.least, bound.most, bound.default
    (0.7, 0.8, 0.7)
    """
    table = BoundTable.of(f"{published.name}_by_language", LABEL, _rows(overrides))
    numbers = {
        rule: {kind: _bound(table, rule, kind, bound) for kind, bound in bounds.items()}
        for rule, bounds in overrides.items()
    }
    if not table.rows:
        return _replaced(published, numbers)
    annotators = tuple(dict.fromkeys((*published.annotators, ANNOTATOR)))
    return replace(_replaced(published, numbers), annotators=annotators, tables=(*published.tables, table))


def _rows(overrides: Overrides) -> dict[str, dict[str, float]]:
    """The bounds of each language that is named, by rule and kind."""
    rows: dict[str, dict[str, float]] = {}
    for rule, bounds in overrides.items():
        for kind, bound in bounds.items():
            for label, number in bound.items() if isinstance(bound, Mapping) else ():
                if label != DEFAULT:
                    rows.setdefault(label, {})[f"{rule}_{kind}"] = number
    return rows


def _bound(table: BoundTable, rule: str, kind: str, bound: Any) -> Any:
    if not isinstance(bound, Mapping):
        return bound
    return table.bound(f"{rule}_{kind}", bound.get(DEFAULT)) or bound.get(DEFAULT)


def _replaced(published: RuleSet, overrides: Overrides) -> RuleSet:
    return replace(published, rules=tuple(_rule(rule, overrides.get(rule.name, {})) for rule in published.rules))


def _rule(rule: Rule, bounds: Mapping[str, Any]) -> Rule:
    changed: dict[str, Any] = {key: tuple(v) if isinstance(v, list | tuple) else v for key, v in bounds.items()}
    return replace(rule, **changed)


def wrong_bound(kind: str, bound: Any) -> str | None:
    """What is wrong with a bound of this kind; None where it is right.

    >>> wrong_bound("at_least", {"en": 0.5}), wrong_bound("one_of", 3)
    (None, 'is a list of labels, not 3')
    """
    if kind in INSIDE and isinstance(bound, list):
        return f"is a number, or numbers by language ({{en: 0.65, default: 0.7}}), not {bound!r}"
    if kind not in INSIDE and not isinstance(bound, list | tuple | None):
        return f"is a list of labels, not {bound!r}"
    return None
