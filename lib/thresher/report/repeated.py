"""Repeated lines or paragraphs for the report: those that most documents have, each with an example, and what went."""

from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import functions as F

from thresher.ask.excerpts import Span, excerpts
from thresher.ask.names import look_up
from thresher.corpus import Corpus
from thresher.recipe import Recipe
from thresher.runs import Runs

MOST = 20
_SHOWN = 300  # bytes of an example


@dataclass(frozen=True)
class Repeated:
    """One unit: how many documents have it, how often it was cut, how many bytes that is, and one that was cut."""

    documents: int
    cuts: int
    cut_bytes: int
    name: str
    text: str


@dataclass(frozen=True)
class Repeats:
    """The most repeated units, and the stage's counts (`units`, `unit_bytes`, `cut`, `cut_bytes`, `shuffled_bytes`)."""

    most: tuple[Repeated, ...]
    counts: Mapping[str, int]


def repeats(corpus: Corpus, runs: Runs, recipe: Recipe) -> Repeats | None:
    """What line dedup cut; none where the recipe asks for none. Reads text of the examples' documents alone."""
    row = runs.newest("lines", recipe.name)
    if recipe.lines is None or row is None:
        return None
    units = corpus.edits.where((F.col("recipe") == recipe.name) & (F.col("stage") == "lines")).groupBy("unit")
    counted = units.agg(
        F.max("documents").alias("documents"),
        F.count(F.lit(1)).alias("cuts"),
        F.sum(F.col("end") - F.col("start")).alias("cut_bytes"),
        F.min(F.struct("doc_id", "start", "end", "batch")).alias("example"),
    )
    rows = counted.orderBy(F.desc("documents"), F.desc("cuts"), "unit").limit(MOST).collect()
    spans = [Span(*(found["example"][name] for name in Span._fields)) for found in rows]
    batches = {found["example"]["batch"] for found in rows}
    names = look_up(corpus.names, {span.doc_id for span in spans}, batches)
    texts = excerpts(corpus, names.values(), spans, _SHOWN)
    shown = [
        Repeated(found["documents"], found["cuts"], found["cut_bytes"], names[span.doc_id].name, texts[span])
        for found, span in zip(rows, spans, strict=True)
        if span in texts
    ]
    return Repeats(tuple(shown), row.counts)
