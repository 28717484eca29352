"""Executors that are not the driver: thresher reaches them in an archive, and losing one does not lose the job."""

import json
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

WHERE_FROM = """
import json, os, driver
import pyarrow as pa
spark = driver.start()

def look(batches):
    import sys, thresher, thresher_jobs.cli, thresher_conf
    from thresher.annotators import sizes
    for batch in batches:
        found = {"pid": os.getppid(), "file": os.path.realpath(thresher.__file__), "path": sys.path}
        yield pa.RecordBatch.from_arrays([pa.array([json.dumps(found)])], ["found"])

rows = spark.range(0, 8, 1, 8).mapInArrow(look, "found string").collect()
print(json.dumps([json.loads(row.found) for row in rows]))
"""

KILLED = """
import json, time, driver
from pyspark.sql import functions as F
spark = driver.start()

def slow(batches):
    for batch in batches:
        time.sleep(0.4)
        yield batch

before = [process.pid for process in driver.executors()]
killer = driver.kill_an_executor(spark, after_tasks=3)
frame = spark.range(0, 160_000, 1, 16).mapInArrow(slow, "id long").groupBy((F.col("id") % 500).alias("k"))
frame.agg(F.sum("id").alias("s")).write.format("delta").save("sums")
total = spark.read.format("delta").load("sums").agg(F.sum("s"), F.count("*")).first()
print(json.dumps({"before": before, "killed": killer.killed, "sum": total[0], "rows": total[1]}))
"""


def answer(done: Any) -> Any:
    """The JSON on the driver's last line; its error output where it failed."""
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.mark.slow
def test_executors_find_thresher_in_the_archive_and_not_in_the_source_tree(cluster: Any) -> None:
    found = answer(cluster.run(WHERE_FROM))
    assert len({row["pid"] for row in found}) == 2
    for row in found:
        assert str(cluster.folder.parent / "spark-home/work") in row["file"]
        assert not any(path.startswith((str(ROOT / "lib"), str(ROOT / "jobs"))) for path in row["path"])


@pytest.mark.slow
def test_a_job_survives_the_loss_of_an_executor(cluster: Any) -> None:
    said = answer(cluster.run(KILLED))
    assert said["killed"] in said["before"]
    assert (said["sum"], said["rows"]) == (sum(range(160_000)), 500)
