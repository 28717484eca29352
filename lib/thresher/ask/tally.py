"""Verdicts counted: where documents leave, which rules drop them, alone and together. One query, one small answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from thresher.corpus import Corpus

FILTER = "filter"


@dataclass(frozen=True)
class Tally:
    """Counts of documents under one recipe.

    `steps` says at which step documents leave: `filter`, or the rule of a later stage (`dedup.exact`). `broken` counts
    the documents that break a rule, `alone` those that break no other, `together` those that break both rules of a
    pair (each pair once, names in order).
    """

    documents: int
    quarantined: int
    steps: Mapping[str, int]
    broken: Mapping[str, int]
    alone: Mapping[str, int]
    together: Mapping[tuple[str, str], int]

    @property
    def dropped(self) -> int:
        """Documents with at least one verdict."""
        return sum(self.steps.values())


def tally(corpus: Corpus, recipe: str) -> Tally:
    """Count the recipe's verdicts, the documents and the quarantine in one query."""
    verdicts = corpus.verdicts.where(F.col("recipe") == recipe)
    cells = (
        _cells(verdicts)
        .unionByName(_one_each(corpus.documents, "documents"))
        .unionByName(_one_each(corpus.quarantine, "quarantine"))
        .groupBy("kind", "a", "b")
        .agg(F.count(F.lit(1)).alias("n"), F.count_if("alone").alias("alone"))
        .collect()
    )
    kinds = ("step", "pair", "documents", "quarantine")
    of = {kind: [cell for cell in cells if cell["kind"] == kind] for kind in kinds}
    rules = [cell for cell in of["pair"] if cell["a"] == cell["b"]]
    return Tally(
        documents=sum(cell["n"] for cell in of["documents"]),
        quarantined=sum(cell["n"] for cell in of["quarantine"]),
        steps={cell["a"]: cell["n"] for cell in of["step"]},
        broken={cell["a"]: cell["n"] for cell in rules},
        alone={cell["a"]: cell["alone"] for cell in rules},
        together={(cell["a"], cell["b"]): cell["n"] for cell in of["pair"] if cell["a"] < cell["b"]},
    )


def _cells(verdicts: DataFrame) -> DataFrame:
    """For every document its step, each rule that it breaks, and each pair of them: few cells a document."""
    documents = verdicts.groupBy("doc_id").agg(
        F.sort_array(F.collect_set("rule")).alias("rules"),
        F.max(F.col("stage") == FILTER).alias("filtered"),
    )
    # A document that the filter drops never gets to a later stage; of later stages' rules the first by name counts.
    step = F.when(F.col("filtered"), F.lit(FILTER)).otherwise(F.col("rules")[0])
    single = F.size("rules") == 1
    cells = F.concat(F.array(_cell("step", step, F.lit(None), F.lit(False))), _pairs(single))
    return documents.select(F.explode(cells).alias("cell")).select("cell.*")


def _pairs(single: Column) -> Column:
    def with_later(rule: Column) -> Column:
        later = F.filter("rules", lambda other: other >= rule)
        return F.transform(later, lambda other: _cell("pair", rule, other, single))

    return F.flatten(F.transform("rules", with_later))


def _one_each(rows: DataFrame, kind: str) -> DataFrame:
    nothing = F.lit(None)
    return rows.select(_cell(kind, nothing, nothing, F.lit(False)).alias("cell")).select("cell.*")


def _cell(kind: str, a: Column, b: Column, alone: Column) -> Column:
    text = "string"
    return F.struct(F.lit(kind).alias("kind"), a.cast(text).alias("a"), b.cast(text).alias("b"), alone.alias("alone"))
