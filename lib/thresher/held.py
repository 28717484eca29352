"""Rows that one piece of work reads several times, on the executors' disks until it ends."""

from dataclasses import dataclass, field

from pyspark import StorageLevel
from pyspark.sql import DataFrame


@dataclass(frozen=True)
class Held:
    """What a piece of work holds; `release` gives it back, once for all of it."""

    rows: list[DataFrame] = field(default_factory=list)

    def hold(self, rows: DataFrame) -> DataFrame:
        """The same rows, made once when they are first read."""
        self.rows.append(rows.persist(StorageLevel.DISK_ONLY))
        return self.rows[-1]

    def release(self) -> None:
        """Give back all that is held."""
        for rows in self.rows:
            rows.unpersist()
