"""What a rule is: a bound on one signal, applied by Spark's own expressions, so that no text is touched.

The expressions are written in SQL: made of columns, each of their parts would be a call to the JVM, which takes half a
second for the rules of a recipe.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from thresher.filters.row_bound import BoundTable, RowBound

Bound = float | RowBound
VERDICT = "struct<rule: string, value: double, threshold: double, detail: string>"
# How a value that lies inside a bound of each kind compares with it, in SQL.
INSIDE = {"at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}


def as_number(signal: str) -> str:
    """SQL of a signal that bounds are compared with.

    >>> as_number("gopher_v1.words")
    'double(`gopher_v1`.`words`)'
    """
    return f"double({_quoted(signal)})"


def as_bound(bound: Bound) -> str:
    """SQL of a bound: the same number in every row, or each row's own.

    >>> as_bound(50), as_bound(RowBound("by_language.score", 0.5, 0.8, default=0.6))
    ("double('50.0')", "coalesce(`by_language`.`score`, double('0.6'))")
    """
    if not isinstance(bound, RowBound):
        return f"double('{float(bound)!r}')"
    own = _quoted(bound.column)
    return own if bound.default is None else f"coalesce({own}, {as_bound(bound.default)})"


def _quoted(column: str) -> str:
    return ".".join(f"`{part}`" for part in column.split("."))


def _literals(values: Iterable[str]) -> str:
    return ", ".join(map(_literal, values))


def _literal(value: str) -> str:
    """A string by its bytes, for what a backslash in quotes means is a setting of the session."""
    return f"string(X'{value.encode().hex()}')"


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

    def broken(self, ruleset: str) -> str:
        """SQL of a struct of `VERDICT` (the rule, the value, the bound it crossed), null where the document passes."""
        if self._is_of_labels:
            what = ("NULL", "NULL", _quoted(self.detail or self.signal))
            return f"CASE WHEN {self._outside} THEN {self._verdict(ruleset, *what)} END"
        crossings = (f"CASE WHEN {outside} THEN {bound} END" for bound, outside in self._crossings)
        crossed = f"coalesce({', '.join(['NULL', *crossings])})"
        what = (as_number(self.signal), crossed, _quoted(self.detail) if self.detail else "NULL")
        return f"CASE WHEN {crossed} IS NOT NULL THEN {self._verdict(ruleset, *what)} END"

    def breaks(self) -> str:
        """SQL of whether the document breaks the rule, false where the rule does not apply; cheaper than to say how."""
        return f"coalesce({self._outside}, false)"

    def bounds(self) -> dict[str, Bound]:
        """The bounds on a number that are set, by kind."""
        return {kind: bound for kind in INSIDE if (bound := getattr(self, kind)) is not None}

    @property
    def _is_of_labels(self) -> bool:
        return bool(self.one_of or self.none_of)

    @property
    def _outside(self) -> str:
        if not self._is_of_labels:
            return " OR ".join(["false", *(outside for _, outside in self._crossings)])
        label = _quoted(self.signal)
        one_of = [f"{label} NOT IN ({_literals(self.one_of)})"] if self.one_of else []
        none_of = [f"{label} IN ({_literals(self.none_of)})"] if self.none_of else []
        return " OR ".join([*one_of, *none_of])

    @property
    def _crossings(self) -> list[tuple[str, str]]:
        """Each bound that is set, with the condition under which the number lies outside it."""
        bounds = {kind: as_bound(bound) for kind, bound in self.bounds().items()}
        return [(bound, f"NOT ({as_number(self.signal)} {INSIDE[kind]} {bound})") for kind, bound in bounds.items()]

    def _verdict(self, ruleset: str, value: str, threshold: str, detail: str) -> str:
        named = f"'rule', {_literal(f'{ruleset}.{self.name}')}, 'value', {value}, 'threshold', {threshold}"
        return f"CAST(named_struct({named}, 'detail', {detail}) AS {VERDICT})"


@dataclass(frozen=True)
class RuleSet:
    """The rules of one published filter, under a name with a version, and the annotators whose signals they bound.

    `tables` hold the bounds that differ by row: `judge.bounded` joins them to the signals.
    """

    name: str
    rules: tuple[Rule, ...]
    annotators: tuple[str, ...]
    tables: tuple[BoundTable, ...] = ()
