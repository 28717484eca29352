"""Decontamination in a run: what is dropped and told, what is cut, and the report by benchmark and item."""

import gzip
import json
from pathlib import Path

import pyarrow.dataset as ds
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from thresher.corpus import Corpus
from thresher.location import locate
from thresher.recipe import Recipe, read_recipe
from thresher.report.gather import Gathered, gather
from thresher.report.page import render
from thresher.runs import Runs
from thresher_jobs import annotate, curate, dedup, export, filter, pipeline
from thresher_jobs.ingest import Ingest

ITEMS = (
    "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May.",
    "<b>Why</b> is the sky blue?",
)
RECIPE = """
name: clean
annotate: {{decontamination_v1: {{items: [{items}]}}}}
{mode}
dedup:
export: {{columns: [record_id, text]}}
"""
STAGES = (annotate.STAGE, filter.STAGE, dedup.STAGE, curate.STAGE, export.STAGE)


def ran(spark: SparkSession, folder: Path, texts: list[str], mode: str) -> tuple[Corpus, Recipe]:
    """Twenty pages of which every fifth holds the first item, and two the second one, through a recipe."""
    pages = [f"{text[:500]}\n{ITEMS[0].upper()}\n{text[500:]}" if n % 5 == 0 else text for n, text in enumerate(texts)]
    pages[5:7] = [page + " b why B is THE sky: blue!" for page in pages[5:7]]
    (folder / "pages.jsonl").write_text("".join(json.dumps({"id": n, "text": t}) + "\n" for n, t in enumerate(pages)))
    (folder / "quiz.jsonl").write_text("".join(json.dumps({"id": n, "text": t}) + "\n" for n, t in enumerate(ITEMS)))
    (folder / "clean.yaml").write_text(RECIPE.format(items=folder / "quiz.jsonl", mode=mode))
    corpus, recipe = Corpus(spark, locate(str(folder / "corpus"))), read_recipe(str(folder / "clean.yaml"))
    pipeline.run(corpus, recipe, STAGES, Ingest(str(folder / "pages.jsonl")))
    return corpus, recipe


@pytest.fixture(scope="module")
def texts(data_dir: Path) -> list[str]:
    with gzip.open(data_dir / "text/wcxb_dev_gold_all_clean.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line)["text"] for _, line in zip(range(20), file, strict=False)]


def exported(corpus: Corpus) -> dict[str, str]:
    (release,) = Path(corpus.location.file("export")).iterdir()
    rows = ds.dataset(str(release), format="parquet").to_table(["record_id", "text"])
    return dict(zip(rows["record_id"].to_pylist(), rows["text"].to_pylist(), strict=True))


@pytest.fixture(scope="module")
def dropped(spark: SparkSession, texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Corpus, Gathered]:
    corpus, recipe = ran(spark, tmp_path_factory.mktemp("dropped"), texts, "filter: {decontamination_v1: }")
    return corpus, gather(corpus, Runs(corpus), recipe)


def test_documents_with_an_item_are_dropped_and_told(dropped: tuple[Corpus, Gathered]) -> None:
    corpus, _ = dropped
    assert set(exported(corpus)) == {str(n) for n in range(20)} - {"0", "5", "6", "10", "15"}
    names = corpus.documents.select("doc_id", "record_id")
    rows = corpus.verdicts.join(names, "doc_id").where(F.col("record_id").isin("5", "6")).orderBy("record_id").collect()
    assert [(row["rule"], row["value"], row["threshold"]) for row in rows] == [
        ("decontamination_v1.overlap", 20, 0),
        ("decontamination_v1.overlap", 7, 0),
    ]
    assert rows[0]["detail"] == f"quiz/0 and 1 more: {ITEMS[0].upper()[:-1]}"
    assert rows[1]["detail"] == "quiz/1: b why B is THE sky: blue"


def test_the_report_counts_by_benchmark_and_by_item(dropped: tuple[Corpus, Gathered]) -> None:
    gathered = dropped[1]
    assert gathered.contamination is not None
    assert gathered.contamination.documents == 5
    assert [(b.name, b.items, b.documents) for b in gathered.contamination.benchmarks] == [("quiz", 2, 5)]
    first, second = gathered.contamination.items
    assert (first.name, first.documents, first.words, second.name, second.documents) == ("0", 4, 20, "1", 2)
    assert first.overlap == ITEMS[0].upper()[:-1] and second.document in ("5", "6")
    page = render(gathered)
    assert 'id="benchmarks"' in page and "b why B is THE sky: blue" in page


def test_items_are_cut_and_all_else_is_left(spark: SparkSession, texts: list[str], tmp_path: Path) -> None:
    corpus, _ = ran(spark, tmp_path, texts, "edit: [decontamination_v1]")
    rows = exported(corpus)
    assert len(rows) == 20 and rows["7"] == texts[7]
    assert rows["10"] == f"{texts[10][:500]}\n.\n{texts[10][500:]}" and rows["6"] == texts[6] + " !"
