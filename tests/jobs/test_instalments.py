"""A corpus in instalments beside the same in one go: the clusters are the same, and what was kept stays kept."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from pyspark.sql import Row, SparkSession

from thresher.corpus import Corpus, Write
from thresher.location import locate
from thresher.recipe import Recipe, read_recipe
from thresher.runs import DONE, RunRow, Runs
from thresher.tables import BANDS
from thresher_jobs import annotate, dedup, filter, pipeline
from thresher_jobs.ingest import Ingest

from .instalment_parts import deal

STAGES = (annotate.STAGE, filter.STAGE, dedup.STAGE)
PARTS = 5
VERIFIED = "dedup.minhash={bands: 20, rows: 5, verify: {by: signature, at_least: 0.6}}"
WHOLE = ("near", "both")
RECIPES = {"near": ["dedup.exact=false"], "verified": ["dedup.exact=false", VERIFIED], "both": []}


def recipe(name: str) -> Recipe:
    return read_recipe("minhash-only", [f"name={name}", *RECIPES[name]])


@pytest.fixture(scope="module")
def parts(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return deal(data_dir, tmp_path_factory.mktemp("parts"), PARTS)


@pytest.fixture(scope="module")
def in_one_go(spark: SparkSession, parts: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    corpus = Corpus(spark, locate(str(tmp_path_factory.mktemp("one"))))
    for name in WHOLE:
        pipeline.run(corpus, recipe(name), STAGES, Ingest(str(parts[0].parent)))
    return corpus


@pytest.fixture(scope="module")
def instalments(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return Corpus(spark, locate(str(tmp_path_factory.mktemp("instalments"))))


@pytest.fixture(scope="module")
def after(instalments: Corpus, parts: list[Path]) -> list[dict[str, list[Row]]]:
    """The rows of `verdicts` and `duplicates` after each instalment."""
    tables = []
    for file in parts:
        for name in WHOLE:
            pipeline.run(instalments, recipe(name), STAGES, Ingest(str(file)))
        tables.append({"verdicts": instalments.verdicts.collect(), "duplicates": instalments.duplicates.collect()})
    return tables


def clusters(rows: list[Row], name: str, method: str) -> set[tuple[int, int, int]]:
    mine = (row for row in rows if (row["recipe"], row["method"]) == (name, method))
    return {(row["doc_id"], row["cluster_id"], row["members"]) for row in mine}


@pytest.mark.parametrize(("name", "method"), [("near", "minhash"), ("both", "exact")])
def test_the_clusters_are_those_of_one_go(
    in_one_go: Corpus, after: list[dict[str, list[Row]]], name: str, method: str
) -> None:
    found = clusters(after[-1]["duplicates"], name, method)
    assert found == clusters(in_one_go.duplicates.collect(), name, method)
    assert len(found) > 20


@pytest.mark.parametrize("name", WHOLE)
def test_what_was_kept_stays_kept(after: list[dict[str, list[Row]]], name: str) -> None:
    """A verdict on a document is made when its batch comes, and no later batch adds, changes or removes one."""
    for batch, (earlier, later) in enumerate(pairwise(after)):
        rows = [
            sorted(row for row in tables["verdicts"] if row["recipe"] == name and row["batch"] <= batch)
            for tables in (earlier, later)
        ]
        assert rows[0] == rows[1] and len(rows[0]) > 0


def test_of_identical_texts_the_first_to_come_is_kept(after: list[dict[str, list[Row]]]) -> None:
    """Where the rule depends on time: one go keeps the longest copy, instalments one of the first batch."""
    exact = [row for row in after[-1]["duplicates"] if (row["recipe"], row["method"]) == ("both", "exact")]
    batch = {row["doc_id"]: row["batch"] for row in exact}
    first: dict[int, int] = {}
    for row in exact:
        first[row["cluster_id"]] = min(row["batch"], first.get(row["cluster_id"], row["batch"]))
    assert all(batch[row["keeper"]] == first[row["cluster_id"]] for row in exact)
    assert all(row["kept"] == (row["doc_id"] == row["keeper"]) for row in exact)
    assert any(row["doc_id"] == row["matched_doc"] for row in exact) is False


def test_the_index_holds_every_batch_once(instalments: Corpus, after: list[dict[str, list[Row]]]) -> None:
    assert len(after) == PARTS
    counted = instalments.read(BANDS).groupBy("recipe", "method", "key", "check", "doc_id").count()
    assert counted.where("count > 1").isEmpty()
    held = {
        (row["recipe"], row["batch"]) for row in instalments.read(BANDS).select("recipe", "batch").distinct().collect()
    }
    assert held == {(name, batch) for name in WHOLE for batch in range(PARTS)}


def test_with_rekey_the_copies_are_kept_that_one_go_keeps(
    instalments: Corpus, in_one_go: Corpus, after: list[dict[str, list[Row]]]
) -> None:
    def told(rows: list[Row]) -> set[tuple[object, ...]]:
        mine = (row for row in rows if row["recipe"] == "both")
        return {(row["doc_id"], row["rule"], row["value"], row["matched_doc"]) for row in mine}

    once = told(in_one_go.verdicts.collect())
    assert told(after[-1]["verdicts"]) != once
    pipeline.run(instalments, recipe("both").changed(["dedup.rekey=true"]), STAGES)
    assert told(instalments.verdicts.collect()) == once != set()


class Killed(Exception):
    """Stands for the end of the process."""


@pytest.fixture(scope="module")
def two_in_one_go(spark: SparkSession, parts: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    corpus = Corpus(spark, locate(str(tmp_path_factory.mktemp("two"))))
    pipeline.run(corpus, recipe("verified"), STAGES, Ingest(str(parts[0].parent / "[01].jsonl")))
    return corpus


def test_an_instalment_killed_after_each_commit_ends_the_same(
    two_in_one_go: Corpus, parts: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = Corpus(two_in_one_go.spark, locate(str(tmp_path)))
    pipeline.run(corpus, recipe("verified"), STAGES, Ingest(str(parts[0])))
    pipeline.run(corpus, recipe("verified"), STAGES[:2], Ingest(str(parts[1])))
    commit = Corpus.commit
    for commits in (1, 3):  # the index of what was there, then that of what has come and the clusters
        left = iter([False] * (commits - 1) + [True])

        def commit_or_die(self: Corpus, write: Write, is_last: Iterator[bool] = left) -> dict[str, int]:
            counts = commit(self, write)
            if next(is_last):
                raise Killed
            return counts

        monkeypatch.setattr(Corpus, "commit", commit_or_die)
        with pytest.raises(Killed):
            pipeline.run(corpus, recipe("verified"), STAGES)
    monkeypatch.undo()
    pipeline.run(corpus, recipe("verified"), STAGES)
    found = clusters(corpus.duplicates.collect(), "verified", "minhash")
    assert found == clusters(two_in_one_go.duplicates.collect(), "verified", "minhash")
    dropped = {row["doc_id"] for row in corpus.duplicates.where("NOT kept").collect()}
    assert dropped == {row["doc_id"] for row in corpus.verdicts.collect()}
    assert Runs(corpus).rows[-1].details["index"] == "bands"


def test_settings_tried_and_killed_leave_nothing_behind(two_in_one_go: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """Back under the old settings the stage is done anew: what the killed run had replaced is not taken for its own."""
    before = clusters(two_in_one_go.duplicates.collect(), "verified", "minhash")
    other = recipe("verified").changed(["dedup.minhash={bands: 2, rows: 50}"])

    def die(self: Runs, row: RunRow) -> None:
        if row.status == DONE:
            raise Killed
        append(self, row)

    append = Runs.append
    monkeypatch.setattr(Runs, "append", die)
    with pytest.raises(Killed):
        pipeline.run(two_in_one_go, other, STAGES)
    monkeypatch.undo()
    assert clusters(two_in_one_go.duplicates.collect(), "verified", "minhash") != before
    pipeline.run(two_in_one_go, recipe("verified"), STAGES)
    assert clusters(two_in_one_go.duplicates.collect(), "verified", "minhash") == before
