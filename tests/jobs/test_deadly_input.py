"""A task that dies costs the file or the document at which it dies, and never the run."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, QueryBuilder

DEADLY = Path(__file__).with_name("deadly")
RECIPE = """
name: deadly
annotate: {sizes_v1: , "deadly_annotator:vowels_v1": }
dedup: null
"""


def query(table: Path, sql: str) -> list[dict[str, object]]:
    return pa.table(QueryBuilder().register("t", DeltaTable(str(table))).execute(sql).read_all()).to_pylist()


@pytest.fixture(scope="module")
def corpus(crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deadly")
    inputs = folder / "input"
    inputs.mkdir()
    texts = [json.loads(line)["text"] for line in (crawl / "a-web.jsonl").read_text(encoding="utf-8").splitlines()]
    texts[40] = "this text kills the process that measures it"
    texts[80] = "this text raises an error in the annotator"
    for part in range(3):
        lines = [json.dumps({"text": text}) for text in texts[part * 50 : part * 50 + 50]]
        (inputs / f"part-{part}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (inputs / "deadly.jsonl").write_text('{"text": "never read"}\n', encoding="utf-8")
    (folder / "deadly.yaml").write_text(RECIPE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(DEADLY.with_name("killed_run.py")), "none", str(folder / "corpus"), "2", "run",
         str(folder / "deadly.yaml"), "--input", str(inputs)],
        capture_output=True, text=True, timeout=900, check=False, env={**os.environ, "PYTHONPATH": str(DEADLY)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return folder / "corpus"


def test_the_deadly_file_is_quarantined_and_the_others_are_read(corpus: Path) -> None:
    [row] = query(corpus / "quarantine", "select * from t")
    assert Path(str(row["path"])).name == "deadly.jsonl"
    assert "the process died while it read this file" in str(row["error"])
    assert len(query(corpus / "documents", "select doc_id from t")) == 150


def test_the_deadly_document_gets_a_verdict_and_the_others_are_measured(corpus: Path) -> None:
    [verdict] = query(corpus / "verdicts", "select * from t where detail like '%died%'")
    assert verdict["rule"] == "annotate.failed"
    texts = {row["doc_id"]: str(row["text"]) for row in query(corpus / "documents", "select doc_id, text from t")}
    assert texts[verdict["doc_id"]].startswith("this text kills")
    [raised] = query(corpus / "verdicts", "select * from t where detail like '%ValueError: what a text%'")
    assert texts[raised["doc_id"]].startswith("this text raises")
    [signals] = (corpus / "signals").iterdir()
    measured = query(signals, "select doc_id from t where failed is null")
    assert len(measured) == 148
    [release] = (corpus / "curated").iterdir()
    assert len(query(release, "select doc_id from t")) == 148


def test_a_users_own_annotator_measures_what_it_says(corpus: Path) -> None:
    [signals] = (corpus / "signals").iterdir()
    texts = {row["doc_id"]: str(row["text"]) for row in query(corpus / "documents", "select doc_id, text from t")}
    rows = query(signals, "select doc_id, vowels_v1['vowels'] as vowels from t where failed is null")
    assert {row["doc_id"]: row["vowels"] for row in rows} == {
        row["doc_id"]: sum(texts[row["doc_id"]].count(vowel) for vowel in "aeiou") for row in rows
    }
