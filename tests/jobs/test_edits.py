"""Edits in a run: measured by annotate, counted by dedup, carried out by export, and kept in no table."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.dataset as ds
import pytest
from datatrove.data import Document
from datatrove.pipeline.filters import C4QualityFilter
from deltalake import DeltaTable
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from thresher.corpus import Corpus
from thresher.location import locate
from thresher.recipe import read_recipe
from thresher_jobs import pipeline
from thresher_jobs.ingest import Ingest

from ..annotators.test_addresses_dclm import plainly as addresses
from ..annotators.test_c4 import dclm, tfds
from ..annotators.test_refinedweb import twin as refinedweb

MENU = "Home\nAbout us\nTerms of use and privacy policy: we think that they are long.\n"


@pytest.fixture(scope="module")
def corpus(spark: SparkSession, data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Real web prose, and its first ten pages again below a menu that C4's rules cut, through `c4-en`."""
    with gzip.open(data_dir / "text/wcxb_dev_gold_all_clean.jsonl.gz", "rt", encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for _, line in zip(range(80), file, strict=False)]
    pages = {f"page/{n}": text for n, text in enumerate(texts)}
    pages |= {f"menu/{n}": MENU + text for n, text in enumerate(texts[:10])}
    folder = tmp_path_factory.mktemp("edited")
    source = folder / "pages.jsonl"
    source.write_text("".join(json.dumps({"id": name, "text": text}) + "\n" for name, text in pages.items()))
    corpus = Corpus(spark, locate(str(folder / "corpus")))
    pipeline.run(corpus, read_recipe("c4-en"), ingest=Ingest(str(source)))
    return corpus


def exported(corpus: Corpus, recipe: str = "c4-en") -> dict[str, str]:
    (release,) = Path(corpus.location.file("export")).glob(f"{recipe}-*")
    rows = ds.dataset(str(release), format="parquet").to_table(["record_id", "text"])
    return dict(zip(rows["record_id"].to_pylist(), rows["text"].to_pylist(), strict=True))


def test_exported_text_is_what_the_definition_leaves(corpus: Corpus) -> None:
    raw = {row["record_id"]: row["text"] for row in corpus.documents.select("record_id", "text").collect()}
    rows = exported(corpus)
    assert len(rows) > 20 and any(rows[name] != raw[name] for name in rows)
    for name, text in rows.items():
        assert text == tfds(raw[name])[0]


RECIPE = """
name: {name}
annotate: {{sizes_v1: , {name}: }}
edit: [{name}]
filter: {{{name}: }}
dedup: null
"""
DEFINITIONS: dict[str, Callable[[str], str | None]] = {
    "c4_datatrove_v1": lambda text: datatrove(text),
    "c4_fineweb_v1": lambda text: datatrove(text, filter_no_terminal_punct=False),
    "c4_dclm_v1": lambda text: dclm(text)[0],
    "refinedweb_lines_v1": lambda text: refinedweb(text)[0],
}


def datatrove(text: str, **settings: bool) -> str | None:
    """What datatrove's own filter leaves, none where it drops the page."""
    document = Document(text, "0")
    return document.text if C4QualityFilter(**settings).filter(document) is True else None


@pytest.mark.parametrize("name", DEFINITIONS)
def test_each_dialect_exports_what_its_own_definition_leaves(corpus: Corpus, tmp_path: Path, name: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(RECIPE.format(name=name), encoding="utf-8")
    pipeline.run(corpus, read_recipe(str(path)))
    raw = {row["record_id"]: row["text"] for row in corpus.documents.select("record_id", "text").collect()}
    rows = exported(corpus, name)
    assert len(rows) > 20 and any(rows[one] != raw[one] for one in rows)
    assert {one: DEFINITIONS[name](raw[one]) for one in rows} == rows
    if name in ("c4_datatrove_v1", "c4_fineweb_v1"):  # whose filter also says which pages go
        assert {one for one, text in raw.items() if DEFINITIONS[name](text) is not None} == set(rows)


def test_dclms_heuristics_export_what_its_two_edits_leave_one_after_the_other(corpus: Corpus) -> None:
    pipeline.run(corpus, read_recipe("dclm-baseline-heuristics"))
    raw = {row["record_id"]: row["text"] for row in corpus.documents.select("record_id", "text").collect()}
    rows = exported(corpus, "dclm-baseline-heuristics")
    assert len(rows) > 20 and any(rows[one] != addresses(raw[one])[0] != raw[one] for one in rows)
    assert {one: refinedweb(addresses(raw[one])[0])[0] for one in rows} == rows


def test_no_table_holds_what_an_edit_leaves(corpus: Corpus) -> None:
    stored = DeltaTable(corpus.location.file("documents")).to_pyarrow_dataset().to_table(["record_id", "text"])
    texts = dict(zip(stored["record_id"].to_pylist(), stored["text"].to_pylist(), strict=True))
    assert all(texts[f"menu/{n}"].startswith(MENU) for n in range(10))
    logs = Path(corpus.location.root).rglob("_delta_log")
    with_text = {log.parent.name for log in logs if "text" in DeltaTable(str(log.parent)).schema().to_json()}
    tables = {name.split("-")[0] for name in with_text}
    assert {"documents", "c4"} <= tables <= {"documents", "c4", "dclm", *DEFINITIONS}  # and the releases' clones


def test_pages_that_differ_in_cut_lines_alone_are_exact_copies(corpus: Corpus) -> None:
    names = corpus.documents.select("doc_id", "record_id")
    kept = corpus.duplicates.where(F.col("method") == "exact").join(names, "doc_id")
    pairs = {row["record_id"].split("/")[1] for row in kept.where(~F.col("kept")).collect()}
    judged = corpus.verdicts.where(F.col("stage") == "filter").join(names, "doc_id").select("record_id").distinct()
    dropped = {row["record_id"].split("/")[1] for row in judged.collect() if row["record_id"].startswith("menu/")}
    assert pairs and pairs | dropped == {str(n) for n in range(10)}
