"""The main job on real texts: the books balance, counted from the files by delta-rs and pyarrow."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, QueryBuilder

from thresher.errors import UsageError
from thresher.recipe import Recipe, read_recipe
from thresher.stage import Job
from thresher_jobs import pipeline
from thresher_jobs.ingest import Ingest

from ..conftest import EVERYTHING


def query(table: Path, sql: str) -> list[dict[str, object]]:
    """Rows of a Delta table, read by delta-rs, which honours deletion vectors."""
    reader = QueryBuilder().register("t", DeltaTable(str(table))).execute(sql)
    return pa.table(reader.read_all()).to_pylist()


def one(table: Path, sql: str) -> object:
    [row] = query(table, sql)
    return next(iter(row.values()))


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return read_recipe("fineweb-en", EVERYTHING)


@pytest.fixture(scope="module")
def job(reference: Job) -> Job:
    return reference


@pytest.fixture(scope="module")
def root(job: Job) -> Path:
    return Path(job.corpus.location.root)


@pytest.fixture(scope="module")
def release(job: Job) -> str:
    newest = job.runs.newest_release()
    assert newest is not None
    return newest.details["release"]


def test_every_record_is_a_document_or_a_quarantine_row_with_a_reason(root: Path) -> None:
    from_lines = "where path like '%.jsonl'"
    documents = one(root / "documents", f"select count(*) from t {from_lines}")
    refused = one(root / "quarantine", f"select count(*) from t {from_lines}")
    assert (documents, refused) == (150 + 200 + 60 + 3 + 40, 3)
    assert one(root / "documents", "select count(*) from t where path like '%.warc.gz'") > 0  # type: ignore[operator]
    assert one(root / "quarantine", "select count(*) from t where error is null or error = ''") == 0


def test_of_two_records_with_one_id_the_first_stays_and_the_other_is_told(root: Path) -> None:
    kept = query(root / "documents", "select path, text from t where record_id = 'a-web.jsonl/0'")
    assert [Path(str(row["path"])).name for row in kept] == ["a-web.jsonl"]
    [refused] = query(root / "quarantine", "select * from t where stage = 'identity'")
    assert Path(str(refused["path"])).name == "d-broken.jsonl"
    assert "its id is taken" in str(refused["error"])
    assert "a-web.jsonl" in str(refused["error"])


def test_the_books_balance(root: Path, release: str) -> None:
    documents = one(root / "documents", "select count(*) from t")
    dropped = one(root / "verdicts", "select count(distinct doc_id) from t where recipe = 'fineweb-en'")
    released = one(root / "curated" / release, "select count(*) from t")
    assert documents == released + dropped  # type: ignore[operator]
    exported = pq.read_table(root / "export" / release, columns=["doc_id"])
    assert exported.num_rows == released
    ids = query(root / "curated" / release, "select doc_id from t")
    assert sorted(row["doc_id"] for row in ids) == sorted(exported["doc_id"].to_pylist())
    assert released  # the test would be empty if nothing were left


def test_every_dropped_duplicate_has_a_match_that_exists(root: Path) -> None:
    ids = {row["doc_id"] for row in query(root / "documents", "select doc_id from t")}
    members = query(root / "duplicates", "select * from t")
    dropped = [member for member in members if not member["kept"]]
    assert {member["method"] for member in dropped} == {"exact", "minhash", "semantic"}
    assert len(dropped) > 10
    for member in dropped:
        assert member["matched_doc"] in ids
        assert member["keeper"] in ids
        assert member["matched_doc"] != member["doc_id"]
    verdicts = query(root / "verdicts", "select doc_id, rule, matched_doc from t where stage <> 'filter'")
    rules = {"exact": "dedup.exact", "minhash": "dedup.minhash", "semantic": "semantic.cosine"}
    assert sorted((v["doc_id"], v["rule"], v["matched_doc"]) for v in verdicts) == sorted(  # type: ignore[type-var]
        (m["doc_id"], rules[str(m["method"])], m["matched_doc"]) for m in dropped
    )


def test_each_cluster_keeps_one_copy_the_longest(root: Path) -> None:
    lengths = {row["doc_id"]: row["n"] for row in query(root / "documents", "select doc_id, length(text) n from t")}
    clusters: dict[object, list[dict[str, object]]] = {}
    for member in query(root / "duplicates", "select * from t"):
        clusters.setdefault((member["method"], member["cluster_id"]), []).append(member)
    for members in clusters.values():
        [keeper] = [member["doc_id"] for member in members if member["kept"]]
        assert {member["keeper"] for member in members} == {keeper}
        longest = min((-lengths[member["doc_id"]], member["doc_id"]) for member in members)  # type: ignore[operator]
        assert keeper == longest[1]


def test_exact_copies_are_found_by_name(root: Path) -> None:
    names = {row["doc_id"]: row["record_id"] for row in query(root / "documents", "select doc_id, record_id from t")}
    exact = query(root / "duplicates", "select doc_id, keeper from t where method = 'exact'")
    pairs = {frozenset((names[row["doc_id"]], names[row["keeper"]])) for row in exact}
    survived = {
        n for n in range(3)
        if not one(root / "verdicts", f"select count(*) from t where stage = 'filter' and doc_id = {_id(names, n)}")
    }  # fmt: skip
    for n in survived:
        assert frozenset((f"a-web.jsonl/{n}", f"copy/{n}")) in pairs
    assert survived


def _id(names: dict[object, object], n: int) -> object:
    return next(doc_id for doc_id, name in names.items() if name == f"copy/{n}")


def test_the_manifest_says_what_the_files_hold(root: Path, release: str, job: Job, recipe: Recipe) -> None:
    manifest = json.loads((root / "export" / release / "_manifest.json").read_text(encoding="utf-8"))
    assert manifest["rows"] == pq.read_table(root / "export" / release, columns=["doc_id"]).num_rows
    assert manifest["recipe"]["name"] == "fineweb-en"
    assert set(manifest["fingerprints"]) >= {"annotate", "filter", "dedup", "curate", "export"}
    assert len(manifest["content"]) == 16


def test_a_second_run_has_nothing_to_do_and_writes_nothing(job: Job, crawl: Path, recipe: Recipe, root: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*.json")}
    again = pipeline.run(job.corpus, recipe, ingest=Ingest(str(crawl)))
    assert not [row for row in again.runs.rows if row.run_id == again.run_id]
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*.json")} == before


def test_another_threshold_rewrites_verdicts_alone(job: Job, recipe: Recipe, root: Path) -> None:
    fixed = {name: DeltaTable(str(root / name)).version() for name in ("documents", "quarantine", "embeddings")}
    [signals] = (root / "signals").iterdir()
    stricter = recipe.changed(["gopher_quality_v1.word_count.at_least=500", "name=stricter"])
    again = pipeline.run(job.corpus, stricter)
    assert {row.stage for row in again.runs.rows if row.run_id == again.run_id} == {
        "filter", "dedup", "embed", "regroup", "semantic", "curate", "export", "report",
    }  # fmt: skip
    assert {name: DeltaTable(str(root / name)).version() for name in fixed} == fixed
    assert list((root / "signals").iterdir()) == [signals]
    mine, theirs = (
        one(root / "verdicts", f"select count(distinct doc_id) from t where recipe = '{name}'")
        for name in ("stricter", "fineweb-en")
    )
    assert mine > theirs  # type: ignore[operator]


def test_a_changed_file_is_an_error_that_names_it(job: Job, crawl: Path, recipe: Recipe) -> None:
    changed = crawl / "c-languages.jsonl"
    before = changed.read_bytes()
    changed.write_bytes(before + b'{"id": "late", "text": "one more"}\n')
    try:
        with pytest.raises(UsageError, match=r"c-languages\.jsonl has changed since it was ingested"):
            pipeline.run(job.corpus, recipe, ingest=Ingest(str(crawl)))
    finally:
        changed.write_bytes(before)
