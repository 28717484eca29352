"""Whole runs with other signatures than the usual: wider values, characters for words, another program's family."""

import re
from pathlib import Path

import orjson
import pytest
from pyspark.sql import SparkSession

from thresher.ask.audit import audit_dedup
from thresher.corpus import Corpus
from thresher.errors import UsageError
from thresher.ingest.settings import IngestSettings
from thresher.location import locate
from thresher.recipe import Recipe, read_recipe
from thresher.report.gather import _recall
from thresher.runs import Runs
from thresher_jobs import annotate, dedup, filter, pipeline
from thresher_jobs.ingest import Ingest

from ..conftest import lines

STAGES = (annotate.STAGE, filter.STAGE, dedup.STAGE)
PLANTED = 15
CHARACTERS = ["minhash_v1.unit=characters", "minhash_v1.ngram=13", "minhash_v1.bits=64"]
DATATROVE = ["minhash_v1.family=datatrove", "minhash_v1.bits=64"]


@pytest.fixture(scope="module")
def corpus(spark: SparkSession, data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Pages of the web, and of the first ones a copy in which a word in a hundred is missing and case has changed."""
    folder = tmp_path_factory.mktemp("pages")
    web = [str(record["text"]) for record in lines(data_dir / "text/wcxb_dev_gold_all_clean.jsonl.gz", 80)]
    long = [text for text in web if len(text.split()) >= 200]
    pages = {f"page/{n}": text for n, text in enumerate(long)}
    pages |= {f"copy/{n}": _less(text).upper() for n, text in enumerate(long[:PLANTED])}
    (folder / "pages.jsonl").write_bytes(b"\n".join(orjson.dumps({"id": i, "text": t}) for i, t in pages.items()))
    corpus = Corpus(spark, locate(str(tmp_path_factory.mktemp("families"))))
    pipeline.run(corpus, None, (), Ingest(str(folder / "pages.jsonl"), IngestSettings()))
    return corpus


def _less(text: str) -> str:
    return " ".join(word for place, word in enumerate(text.split(" ")) if place % 100 != 99)


def pairs(corpus: Corpus, recipe: Recipe) -> set[frozenset[str]]:
    """The names of each dropped copy and its match."""
    pipeline.run(corpus, recipe, STAGES)
    name = {row["doc_id"]: row["record_id"] for row in corpus.names.collect()}
    rows = corpus.duplicates.where(f"recipe = '{recipe.name}' AND NOT kept AND method = 'minhash'").collect()
    return {frozenset((name[row["doc_id"]], name[row["matched_doc"]])) for row in rows}


PLANTED_PAIRS = {frozenset((f"page/{n}", f"copy/{n}")) for n in range(PLANTED)}


@pytest.mark.parametrize(
    "changes",
    [
        [*CHARACTERS, "dedup.minhash.verify={by: signature, at_least: 0.7}"],
        [*CHARACTERS, "dedup.minhash.verify={by: shingles, at_least: 0.7}"],
        DATATROVE,
    ],
)
def test_planted_copies_and_no_others_are_found(corpus: Corpus, changes: list[str]) -> None:
    recipe = read_recipe("minhash-only", changes)
    assert recipe.value_bytes == 8
    assert pairs(corpus, recipe) == PLANTED_PAIRS


def test_the_audit_and_the_report_measure_what_the_recipe_says(corpus: Corpus) -> None:
    recipe = read_recipe("minhash-only", CHARACTERS)
    assert pairs(corpus, recipe) == PLANTED_PAIRS
    found = audit_dedup(corpus, Runs(corpus), recipe, sample=1000, seed=1)
    assert found.shingles == "runs of 13 characters"
    assert sum(cell.pairs for cell in found.cells) == PLANTED == sum(cell.met for cell in found.cells)
    measured = corpus.read(annotate.signals_of(recipe))
    recall = _recall(measured, corpus.duplicates, corpus.verdicts, recipe)
    assert recall is not None and recall.sample == found.compared
    assert sum(cell.pairs for cell in recall.bins) == 2 * PLANTED == sum(cell.met for cell in recall.bins)  # both ways


def test_a_wrong_choice_is_told_in_one_line() -> None:
    told = "minhash-only.yaml: minhash_v1: `bits` is 64, but must be 32 for family datasketch_legacy"
    with pytest.raises(UsageError, match=rf"^\S+/{re.escape(told)}$"):
        read_recipe("minhash-only", ["minhash_v1.family=datasketch_legacy", "minhash_v1.bits=64"])
    with pytest.raises(UsageError, match=r"`unit` is 'chars', but must be words or characters"):
        read_recipe("minhash-only", ["minhash_v1.unit=chars"])
