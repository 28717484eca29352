"""A rule set's verdicts on any DataFrame."""

from collections.abc import Mapping, Sequence
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from thresher.annotators.base import Annotator
from thresher.annotators.order import in_order
from thresher.annotators.registry import ANNOTATORS, make
from thresher.errors import UsageError
from thresher.filters.judge import bounded, broken_rules
from thresher.filters.registry import ruleset
from thresher.functions.signals import signal

_ROW = "judged_row"  # holds all columns there are, so that none is taken for a measurement


def judge(
    documents: DataFrame, rules: str, text: str = "text", settings: Mapping[str, Mapping[str, Any]] | None = None
) -> DataFrame:
    """Adds `verdicts`, an array of the rules of one rule set that each document breaks; drops no row and no column.

    Each verdict holds `rule`, `value`, `threshold` and `detail`. `settings` are those of the annotators, as in a
    recipe: `T.judge(df, "badwords_v1", settings={"badwords_v1": {"lists": "ldnoobw"}})`. Raises `UsageError` where no
    rule set is so called, and where there is a column `verdicts` already.

    >>> df = spark.createDataFrame([("Wir haben lange geredet.",), ("We talked for a long time.",)], "text string")
    >>> T.judge(df, "language_v1").select("text", "verdicts.rule").show(truncate=False)
    +--------------------------+----------------------+
    |text                      |rule                  |
    +--------------------------+----------------------+
    |Wir haben lange geredet.  |[language_v1.language]|
    |We talked for a long time.|[]                    |
    +--------------------------+----------------------+
    """
    judged = ruleset(rules, settings=settings)
    if "verdicts" in documents.columns:
        raise UsageError("the DataFrame has a column `verdicts` already: rename it before it is judged again")
    measured = documents.select(F.struct("*").alias(_ROW))
    for annotator in _annotators(judged.annotators, settings or {}):
        names = (text if name == "text" else name for name in annotator.inputs)
        inputs = (F.col(name if name in measured.columns else f"{_ROW}.{name}") for name in names)
        measured = measured.withColumn(annotator.name, signal(annotator)(*inputs))
    verdicts = broken_rules([judged], failed=F.lit(None).cast("string"))
    return bounded(measured, [judged]).select(f"{_ROW}.*", verdicts.alias("verdicts"))


def _annotators(names: Sequence[str], settings: Mapping[str, Mapping[str, Any]]) -> tuple[Annotator, ...]:
    """The annotators so called and those that they need, each after those."""
    made = {name: make(name, settings.get(name, {})) for name in names}
    needed = {source for annotator in made.values() for source in annotator.inputs if source in ANNOTATORS}
    return in_order([*made.values(), *(make(name, settings.get(name, {})) for name in sorted(needed - made.keys()))])
