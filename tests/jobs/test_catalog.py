"""A corpus in a catalog's schema: the same stages, tables by name, files where `--output` says."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from thresher.corpus import Corpus
from thresher.errors import UsageError
from thresher.location import locate
from thresher.recipe import read_recipe
from thresher.tables import DUPLICATES
from thresher_jobs import pipeline
from thresher_jobs.ingest import Ingest


def test_the_whole_job_in_a_catalog(spark: SparkSession, crawl: Path, tmp_path: Path) -> None:
    corpus = Corpus(spark, locate("spark_catalog.web_texts"))
    recipe = read_recipe("minhash-only")
    with pytest.raises(UsageError, match="add --output"):
        pipeline.run(corpus, recipe)
    corpus.make_place()
    options = {"output": str(tmp_path / "files"), "release": "first"}
    pipeline.run(corpus, recipe, ingest=Ingest(str(crawl / "*.jsonl")), options=options)
    names = {table.name for table in spark.catalog.listTables("spark_catalog.web_texts")}
    assert names >= {"documents", "quarantine", "verdicts", "duplicates", "runs", "curated", "curated_first"}
    released = spark.table("spark_catalog.web_texts.curated").count()
    assert pq.read_table(tmp_path / "files" / "first", columns=["doc_id"]).num_rows == released
    dropped = spark.table("spark_catalog.web_texts.verdicts").select("doc_id").distinct().count()
    assert spark.table("spark_catalog.web_texts.documents").count() == released + dropped
    assert dropped > 0
    assert list((tmp_path / "files").glob("*.html"))
    again = pipeline.run(corpus, recipe, ingest=Ingest(str(crawl / "*.jsonl")), options=options)
    new = [row for row in again.runs.rows if row.run_id == again.run_id]
    assert not new


def test_new_files_alone_are_read_and_a_new_release_is_made(spark: SparkSession, crawl: Path, tmp_path: Path) -> None:
    corpus = Corpus(spark, locate("spark_catalog.growing"))
    corpus.make_place()
    recipe = read_recipe("minhash-only")
    first = pipeline.run(corpus, recipe, ingest=Ingest(str(crawl / "a-*.jsonl")), options={"output": str(tmp_path)})
    second = pipeline.run(corpus, recipe, ingest=Ingest(str(crawl / "[af]-*.jsonl")), options={"output": str(tmp_path)})
    read = [row.counts["documents"] for row in second.runs.of("ingest.read", None)]
    assert read == [150, 40]
    measured = [row.counts["documents"] for row in second.runs.of("annotate", None)]
    assert measured == [150, 40]
    before, after = (job.runs.newest_release() for job in (first, second))
    assert before is not None and after is not None
    assert before.details["release"] != after.details["release"]
    # The first release stays what it was.
    held = spark.table(corpus.location.table(f"curated/{before.details['release']}")).count()
    assert held == before.counts["documents"]
    assert corpus.read(DUPLICATES).where("method = 'minhash' AND NOT kept").count() >= 30


def test_a_delta_table_is_read_as_any_other_input(spark: SparkSession, crawl: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    texts = spark.read.json(str(crawl / "a-web.jsonl")).select("id", "text").where("id <> 'a-web.jsonl/3'")
    texts.coalesce(2).write.format("delta").save(str(source))
    corpus = Corpus(spark, locate(str(tmp_path / "corpus")))
    pipeline.run(corpus, None, stages=(), ingest=Ingest(str(source)))
    assert {row["record_id"] for row in corpus.documents.select("record_id").collect()} == {
        f"a-web.jsonl/{n}" for n in range(150) if n != 3
    }
    spark.createDataFrame([("late", "one more text")], "id string, text string").write.format("delta").mode(
        "append"
    ).save(str(source))
    again = pipeline.run(corpus, None, stages=(), ingest=Ingest(str(source)))
    assert [row.counts["documents"] for row in again.runs.of("ingest.read", None)] == [149, 1]
