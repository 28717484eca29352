"""The recipe fineweb-2 from end to end: every stage that reads rules takes each document's own bounds."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from thresher.ask.funnel import funnel
from thresher.ask.what_if import what_if
from thresher.corpus import Corpus
from thresher.errors import UsageError
from thresher.filters.fineweb_2_v1 import bounds
from thresher.language.fineweb_2 import read_settings
from thresher.language.labels import names_of
from thresher.location import locate
from thresher.recipe import Recipe, read_recipe
from thresher.report.gather import gather
from thresher.runs import Runs
from thresher_jobs import annotate, curate, dedup, filter, pipeline
from thresher_jobs.ingest import Ingest


def documents(data_dir: Path) -> Iterator[dict[str, str]]:
    """Short texts of 75 languages, joined by language into documents of 1 to 20."""
    by_language: dict[str, list[str]] = {}
    with gzip.open(data_dir / "lid/lingua75x200.jsonl.gz", "rt", encoding="utf-8") as file:
        for record in map(json.loads, file):
            by_language.setdefault(record["lang"], []).append(record["text"])
    for language, texts in by_language.items():
        for place, size in enumerate((1, 5, 20, 20)):
            text = "\n".join(texts[place * 20 : place * 20 + size])
            yield {"id": f"{language}/{place}", "text": text, "lang": language}


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return read_recipe("fineweb-2")


@pytest.fixture(scope="module")
def corpus(spark: SparkSession, recipe: Recipe, data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("languages")
    lines = "".join(json.dumps(record) + "\n" for record in documents(data_dir))
    (folder / "texts.jsonl").write_text(lines, encoding="utf-8")
    corpus = Corpus(spark, locate(str(tmp_path_factory.mktemp("fineweb-2"))))
    stages = (annotate.STAGE, filter.STAGE, dedup.STAGE, curate.STAGE)
    pipeline.run(corpus, recipe, stages, Ingest(str(folder)))
    return corpus


def test_verdicts_name_the_bound_of_the_documents_language(corpus: Corpus, recipe: Recipe) -> None:
    known = {code: bounds(of) for code, of in read_settings().items()}
    signals = corpus.read(annotate.signals_of(recipe)).select("doc_id", "language_v1.label", "fineweb_2_v1.settings")
    rows = corpus.verdicts.join(signals, "doc_id").where(F.col("stage") == "filter").collect()
    assert {row["rule"] for row in rows} >= {
        f"fineweb_2_v1.{r}" for r in ("no_settings", "language_score", "word_count")
    }
    for row in rows:
        rule = row["rule"].removeprefix("fineweb_2_v1.")
        if rule == "no_settings":
            assert row["settings"] == "none" and row["detail"] == row["label"]
        else:
            assert row["threshold"] in {known[row["settings"]].get(f"{rule}_at_{k}") for k in ("least", "most")}


def test_a_language_without_settings_breaks_that_rule_alone(corpus: Corpus, recipe: Recipe) -> None:
    known = read_settings()
    rows = corpus.verdicts.groupBy("doc_id").agg(F.collect_set("rule").alias("rules")).collect()
    rules = {row["doc_id"]: set(row["rules"]) for row in rows}
    labels = {
        row["doc_id"]: row["label"]
        for row in corpus.read(annotate.signals_of(recipe)).select("doc_id", "language_v1.label").collect()
    }
    without = {doc_id for doc_id, label in labels.items() if names_of(label, known)[0] is None}
    assert len(labels) == 300 and without == {
        d for d, broken in rules.items() if broken == {"fineweb_2_v1.no_settings"}
    }
    release = funnel(corpus, Runs(corpus), recipe).release
    kept = {row["doc_id"] for row in corpus.table(f"curated/{release}").select("doc_id").collect()}
    assert kept and kept == labels.keys() - rules.keys()


def test_what_if_equals_the_verdicts_and_takes_one_bound_for_all(corpus: Corpus, recipe: Recipe) -> None:
    changed = recipe.changed(["fineweb_2_v1.word_count.at_least=20"])
    supposed = what_if(corpus, Runs(corpus), recipe, changed)
    told = {row.rule: (row.before, row.after) for row in supposed.rules}
    counted = corpus.verdicts.where("stage = 'filter'").groupBy("rule").count().collect()
    assert {row["rule"]: row["count"] for row in counted} == {
        rule: before for rule, (before, _) in told.items() if before
    }
    before, after = told["fineweb_2_v1.word_count"]
    assert before is not None and after is not None and after < before and supposed.newly_passing > 0
    assert all(b == a for rule, (b, a) in told.items() if rule != "fineweb_2_v1.word_count")


def test_what_if_of_another_folder_needs_no_new_signals(corpus: Corpus, recipe: Recipe, tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "lib/thresher/language/fineweb_2_configs"
    for path in source.glob("*.yml"):
        text = path.read_text().replace("language_score: 0.", "language_score: 0.9")
        (tmp_path / path.name).write_text(text)
    changed = recipe.changed([f"annotate.fineweb_2_v1.folder={tmp_path}"])
    supposed = what_if(corpus, Runs(corpus), recipe, changed)
    told = {row.rule: (row.before, row.after) for row in supposed.rules}
    before, after = told.pop("fineweb_2_v1.language_score")
    assert before is not None and after is not None and after > before and supposed.newly_failing > 0
    assert all(b == a for b, a in told.values())
    with pytest.raises(UsageError, match="there is no folder"):
        recipe.changed([f"annotate.fineweb_2_v1.folder={tmp_path / 'none'}"])


def test_the_report_shows_documents_near_their_own_bound(corpus: Corpus, recipe: Recipe) -> None:
    gathered = gather(corpus, Runs(corpus), recipe)
    drawn = {histogram.signal for histogram in gathered.histograms}
    assert {"repetition_v1.top_2_gram", "fineweb_2_v1.words", "language_v1.score"} <= drawn
    near = [found for found, _ in gathered.near["fineweb_2_v1.language_score"]]
    scores = {of.language_score for of in read_settings().values()}
    assert {found.passes for found in near} == {True, False} and {found.bound for found in near} <= scores
    assert all(found.passes == (found.value >= found.bound) for found in near)
