"""How many documents pass by either of two sets of rules, and how many of those are copies of others: in one pass."""

from collections.abc import Mapping

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from thresher.ask.bits import any_of


def counted(judged: DataFrame, passes: Mapping[str, str], rules: int, none_kept: bool) -> Row:
    """All counts of what-if in one row: `documents`, `before`, `after`, `newly_passing`, `newly_failing`, and more.

    `rule_0`, `rule_1` … are the documents that break each rule; `copies_before` and `copies_after` those that pass and
    are copies of another one that passes (all but one of each cluster, or all with `none_kept`), or that another corpus
    has. `judged` holds `bits` of the rules, `copy_of` and `elsewhere`; `passes` is SQL of whether a document passes
    before and after. All is counted by cluster and then summed, those in no cluster as one.
    """
    before, after = passes["before"], passes["after"]
    conditions = {
        "documents": "true",
        **passes,
        "newly_passing": f"NOT ({before}) AND {after}",
        "newly_failing": f"{before} AND NOT ({after})",
        **{f"elsewhere_{side}": f"elsewhere AND {condition}" for side, condition in passes.items()},
        **{f"rule_{place}": any_of([place]) for place in range(rules)},
    }
    counts = (F.expr(f"count_if({sql})").alias(name) for name, sql in conditions.items())
    clusters = judged.groupBy("copy_of").agg(*counts)
    copies = (f"{_spare(side, none_kept)} + sum(elsewhere_{side}) AS copies_{side}" for side in passes)
    found = clusters.selectExpr(*(f"sum({name}) AS {name}" for name in conditions), *copies)
    return found.na.fill(0).collect()[0]  # a sum of no rows is null


def _spare(side: str, none_kept: bool) -> str:
    """SQL of the documents of all clusters that pass beside another one of theirs."""
    spare = f"if({side} > 1, {side}, 0)" if none_kept else f"greatest({side} - 1, 0)"
    return f"sum(if(copy_of IS NULL, 0, {spare}))"
