"""Bounds by language, as a recipe gives them: `at_least: {en: 0.65, de: 0.8, default: 0.7}` in a number's place.

The languages are labels of `language_v1`'s model. `default` is for all others, null for no bound; without it they keep
the published one.
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
    >>> bound = with_bounds(published, {"score": {"at_least": {"de": 0.8, "fr": 0.7}}}).rules[0].at_least
    >>> bound.least, bound.most, bound.default
    (0.65, 0.8, 0.65)
    """
    table = BoundTable.of(f"{published.name}_by_language", LABEL, _rows(overrides))
    rules = tuple(_rule(rule, overrides.get(rule.name, {}), table) for rule in published.rules)
    if not table.rows:
        return replace(published, rules=rules)
    annotators = tuple(dict.fromkeys((*published.annotators, ANNOTATOR)))
    return replace(published, rules=rules, annotators=annotators, tables=(*published.tables, table))


def _rows(overrides: Overrides) -> dict[str, dict[str, float]]:
    """The bounds of each language that is named, by rule and kind."""
    rows: dict[str, dict[str, float]] = {}
    for rule, bounds in overrides.items():
        for kind, bound in bounds.items():
            for label, number in bound.items() if isinstance(bound, Mapping) else ():
                if label != DEFAULT:
                    rows.setdefault(label, {})[f"{rule}_{kind}"] = number
    return rows


def _rule(rule: Rule, bounds: Mapping[str, Any], table: BoundTable) -> Rule:
    changed: dict[str, Any] = {kind: _bound(rule, kind, bound, table) for kind, bound in bounds.items()}
    return replace(rule, **changed)


def _bound(rule: Rule, kind: str, bound: Any, table: BoundTable) -> Any:
    if isinstance(bound, list):
        return tuple(bound)
    if not isinstance(bound, Mapping):
        return bound
    default = bound.get(DEFAULT, getattr(rule, kind))
    return table.bound(f"{rule.name}_{kind}", default) or default


def checked_bound(kind: str, bound: Any) -> Any:
    """A bound as `with_bounds` takes it, its numbers as floats; raises ValueError, which says what it must be.

    >>> checked_bound("at_least", {"en": 1, "default": None}), checked_bound("one_of", ["en"])
    ({'en': 1.0, 'default': None}, ['en'])
    >>> checked_bound("one_of", "en")
    Traceback (most recent call last):
    ValueError: must be a list of labels
    """
    if bound is None:
        return None
    if kind in INSIDE:
        return _by_label(bound) if isinstance(bound, Mapping) and bound else _number(bound)
    if not isinstance(bound, list | tuple) or not all(isinstance(label, str) for label in bound):
        raise ValueError("must be a list of labels")
    return list(bound)


def _by_label(bounds: Mapping[Any, Any]) -> dict[str, float | None]:
    return {str(k): None if k == DEFAULT and number is None else _number(number) for k, number in bounds.items()}


def _number(value: Any) -> float:
    """YAML reads `1e5` as text and `yes` as a boolean: the first is a number, the second none."""
    try:
        number = float("nan" if isinstance(value, bool) else value)
    except (TypeError, ValueError):
        number = float("nan")
    if number != number:
        raise ValueError("must be a number, or numbers by language ({en: 0.65, default: 0.7})")
    return number
