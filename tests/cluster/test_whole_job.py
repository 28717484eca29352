"""The whole job on executors that are not the driver, one of which is killed in the middle: the same bytes come out."""

import json
from pathlib import Path
from typing import Any

import pytest

from thresher.stage import Job

from ..conftest import EVERYTHING

WHOLE_JOB = """
import json, sys, driver
from thresher.corpus import Corpus
from thresher.location import locate
from thresher.recipe import read_recipe
from thresher_jobs import pipeline
from thresher_jobs.ingest import Ingest

corpus, crawl, *changes = sys.argv[1:]
spark = driver.start()
killer = driver.kill_an_executor(spark, after_tasks=12)
job = pipeline.run(Corpus(spark, locate(corpus)), read_recipe("fineweb-en", changes), ingest=Ingest(crawl))
exported = job.runs.newest("export", "fineweb-en")
print(json.dumps({"killed": killer.killed, "content": exported.details["content"], "counts": exported.counts}))
"""


@pytest.mark.slow
def test_the_whole_job_survives_the_loss_of_an_executor(
    cluster: Any, crawl: Path, tmp_path: Path, reference: Job
) -> None:
    done = cluster.run(WHOLE_JOB, str(tmp_path / "corpus"), str(crawl), *EVERYTHING, timeout=900)
    assert done.returncode == 0, done.stderr[-4000:]
    said = json.loads(done.stdout.strip().splitlines()[-1])
    assert said["killed"] is not None
    expected = reference.runs.newest("export", "fineweb-en")
    assert expected is not None
    assert (said["content"], said["counts"]) == (expected.details["content"], expected.counts)
