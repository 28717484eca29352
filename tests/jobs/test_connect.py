"""The whole job through Spark Connect, as a shared Databricks cluster offers it: no `sparkContext`, no RDD, no JVM."""

import os
import subprocess
import sys
from pathlib import Path

from deltalake import DeltaTable

from thresher.stage import Job

from ..conftest import EVERYTHING

RUN = """
import sys, thresher
from thresher.ingest.settings import IngestSettings
from thresher.recipe import read_recipe
from thresher.session import get_session
from thresher.corpus import Corpus
from thresher.location import locate
from thresher_jobs import pipeline
from thresher_jobs.ingest import Ingest

corpus, crawl, *changes = sys.argv[1:]
spark = get_session(conf={"spark.sql.shuffle.partitions": "2"})
assert "connect" in type(spark).__module__, type(spark)
opened = Corpus(spark, locate(corpus))
job = pipeline.run(opened, read_recipe("fineweb-en", changes), ingest=Ingest(crawl))
again = pipeline.run(opened, read_recipe("fineweb-en", changes), ingest=Ingest(crawl))
assert not [row for row in again.runs.rows if row.run_id == again.run_id]
notebook = thresher.open(corpus, spark)
assert notebook.curated.count() == job.runs.newest_release().counts["documents"]
assert notebook.signals.count() == notebook.documents.count()
print("content:", job.runs.newest("export", "fineweb-en").details["content"])
print("stages:", *dict.fromkeys(row.stage for row in job.runs.rows))
"""

DEDUP = """
import sys, thresher
from thresher.corpus import Corpus
from thresher.location import locate
from thresher.recipe import read_recipe
from thresher.session import get_session
from thresher_jobs import annotate, curate, dedup, filter, pipeline
from thresher_jobs.ingest import Ingest

folder, crawl = sys.argv[1:]
spark = get_session(conf={"spark.sql.shuffle.partitions": "2"})
assert "connect" in type(spark).__module__, type(spark)
stages = (annotate.STAGE, filter.STAGE, dedup.STAGE, curate.STAGE)

def run(name, files, *changes):
    corpus = Corpus(spark, locate(f"{folder}/{name}"))
    return pipeline.run(corpus, read_recipe("minhash-only", changes), stages, Ingest(f"{crawl}/{files}"))

run("first", "a-web.jsonl")
later = run("first", "f-near.jsonl").runs.newest("dedup", "minhash-only")
print("instalment:", later.details["index"], later.counts["dropped_minhash"])
other = run("second", "d-broken.jsonl", f"dedup.against=[{folder}/first]").runs.newest("dedup", "minhash-only")
print("elsewhere:", other.counts["dropped_elsewhere"])
audit = thresher.open(f"{folder}/first", spark).audit_dedup("minhash-only")
print("audit:", sum(cell.pairs for cell in audit.cells) > 0, audit.compared == audit.sample)
"""


def test_instalments_other_corpora_and_audits_run_through_spark_connect(crawl: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DEDUP, str(tmp_path), str(crawl)],
        capture_output=True, text=True, timeout=900, check=False, env={**os.environ, "SPARK_REMOTE": "local[2]"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    index, dropped = told["instalment"].split()
    assert index == "bands" and int(dropped) >= 30  # of forty pages that lack every 150th word
    assert int(told["elsewhere"]) >= 3  # the copies under other names
    assert told["audit"] == "True True"


def test_the_whole_job_runs_through_spark_connect(crawl: Path, tmp_path: Path, reference: Job, connect: str) -> None:
    corpus = tmp_path / "corpus"
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(corpus), str(crawl), *EVERYTHING],
        capture_output=True, text=True, timeout=900, check=False, env={**os.environ, "SPARK_REMOTE": connect},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    stages = "ingest.plan ingest.read ingest annotate filter dedup embed regroup semantic curate export report"
    assert f"stages: {stages}" in done.stdout
    exported = reference.runs.newest("export", "fineweb-en")
    assert exported is not None
    assert f"content: {exported.details['content']}" in done.stdout
    assert DeltaTable(str(corpus / "verdicts")).version() >= 1
