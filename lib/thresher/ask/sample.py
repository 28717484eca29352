"""Documents that a rule drops, to look at: the text beside the value and the threshold.

Which ones is decided by a hash of the seed and the doc_id, so that the same question has the same answer, on any
cluster and in any order, and another seed shows others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from rich.console import Group, RenderableType
from rich.text import Text

from thresher.ask.ledger import Failure, failure_of
from thresher.ask.names import look_up, rows_of
from thresher.ask.rules import require_rule
from thresher.ask.shown import MARK, as_text, escaped, visible
from thresher.corpus import Corpus
from thresher.recipe import Recipe

SHOWN = 1200  # characters of a text that are shown


@dataclass(frozen=True)
class Passage:
    """A document's beginning; `cut` says that the text goes on."""

    doc_id: int
    name: str
    text: str
    cut: bool

    @property
    def shown(self) -> str:
        """The beginning, with a mark where it was cut."""
        return self.text + MARK * self.cut


@dataclass(frozen=True)
class Example:
    """A document that a rule drops, and why."""

    failure: Failure
    passage: Passage


@dataclass(frozen=True)
class Sample:
    """Documents that `rule` drops under `recipe`."""

    recipe: str
    rule: str
    examples: tuple[Example, ...]

    def __iter__(self) -> Iterator[Example]:
        return iter(self.examples)

    def __len__(self) -> int:
        return len(self.examples)

    def __str__(self) -> str:
        return as_text(self.__rich__())

    def __rich__(self) -> RenderableType:
        if not self.examples:
            return Text(f"{self.rule} drops no document under recipe {self.recipe}")
        blocks: list[RenderableType] = []
        for example in self.examples:
            why = f"{self.rule}: {example.failure.by}"
            blocks += [Text(visible(example.passage.name), style="bold"), Text(why, style="yellow")]
            blocks += [Text(visible(example.passage.shown)), Text("")]
        return Group(*blocks)

    def _repr_html_(self) -> str:
        if not self.examples:
            return f"<p>{escaped(self.rule)} drops no document under recipe {escaped(self.recipe)}</p>"
        return "".join(
            f"<h4>{escaped(e.passage.name)} <small>{escaped(self.rule)}: {escaped(e.failure.by)}</small></h4>"
            f'<div style="white-space:pre-wrap;overflow-wrap:anywhere">{escaped(e.passage.shown)}</div>'
            for e in self.examples
        )


def sample(corpus: Corpus, recipe: Recipe, rule: str, n: int = 5, seed: int = 0) -> Sample:
    """Up to `n` documents that `rule` (`RULESET.RULE`) drops, chosen by hash.

    Raises `UsageError`, with the nearest right name, where the recipe has no such rule.
    """
    require_rule(recipe, rule)
    verdicts = corpus.verdicts.where((F.col("recipe") == recipe.name) & (F.col("rule") == rule))
    chosen = verdicts.orderBy(drawn_by(seed), "doc_id").limit(n).collect()
    texts = passages(corpus, {row["doc_id"]: row["batch"] for row in chosen})
    examples = [Example(failure_of(row), texts[row["doc_id"]]) for row in chosen if row["doc_id"] in texts]
    return Sample(recipe.name, rule, tuple(examples))


def drawn_by(seed: int) -> Column:
    """What a sample is ordered by: a hash of the seed and the document, never a random number."""
    return F.xxhash64(F.lit(seed), F.col("doc_id"))


def sample_each(verdicts: DataFrame, n: int, seed: int) -> DataFrame:
    """Up to `n` verdicts of every rule, chosen as `sample` does, with their `place` from 1."""
    order = Window.partitionBy("rule").orderBy(drawn_by(seed), "doc_id")
    return verdicts.withColumn("place", F.row_number().over(order)).where(F.col("place") <= n)


def passages(corpus: Corpus, batches: Mapping[int, int], length: int = SHOWN) -> dict[int, Passage]:
    """The beginnings of these few documents, by doc_id; `batches` says where each lies. Reads text in place."""
    places = look_up(corpus.names, batches, set(batches.values()))
    if not places:
        return {}
    text = (F.substring("text", 1, length).alias("text"), (F.length("text") > length).alias("cut"))
    rows = rows_of(corpus.documents, places.values()).select("doc_id", *text).collect()
    found = {row["doc_id"]: row for row in rows}
    return {i: Passage(i, places[i].name, row["text"] or "", bool(row["cut"])) for i, row in found.items()}
