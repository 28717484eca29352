"""Where signals lie: of the passes over the corpus, those that hold a recipe's annotators under its very settings."""

import json
from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from thresher.corpus import Corpus
from thresher.errors import ThresherError
from thresher.fingerprint import digest_files
from thresher.recipe import Recipe
from thresher.runs import RunRow, Runs


def signals(corpus: Corpus, runs: Runs, recipe: Recipe, annotators: Iterable[str]) -> DataFrame:
    """`doc_id`, `batch`, `failed` and one struct column for each of these annotators of the recipe.

    Each comes from the newest pass that is complete and has the recipe's settings; several passes are joined by
    doc_id. Raises `ThresherError` where one was never measured so, or not yet for all batches.
    """
    wanted = sorted(set(annotators))
    passes: dict[str, list[str]] = {}
    for name in wanted:
        passes.setdefault(_pass_of(runs, recipe, name), []).append(name)
    if not passes:
        raise ThresherError(f"recipe {recipe.name} has no rules on signals: there is nothing to ask of them")
    tables = [
        corpus.table(f"signals/{fingerprint}").select("doc_id", "batch", "failed", *names)
        for fingerprint, names in passes.items()
    ]
    return reduce(_joined, tables)


def _joined(left: DataFrame, right: DataFrame) -> DataFrame:
    other = right.withColumnRenamed("failed", "failed_too").drop("batch")
    return left.join(other, "doc_id").withColumn("failed", F.coalesce("failed", "failed_too")).drop("failed_too")


def _pass_of(runs: Runs, recipe: Recipe, name: str) -> str:
    """The fingerprint of the newest complete pass that holds this annotator."""
    annotator = next(a for a in recipe.annotators if a.name == name)
    settings = _canonical({"settings": dict(annotator.settings), "files": digest_files(annotator.files)})
    same = [row for row in runs.of("annotate", None) if _canonical(row.settings.get(name)) == settings]
    complete = [row for row in same if set(runs.batches()) <= runs.done_batches("annotate", None, row.fingerprint)]
    if complete:
        return complete[-1].fingerprint
    raise ThresherError(_why_not(name, same, runs.of("annotate", None)))


def _why_not(name: str, same: list[RunRow], rows: list[RunRow]) -> str:
    if same:
        return f"{name} is not measured for all batches yet: run `thresher annotate` first"
    if any(name in row.settings for row in rows):
        return f"{name} was measured under other settings: run `thresher annotate` with this recipe first"
    there = sorted({measured for row in rows for measured in row.settings})
    have = f"measured are {', '.join(there)}" if there else "nothing is measured yet"
    return f"the corpus has no signal {name} ({have}): run `thresher annotate` with this recipe first"


def _canonical(value: Mapping[str, Any] | None) -> str:
    return json.dumps(value, sort_keys=True)
