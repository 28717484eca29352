"""Dedup against another corpus: what its release holds goes here, nothing changes there, and the ledger tells both."""

import json
from pathlib import Path

import orjson
import pytest
from pyspark.sql import Row, SparkSession

from thresher.ask.audit import audit_dedup
from thresher.ask.ledger import ledger
from thresher.ask.what_if import what_if
from thresher.corpus import Corpus
from thresher.errors import UsageError
from thresher.location import locate
from thresher.recipe import Recipe, read_recipe
from thresher.runs import Runs
from thresher_jobs import annotate, curate, dedup, filter, pipeline
from thresher_jobs.ingest import Ingest

from ..conftest import lines

STAGES = (annotate.STAGE, filter.STAGE, dedup.STAGE, curate.STAGE)
VERIFY = "dedup.minhash={bands: 14, rows: 8, verify: {by: shingles, at_least: 0.7}}"


def write(path: Path, records: dict[str, str]) -> str:
    rows = (
        orjson.dumps({"id": name, "text": text, "url": f"https://a.example/{name}"}) for name, text in records.items()
    )
    path.write_bytes(b"\n".join(rows))
    return str(path)


@pytest.fixture(scope="module")
def texts(data_dir: Path) -> list[str]:
    return [str(record["text"]) for record in lines(data_dir / "text/wcxb_dev_gold_all_clean.jsonl.gz", 40)]


@pytest.fixture(scope="module")
def other(spark: SparkSession, texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Twenty pages, one of them twice, so that its release has one copy of it."""
    folder = tmp_path_factory.mktemp("other")
    corpus = Corpus(spark, locate(str(folder / "corpus")))
    records = {f"o{n}": text for n, text in enumerate(texts[:20])} | {"again": texts[7]}
    pipeline.run(corpus, read_recipe("minhash-only"), STAGES, Ingest(write(folder / "o.jsonl", records)))
    return corpus


@pytest.fixture(scope="module")
def ours(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return Corpus(spark, locate(str(tmp_path_factory.mktemp("ours") / "corpus")))


def against(other: Corpus, *changes: str) -> Recipe:
    return read_recipe("minhash-only", [f"dedup.against={json.dumps([other.location.root])}", *changes])


@pytest.fixture(scope="module")
def dropped(ours: Corpus, other: Corpus, texts: list[str], tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    """The verdicts after a first batch and a second one."""
    folder = tmp_path_factory.mktemp("batches")
    first = {f"new{n}": text for n, text in enumerate(texts[20:30])}
    first |= {"same": texts[3].upper(), "near": f"{texts[5]} And so it ends.", "near-too": f"{texts[5]} It ends here."}
    second = {f"later{n}": text for n, text in enumerate(texts[30:40])}
    second |= {"later-same": texts[7], "later-near": f"Well. {texts[9]}", "of-first": texts[21]}
    for name, records in (("1", first), ("2", second)):
        pipeline.run(ours, against(other, VERIFY), STAGES, Ingest(write(folder / f"{name}.jsonl", records)))
    return ours.verdicts.where("stage = 'dedup'").collect()


def test_what_the_other_release_holds_goes(ours: Corpus, other: Corpus, dropped: list[Row]) -> None:
    names = {row["doc_id"]: row["record_id"] for row in ours.names.collect()}
    there = {row["doc_id"]: row["record_id"] for row in other.names.collect()}
    kept = {row["record_id"] for row in other.verdicts.join(other.names, "doc_id").collect()}
    seventh = ({"o7", "again"} - kept).pop()
    found = {
        names[row["doc_id"]]: (row["rule"], there.get(row["matched_doc"])) for row in dropped if row["matched_corpus"]
    }
    assert found == {
        "same": ("dedup.exact", "o3"), "near": ("dedup.minhash", "o5"), "near-too": ("dedup.minhash", "o5"),
        "later-same": ("dedup.exact", seventh), "later-near": ("dedup.minhash", "o9"),
    }  # fmt: skip
    assert {row["matched_corpus"] for row in dropped} == {other.location.root, None}
    assert {names[row["doc_id"]] for row in dropped if row["matched_corpus"] is None} == {"of-first"}
    assert all(0.7 <= row["value"] <= 1 for row in dropped)
    assert ours.table(f"curated/{_release(ours)}").count() == len(names) - len(dropped)


def _release(corpus: Corpus) -> str:
    newest = Runs(corpus).newest_release()
    assert newest is not None
    return newest.details["release"]


def test_runs_say_which_release_was_compared_with(ours: Corpus, other: Corpus, dropped: list[Row]) -> None:
    rows = Runs(ours).of("dedup", "minhash-only")
    assert {row.details["against"] for row in rows} == {f"{other.location.root} {_release(other)}"}
    assert [row.counts["dropped_elsewhere"] for row in rows] == [3, 2]


def test_explain_names_the_document_there(ours: Corpus, other: Corpus, dropped: list[Row]) -> None:
    told = str(ledger(ours, Runs(ours), "https://a.example/later-near"))
    assert "https://a.example/o9" in told and Path(other.location.root).parent.name in told.replace("\n", "")
    [entry] = ledger(ours, Runs(ours), "https://a.example/of-first").entries
    assert entry.duplicates[0].rule == "what was kept before, then first by -sizes_v1.characters, doc_id"
    assert entry.duplicates[0].matched is not None and entry.duplicates[0].matched.url == "https://a.example/new1"


def test_the_audit_leaves_out_what_was_not_compared(ours: Corpus, other: Corpus, dropped: list[Row]) -> None:
    audit = audit_dedup(ours, Runs(ours), against(other, VERIFY))
    assert audit.compared == ours.names.count() - len(dropped)


def test_what_if_counts_what_the_other_release_holds(ours: Corpus, other: Corpus, dropped: list[Row]) -> None:
    lengths = {row["doc_id"]: len(row["text"]) for row in ours.documents.collect()}
    gone = {row["doc_id"] for row in dropped}
    longest = sorted(lengths[doc] for doc in gone)[len(gone) // 2]
    present = against(other, VERIFY)
    rule = f"rules.mine={{short: {{signal: sizes_v1.characters, at_most: {longest}}}}}"
    supposed = what_if(ours, Runs(ours), present, present.changed([rule]))
    assert supposed.left is not None and supposed.left[0] == ours.table(f"curated/{_release(ours)}").count()
    # The one copy within this corpus has the same text as the one that is kept.
    short = {doc for doc, length in lengths.items() if length <= longest}
    assert 0 < supposed.after == len(short) < supposed.before == len(lengths)
    assert supposed.left[1] == len(short - gone) < supposed.after


def test_a_corpus_that_cannot_be_compared_with_is_told(ours: Corpus, other: Corpus, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no release to compare with"):
        pipeline.run(ours, read_recipe("minhash-only", [f"dedup.against=[{tmp_path}]"]), STAGES)
    with pytest.raises(UsageError, match="is this corpus itself"):
        pipeline.run(ours, against(ours), STAGES)
    with pytest.raises(UsageError, match="measured under other settings"):
        pipeline.run(ours, against(other, "annotate.minhash_v1.ngram=7"), STAGES)
