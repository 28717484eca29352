"""Two recipes side by side on one corpus: what each keeps that the other drops, by which rule, with samples."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from thresher.ask.rules import require_filtered
from thresher.ask.sample import Passage, drawn_by, passages
from thresher.ask.shown import as_text, html_table, one_line
from thresher.corpus import Corpus
from thresher.errors import UsageError
from thresher.runs import Runs


@dataclass(frozen=True)
class OneSided:
    """The documents that recipe `keeper` keeps and recipe `dropper` drops, and the dropper's rules that they break."""

    keeper: str
    dropper: str
    documents: int
    by_rule: Mapping[str, int]
    samples: tuple[tuple[Passage, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Diff:
    """What each of two recipes keeps that the other drops; `both` and `neither` complete the count of documents."""

    left: OneSided
    right: OneSided
    both: int
    neither: int

    @property
    def table(self) -> pd.DataFrame:
        """One row for each rule: `kept_by`, `dropped_by`, `rule`, `documents`."""
        rows = [(s.keeper, s.dropper, rule, n) for s in (self.left, self.right) for rule, n in s.by_rule.items()]
        return pd.DataFrame(rows, columns=["kept_by", "dropped_by", "rule", "documents"])

    def __str__(self) -> str:
        return as_text(self.__rich__())

    def __rich__(self) -> RenderableType:
        blocks: list[RenderableType] = [Text(self._title), Text("")]
        for side in (self.left, self.right):
            blocks += [Text(_title(side), style="bold")]
            table = Table(box=None, pad_edge=False)
            table.add_column(f"rule of {side.dropper}")
            table.add_column("documents", justify="right")
            for rule, n in side.by_rule.items():
                table.add_row(rule, f"{n:,}")
            blocks += [table, Text("")] if side.by_rule else [Text("")]
            for passage, rules in side.samples:
                line = Text.assemble((passage.name, "bold"), "  ", (", ".join(rules), "dim"))
                blocks += [line, Text(one_line(passage.shown, 300)), Text("")]
        return Group(*blocks)

    def _repr_html_(self) -> str:
        parts = [html_table(("", "documents"), self._overview())]
        for side in (self.left, self.right):
            rules = [(rule, f"{n:,}") for rule, n in side.by_rule.items()]
            parts.append(html_table((f"rule of {side.dropper}", "documents"), rules, _title(side)))
            shown = [(p.name, ", ".join(rules), one_line(p.shown, 300)) for p, rules in side.samples]
            parts.append(html_table(("document", "rules", "text"), shown))
        return f"<div>{''.join(parts)}</div>"

    @property
    def _title(self) -> str:
        return ", ".join(f"{name}: {n}" for name, n in self._overview())

    def _overview(self) -> list[tuple[str, str]]:
        left, right = self.left.keeper, self.right.keeper
        return [
            ("kept by both", f"{self.both:,}"),
            (f"by {left} alone", f"{self.left.documents:,}"),
            (f"by {right} alone", f"{self.right.documents:,}"),
            ("by neither", f"{self.neither:,}"),
        ]


def diff(corpus: Corpus, runs: Runs, left: str, right: str, n: int = 5, seed: int = 0) -> Diff:
    """What recipe `left` keeps that `right` drops, and the other way round, with `n` samples each, chosen by hash.

    Raises `UsageError` for a recipe compared with itself, `ThresherError` for one that was never run here.
    """
    if left == right:
        raise UsageError(f"{left} is compared with itself: name two recipes")
    for recipe in (left, right):
        require_filtered(runs, recipe)
    documents = _by_document(corpus.verdicts, left, right)
    counted = {(row["kind"], row["rule"]): row["count"] for row in _counts(documents).collect()}
    total = corpus.documents.count()
    lefts = _one_sided(corpus, documents, left, right, counted, n, seed)
    rights = _one_sided(corpus, documents, right, left, counted, n, seed)
    neither = counted.get(("neither", None), 0)
    return Diff(lefts, rights, total - lefts.documents - rights.documents - neither, neither)


def _by_document(verdicts: DataFrame, left: str, right: str) -> DataFrame:
    """One row for each document that either drops: `kind` names the one recipe that drops it, or is `neither`."""

    def rules(recipe: str) -> Column:
        return F.sort_array(F.collect_set(F.when(F.col("recipe") == recipe, F.col("rule"))))

    documents = (
        verdicts.where(F.col("recipe").isin(left, right))
        .groupBy("doc_id", "batch")
        .agg(rules(left).alias("left"), rules(right).alias("right"))
    )
    kind = F.when(F.size("left") == 0, F.lit(right)).when(F.size("right") == 0, F.lit(left)).otherwise(F.lit("neither"))
    return documents.select("doc_id", "batch", kind.alias("kind"), F.concat("left", "right").alias("rules"))


def _counts(documents: DataFrame) -> DataFrame:
    """For each kind its documents (`rule` null), and for one-sided ones the documents that break each rule."""
    own = F.when(F.col("kind") != "neither", F.col("rules")).otherwise(F.array().cast("array<string>"))
    everyone = F.concat(F.array(F.lit(None).cast("string")), own)
    return documents.select("kind", F.explode(everyone).alias("rule")).groupBy("kind", "rule").count()


def _one_sided(
    corpus: Corpus,
    documents: DataFrame,
    keeper: str,
    dropper: str,
    counted: Mapping[tuple[str, str | None], int],
    n: int,
    seed: int,
) -> OneSided:
    rules = {rule: count for (kind, rule), count in counted.items() if kind == dropper and rule is not None}
    most_first = dict(sorted(rules.items(), key=lambda item: (-item[1], item[0])))
    count, samples = counted.get((dropper, None), 0), []
    if count:
        chosen = documents.where(F.col("kind") == dropper).orderBy(drawn_by(seed), "doc_id").limit(n).collect()
        texts = passages(corpus, {row["doc_id"]: row["batch"] for row in chosen})
        samples = [(texts[row["doc_id"]], tuple(row["rules"])) for row in chosen if row["doc_id"] in texts]
    return OneSided(keeper, dropper, count, most_first, tuple(samples))


def _title(side: OneSided) -> str:
    return f"{side.keeper} keeps {side.documents:,} documents that {side.dropper} drops"
