"""Bounds that differ from row to row, such as FineWeb-2's by language: a small table, joined to the signals once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from thresher.fingerprint import fingerprint

Bounds = Mapping[str, Mapping[str, float | None]]


@dataclass(frozen=True)
class RowBound:
    """A bound that each row has in a column; `least` and `most` are the extremes.

    Null there: `default` is the bound, another one by row perhaps, and without one the rule does not apply.
    """

    column: str
    least: float
    most: float
    default: "float | RowBound | None" = None


def ends(bound: float | RowBound) -> tuple[float, float]:
    """Between what a bound lies: a number is both.

    >>> ends(2), ends(RowBound("by_language.score", 0.5, 0.8))
    ((2.0, 2.0), (0.5, 0.8))
    """
    return (bound.least, bound.most) if isinstance(bound, RowBound) else (float(bound), float(bound))


@dataclass(frozen=True)
class BoundTable:
    """Bounds by the value of a signal, `key`: `rows[value]` are those of the documents that have this value.

    `column` is the struct column that the signals get; it is named after the content, so that two tables (before and
    after a change) stand side by side and a rule that names another table is another rule.
    """

    key: str
    rows: Bounds
    column: str = ""

    @classmethod
    def of(cls, name: str, key: str, rows: Bounds) -> "BoundTable":
        """The table, with its column's name made of `name` and its content."""
        table = cls(key, {value: dict(row) for value, row in rows.items()})
        return replace(table, column=f"{name}_{fingerprint([key, table.rows])}")

    def bound(self, name: str, default: float | RowBound | None = None) -> RowBound | None:
        """The bound called `name` as rules take it, `default` for rows without it; None where no row has it.

        >>> table = BoundTable.of("by_language", "language_v1.label", {"de": {"score": 0.8}, "fr": {"score": 0.7}})
        >>> bound = table.bound("score")
        >>> bound.column.split(".")[1], bound.least, bound.most
        ('score', 0.7, 0.8)
        """
        values = [value for row in self.rows.values() if (value := row.get(name)) is not None]
        if not values:
            return None
        values += () if default is None else ends(default)
        return RowBound(f"{self.column}.{name}", min(values), max(values), default)

    def joined(self, signals: DataFrame) -> DataFrame:
        """The signals with their rows' bounds in `column`, null where the table has no row of that key."""
        names = sorted({name for row in self.rows.values() for name in row})
        bounds = pa.struct([(name, pa.float64()) for name in names])
        key = f"{self.column}_key"
        local = pa.table(
            {key: pa.array(list(self.rows), pa.string()), self.column: pa.array(list(self.rows.values()), bounds)}
        )
        table = signals.sparkSession.createDataFrame(local)
        return signals.join(F.broadcast(table), signals[self.key] == table[key], "left").drop(key)
