"""The funnel: how many records were read, and how many each step and each rule took out, down to the release."""

from dataclasses import dataclass

import pandas as pd
from pyspark.sql import Row
from pyspark.sql import functions as F
from rich.table import Table

from thresher.ask.interval import share_within
from thresher.ask.rules import is_of_filter, require_filtered, rule_names
from thresher.ask.shown import as_text, html_table, share
from thresher.ask.tally import FILTER, Tally, tally
from thresher.corpus import Corpus
from thresher.recipe import Recipe
from thresher.runs import Runs

REASONS = 3  # of quarantined records, the most frequent


@dataclass(frozen=True)
class Step:
    """One line of the funnel.

    `documents` are left after a step (`read`, `documents`, `kept`, `released`), or taken out by one (`quarantined`,
    `filter`, `dedup.exact` …), or by one rule of the filter (`rule`), which drops `alone` of them without any other.
    """

    name: str
    kind: str  # "left", "out" or "rule"
    documents: int
    alone: int | None = None


@dataclass(frozen=True)
class Funnel:
    """Counts by stage and rule of one recipe; `release` names the newest published one."""

    recipe: str
    release: str | None
    steps: tuple[Step, ...]
    tally: Tally
    notes: tuple[str, ...] = ()

    @property
    def table(self) -> pd.DataFrame:
        """The steps as a table: `step`, `kind`, `documents`, `alone`, `share` (of the records read)."""
        read = self.steps[0].documents
        return pd.DataFrame(
            {
                "step": [step.name for step in self.steps],
                "kind": [step.kind for step in self.steps],
                "documents": [step.documents for step in self.steps],
                "alone": pd.array([step.alone for step in self.steps], dtype="Int64"),
                "share": [step.documents / read if read else 0.0 for step in self.steps],
            }
        )

    def __str__(self) -> str:
        return as_text(self.__rich__())

    def __rich__(self) -> Table:
        title = f"recipe {self.recipe}" + (f", release {self.release}" if self.release else "")
        table = Table(
            title=title, caption="\n".join(self.notes) or None, caption_justify="left", box=None, pad_edge=False
        )
        table.add_column("step", overflow="fold")
        for column in ("documents", "alone", "of read"):
            table.add_column(column, justify="right")
        table.add_column("")
        for name, documents, alone, part in self._rows():
            style = "dim" if name.startswith("  ") else "" if documents.startswith("-") else "bold"
            table.add_row(name, documents, alone, part, self._bar(documents), style=style)
        return table

    def _repr_html_(self) -> str:
        from thresher.report.charts import funnel_picture

        title = f"recipe {self.recipe}" + (f", release {self.release}" if self.release else "")
        rows = html_table(("step", "documents", "alone", "of read"), self._rows(), title)
        return f"<div>{rows}{funnel_picture(self)}</div>"

    def _rows(self) -> list[tuple[str, str, str, str]]:
        """Name, documents, documents of this rule alone, share of what was read; a minus before what is taken out."""
        read = self.steps[0].documents
        rows = []
        for step in self.steps:
            indent, sign = (
                ("    " if step.kind == "rule" else ""),
                ("-" if step.kind != "left" and step.documents else ""),
            )
            alone = "" if step.alone is None else f"{step.alone:,}"
            rows.append((f"{indent}{step.name}", f"{sign}{step.documents:,}", alone, share(step.documents, read)))
        return rows

    def _bar(self, documents: str, width: int = 24) -> str:
        read, held = self.steps[0].documents, abs(int(documents.replace(",", "")))
        filled = round(8 * width * held / read) if read else 0
        return "█" * (filled // 8) + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[filled % 8]


def funnel(corpus: Corpus, runs: Runs, recipe: Recipe) -> Funnel:
    """The recipe's funnel, counted from the tables.

    documents = documents left + documents with at least one verdict. Raises `ThresherError` where the recipe was
    never run on this corpus.
    """
    require_filtered(runs, recipe.name)
    counted = tally(corpus, recipe.name)
    released = runs.newest("curate", recipe.name)
    left = counted.documents - counted.dropped
    is_current = released is not None and released.counts.get("documents") == left
    steps = [
        Step("records read", "left", counted.documents + counted.quarantined),
        Step("quarantined", "out", counted.quarantined),
        Step("documents", "left", counted.documents),
        *_outgoing(counted, recipe),
        Step("released" if is_current else "left for a release", "left", left),
    ]
    release = released.details["release"] if released and is_current else None
    notes = (*_refused(corpus, counted), *_not_embedded(corpus, recipe), *_notes(runs, recipe, counted))
    return Funnel(recipe.name, release, tuple(steps), counted, notes)


def _outgoing(counted: Tally, recipe: Recipe) -> list[Step]:
    """What the filter takes out, rule by rule, then every later stage, in the recipe's order."""
    order = rule_names(recipe)
    known = [rule for rule in order if is_of_filter(rule)] if counted.documents else []
    later = [rule for rule in order if not is_of_filter(rule)]
    steps = [Step(FILTER, "out", counted.steps.get(FILTER, 0))]
    for rule in known:
        if rule in counted.broken or rule != known[0]:
            steps.append(Step(rule, "rule", counted.broken.get(rule, 0), counted.alone.get(rule, 0)))
    later += sorted(set(counted.steps) - {FILTER, *later})
    return steps + [Step(rule, "out", counted.steps.get(rule, 0)) for rule in later]


def _refused(corpus: Corpus, counted: Tally) -> list[str]:
    """Why records are in quarantine: the reasons that most of them have, each with a file to look at."""
    if not counted.quarantined:
        return []
    records, files = F.count(F.lit(1)).alias("records"), F.count_distinct("path").alias("files")
    reasons = corpus.quarantine.groupBy("error").agg(records, files, F.min("path").alias("path"))
    often = reasons.orderBy(F.desc("records"), "error").limit(REASONS + 1).collect()
    none = "" if counted.documents else "no record became a document; "
    told = [f"{none}in quarantine ({row['records']:,}): {row['error']}{_in_files(row)}" for row in often[:REASONS]]
    more = "more reasons; " if len(often) > REASONS else ""
    return [*told, f"{more}`thresher explain FILE` tells which records of a file are in quarantine, and why"]


def _in_files(reason: Row) -> str:
    if not reason["path"]:
        return ""
    more = f" and {reason['files'] - 1:,} other files" if reason["files"] > 1 else ""
    return f", in {reason['path']}{more}"


def _not_embedded(corpus: Corpus, recipe: Recipe) -> list[str]:
    """How many documents the recipe's model could not take, and why most of them."""
    if recipe.embedder is None:
        return []
    failed = corpus.embeddings.where((F.col("model") == recipe.embedder.name) & F.col("failed").isNotNull())
    most = F.min(F.struct(F.negative("count").alias("less"), "failed")).alias("most")
    found = failed.groupBy("failed").count().agg(F.sum("count").alias("documents"), most).collect()[0]
    if not found["documents"]:
        return []
    often, why = -found["most"]["less"], found["most"]["failed"]
    return [f"not embedded: {found['documents']:,} documents; the most frequent reason ({often:,}): {why}"]


def _notes(runs: Runs, recipe: Recipe, counted: Tally) -> tuple[str, ...]:
    """What a reader must know beside the numbers: records that are no pages, and a release older than the verdicts."""
    notes = []
    passed = {
        kind: sum(row.counts.get(kind, 0) for row in runs.of("ingest.read", None))
        for row in runs.of("ingest.read", None)
        for kind in row.counts
        if kind not in ("files", "input_bytes", "documents", "text_bytes", "quarantined")
    }
    if any(passed.values()):
        listed = ", ".join(f"{count:,} {kind}" for kind, count in sorted(passed.items()) if count)
        notes.append(f"passed over, for they are no pages: {listed}")
    thinned = runs.newest("semantic", recipe.name)
    if recipe.semantic and thinned and thinned.counts["sampled_pairs"]:
        met, pairs = thinned.counts["sampled_compared"], thinned.counts["sampled_pairs"]
        notes.append(
            f"of {pairs:,} pairs that a sample of {thinned.counts['sampled']:,} documents has at a cosine of "
            f"{recipe.semantic.at_least} and more {share_within(met, pairs)} lie in a domain where they are compared"
        )
    lines = runs.newest("lines", recipe.name)
    if recipe.lines and lines:
        cut, of = lines.counts["cut_bytes"], lines.counts["unit_bytes"]
        notes.append(
            f"cut as repeated {recipe.lines.unit}s: {lines.counts['cut']:,} of {lines.counts['units']:,}, "
            f"{share(cut, of)} of the text that dedup left"
        )
    released, left = runs.newest("curate", recipe.name), counted.documents - counted.dropped
    if released and released.counts.get("documents") != left:
        notes.append(
            f"release {released.details['release']} was made from earlier verdicts and holds "
            f"{released.counts.get('documents', 0):,} documents: run `thresher curate` to bring it up to date"
        )
    return tuple(notes)
