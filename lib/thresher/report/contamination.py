"""What decontamination found: by benchmark and by item, counted by Spark from the signals alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from thresher.ask.names import look_up
from thresher.corpus import Corpus
from thresher.recipe import Recipe

NAME = "decontamination_v1"
BENCHMARKS, ITEMS = 50, 30


@dataclass(frozen=True)
class Benchmark:
    """A benchmark: how many of its items were found in any document, and how many documents hold any of them."""

    name: str
    items: int
    documents: int


@dataclass(frozen=True)
class Item:
    """An item, the documents that it was found in, and its longest overlap: its words, how many, and in which one."""

    benchmark: str
    name: str
    documents: int
    words: int
    overlap: str
    document: str


@dataclass(frozen=True)
class Contamination:
    """The benchmarks and the items that most documents hold, most first; `documents` hold any item."""

    documents: int
    benchmarks: Sequence[Benchmark]
    items: Sequence[Item]


def contamination(corpus: Corpus, signals: DataFrame, recipe: Recipe) -> Contamination | None:
    """What the recipe's decontamination found; None where it has none."""
    if all(annotator.name != NAME for annotator in recipe.annotators):
        return None
    held = signals.where(f"{NAME}.items > 0").select("doc_id", "batch", f"{NAME}.matches")
    matches = held.select("doc_id", "batch", F.explode("matches").alias("match"))
    matches = matches.select("doc_id", "batch", "match.benchmark", "match.item", "match.words")
    return Contamination(held.count(), _benchmarks(held, matches), _items(corpus, held, matches))


def _benchmarks(held: DataFrame, matches: DataFrame) -> list[Benchmark]:
    """Documents and items are counted apart: a document often holds several items of a benchmark."""
    documents = held.select(F.explode(F.array_distinct("matches.benchmark")).alias("benchmark"))
    items = matches.select("benchmark", "item").distinct()
    counted = documents.groupBy("benchmark").agg(F.count(F.lit(1)).alias("documents"))
    both = counted.join(items.groupBy("benchmark").agg(F.count(F.lit(1)).alias("items")), "benchmark")
    rows = both.orderBy(F.desc("documents"), "benchmark").limit(BENCHMARKS).collect()
    return [Benchmark(row["benchmark"], row["items"], row["documents"]) for row in rows]


def _items(corpus: Corpus, held: DataFrame, matches: DataFrame) -> list[Item]:
    """The items of most documents; only numbers are grouped, and the words are then fetched of so many documents."""
    longest = F.max(F.struct("words", F.negative("doc_id").alias("document"), "batch")).alias("longest")
    counted = matches.groupBy("benchmark", "item").agg(F.count(F.lit(1)).alias("documents"), longest)
    rows = counted.orderBy(F.desc("documents"), "benchmark", "item").limit(ITEMS).collect()
    ids = {-row["longest"]["document"]: row["longest"]["batch"] for row in rows}
    names, overlaps = look_up(corpus.names, ids, set(ids.values())), _overlaps(held, ids)
    return [_item(row, overlaps, {i: document.name for i, document in names.items()}) for row in rows]


def _overlaps(held: DataFrame, ids: Mapping[int, int]) -> dict[tuple[int, str, str], str]:
    if not ids:
        return {}
    there = F.col("doc_id").isin(sorted(ids)) & F.col("batch").isin(sorted(set(ids.values())))
    rows = held.where(there).select("doc_id", F.explode("matches").alias("match")).select("doc_id", "match.*").collect()
    return {(row["doc_id"], row["benchmark"], row["item"]): row["overlap"] for row in rows}


def _item(row: Any, overlaps: Mapping[tuple[int, str, str], str], names: Mapping[int, str]) -> Item:
    document = -row["longest"]["document"]
    overlap = overlaps.get((document, row["benchmark"], row["item"]), "")
    name = names.get(document, str(document))
    return Item(row["benchmark"], row["item"], row["documents"], row["longest"]["words"], overlap, name)
