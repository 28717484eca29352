"""A ledger is found without a scan: bytes read for one document, of a corpus of a million."""

from pathlib import Path

import pytest
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from thresher.ask.ledger import ledger
from thresher.corpus import Corpus, Write
from thresher.location import locate
from thresher.runs import Runs
from thresher.tables import DOCUMENTS, DUPLICATES, NAMES, VERDICTS

DOCUMENT_COUNT = 1_000_000


@pytest.fixture(scope="module")
def million(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """A corpus of which every document breaks one to three of twenty rules, and every third is in a cluster."""
    corpus = Corpus(spark, locate(str(tmp_path_factory.mktemp("million"))))
    rows = spark.range(DOCUMENT_COUNT).select(
        "id", _doc_id("id"), (F.col("id") % 2).cast("int").alias("batch"), F.lit("gopher").alias("recipe")
    )
    named = _documents(rows)
    tables = ((VERDICTS, _verdicts(rows)), (DUPLICATES, _duplicates(rows)), (DOCUMENTS, named), (NAMES, named))
    for table, made in tables:
        corpus.commit(Write(table, made, "true", documents=DOCUMENT_COUNT))
    return corpus


def _doc_id(column: str) -> Column:
    return F.xxhash64(column).alias("doc_id")


def _verdicts(rows: DataFrame) -> DataFrame:
    each = rows.withColumn("n", F.explode(F.sequence(F.lit(1), F.lit(1) + (F.col("id") % 3).cast("int"))))
    return each.withColumns(
        {
            "stage": F.lit("filter"),
            "rule": F.concat(F.lit("gopher_quality_v1.rule_"), F.pmod(F.xxhash64("id", "n"), F.lit(20))),
            "value": F.pmod(F.xxhash64("n", "id"), F.lit(10**7)) / 1e7,
            "threshold": F.lit(0.3),
        }
    )


def _duplicates(rows: DataFrame) -> DataFrame:
    keeper = F.col("id") - F.col("id") % 9
    return rows.where("id % 3 = 0").withColumns(
        {
            "method": F.lit("minhash"),
            "cluster_id": F.xxhash64(keeper),
            "kept": F.col("id") % 9 == 0,
            "keeper": F.xxhash64(keeper),
            "matched_doc": F.when(F.col("id") % 9 != 0, F.xxhash64(keeper)),
            "similarity": F.when(F.col("id") % 9 != 0, 0.8),
            "members": F.lit(3),
        }
    )


def _documents(rows: DataFrame) -> DataFrame:
    url = F.concat(F.lit("https://example.org/"), F.col("id"))
    return rows.select("doc_id", "batch", url.alias("url"), F.lit("a.jsonl").alias("path"), F.col("id").alias("offset"))


def _bytes_read(spark: SparkSession) -> int:
    """What the session has read from file systems so far: tables and Delta's log, not the JVM's own jars."""
    assert spark._jvm is not None
    return sum(of.getBytesRead() for of in spark._jvm.org.apache.hadoop.fs.FileSystem.getAllStatistics())


def test_one_documents_story_is_found_without_a_scan(spark: SparkSession, million: Corpus) -> None:
    root = Path(million.location.root)
    whole = sum(file.stat().st_size for t in ("verdicts", "duplicates") for file in (root / t).rglob("*.parquet"))
    ids = [row["doc_id"] for row in spark.range(0, 5 * 60, 5).select(_doc_id("id")).collect()]
    runs = Runs(million)
    for doc_id in ids[:10]:  # the JVM loads its classes, Delta its log
        ledger(million, runs, doc_id)
    before = _bytes_read(spark)
    for doc_id in ids[10:]:
        ledger(million, runs, doc_id)
    read = (_bytes_read(spark) - before) / len(ids[10:])
    assert 0 < read < 0.05 * whole


def test_the_story_of_a_copy_in_it(million: Corpus) -> None:
    doc_id = million.spark.range(3, 4).select(_doc_id("id")).collect()[0]["doc_id"]
    [entry] = ledger(million, Runs(million), doc_id).entries
    assert entry.document.url == "https://example.org/3"
    assert [failure.recipe for failure in entry.failures] == ["gopher"]
    assert entry.duplicates[0].matched is not None
    assert entry.duplicates[0].matched.url == "https://example.org/0"
