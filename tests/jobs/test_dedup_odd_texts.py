"""Texts that dedup must neither join by mistake nor stall at: empty, short, one word over and over, huge, a million."""

from collections import defaultdict
from pathlib import Path

import orjson
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from thresher.corpus import Corpus
from thresher.dedup.components import connected_components
from thresher.dedup.identity import with_identity_keeper
from thresher.dedup.minhash import bucket_stars, candidate_edges
from thresher.ingest.settings import IngestSettings
from thresher.location import locate
from thresher.recipe import read_recipe
from thresher_jobs import annotate, dedup, filter, pipeline
from thresher_jobs.ingest import Ingest

from ..conftest import lines

STAGES = (annotate.STAGE, filter.STAGE, dedup.STAGE)
MANY = 1_000_000


@pytest.fixture(scope="module")
def clusters(spark: SparkSession, data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> set[frozenset[str]]:
    """The clusters of odd texts, by the names of their members, whatever the method."""
    page = str(lines(data_dir / "text/wcxb_dev_gold_all_clean.jsonl.gz", 1)[0]["text"])
    huge = page * (50_000_000 // len(page.encode()))
    texts = {
        "space": " ", "newline": "\n\n", "signs": "!!! ... ???", "other signs": "--- *** ---",
        "one": "alpha", "two": "alpha beta", "four": "alpha beta gamma delta", "other four": "alpha beta gamma epsilon",
        "buy": "buy " * 50, "buy more": "buy " * 5_000, "sell": "sell " * 50, "page": page,
        "Han": "的" * 300, "kana": "の" * 300,
        "huge": huge, "huge too": f"{huge} And so it ends, at last.",
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("odd")
    rows = (orjson.dumps({"id": name, "text": text}) for name, text in texts.items())
    (folder / "odd.jsonl").write_bytes(b"\n".join(rows))
    corpus = Corpus(spark, locate(str(folder / "corpus")))
    pipeline.run(
        corpus,
        read_recipe("minhash-only"),
        STAGES,
        Ingest(str(folder / "odd.jsonl"), IngestSettings(max_record_bytes=1 << 26)),
    )
    found = defaultdict(set)
    for row in corpus.duplicates.join(corpus.names.select("doc_id", "record_id"), "doc_id").collect():
        found[row["method"], row["cluster_id"]].add(row["record_id"])
    return {frozenset(members) for members in found.values()}


def test_only_what_has_the_same_shingles_is_together(clusters: set[frozenset[str]]) -> None:
    """A word over and over is one shingle however often it comes; the page in a huge text is that text's shingles."""
    assert clusters == {frozenset({"buy", "buy more"}), frozenset({"page", "huge", "huge too"})}


def test_many_identical_documents_are_one_cluster(spark: SparkSession) -> None:
    same = spark.range(MANY).select(F.col("id").alias("doc_id"), F.struct(F.lit(1).alias("hash"), F.lit(2).alias("check")).alias("exact_v1"))  # fmt: skip  # noqa: E501
    ranked = with_identity_keeper(same, "exact_v1", [F.asc("doc_id")])
    told = ranked.agg(F.count_if("kept"), F.min("members"), F.max("keeper")).collect()[0]
    assert tuple(told) == (1, MANY, 0)


def test_many_documents_of_one_signature_are_a_star(spark: SparkSession) -> None:
    signed = spark.range(MANY).select(F.col("id").alias("doc_id"), F.lit(bytes(range(32))).alias("signature"))
    assert bucket_stars(signed, 2, 4).count() == 2 * (MANY - 1)
    edges = candidate_edges(signed, 2, 4)
    roots = connected_components(edges).agg(F.count(F.lit(1)), F.max("component")).collect()[0]
    assert tuple(roots) == (MANY, 0)
