"""Rules applied to signals: which rules each document breaks, by how much. Reads no text."""

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from thresher.filters.rule import VERDICT, RuleSet

FAILED = "annotate.failed"


def bounded(signals: DataFrame, rulesets: Sequence[RuleSet]) -> DataFrame:
    """The signals with the bounds that differ by row beside them; what all the rules of these rule sets ask for."""
    tables = {table.column: table for rules in rulesets for table in rules.tables}
    return reduce(lambda found, table: table.joined(found), tables.values(), signals)


def broken_rules(rulesets: Sequence[RuleSet], failed: Column | None = None) -> Column:
    """An array of verdicts, one for each rule that the row's signals break; empty where the document passes.

    The rows are those that `bounded` gives, here and in `passes`.
    `failed` says why a document could not be measured (the column of that name in `signals`).
    """
    rules = (F.expr(rule.broken(rules.name)) for rules in rulesets for rule in rules.rules)
    return F.array_compact(F.array(_unmeasured(F.col("failed") if failed is None else failed), *rules))


def passes(rulesets: Sequence[RuleSet]) -> Column:
    """Whether the row's document breaks no rule."""
    broken = (rule.breaks() for rules in rulesets for rule in rules.rules)
    return F.expr(f"NOT ({' OR '.join(['failed IS NOT NULL', *broken])})")


def verdicts(signals: DataFrame, rulesets: Sequence[RuleSet]) -> DataFrame:
    """One row for each rule that each document breaks: `doc_id`, `batch`, `rule`, `value`, `threshold`, `detail`."""
    broken = bounded(signals, rulesets).select("doc_id", "batch", F.explode(broken_rules(rulesets)).alias("verdict"))
    return broken.select("doc_id", "batch", "verdict.*")


def _unmeasured(failed: Column) -> Column:
    verdict = F.struct(
        F.lit(FAILED).alias("rule"),
        F.lit(None).cast("double").alias("value"),
        F.lit(None).cast("double").alias("threshold"),
        failed.alias("detail"),
    )
    return F.when(failed.isNotNull(), verdict.cast(VERDICT))
