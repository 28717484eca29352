"""The daemon of the sessions that thresher starts: what it saves is saved, and workers do all that they did."""

import importlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow as pa
from pyspark.sql import SparkSession

FORGETS = """
import importlib, sys, zipimport
sys.path.insert(0, sys.argv[1])
from thresher.worker_daemon import keep_archives_known
import inside
keep_archives_known()
def read(path):
    raise AssertionError("the archive's directory was read again")
zipimport._read_directory = read
importlib.invalidate_caches()
import inside.more
print(inside.more.VALUE)
"""


def test_an_archive_on_the_path_is_not_read_again(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        archive.writestr("inside/__init__.py", "")
        archive.writestr("inside/more.py", "VALUE = 7")
    done = subprocess.run(
        [sys.executable, "-c", FORGETS, str(tmp_path / "archive.zip")], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "7\n"), done.stderr


def test_local_workers_are_its_children(spark: SparkSession) -> None:
    def parents(batches):  # type: ignore[no-untyped-def]
        import psutil

        for _ in batches:
            command = " ".join(psutil.Process().parent().cmdline())
            yield pa.RecordBatch.from_pydict({"parent": [command]})

    [row] = spark.range(0, 1, 1, 1).mapInArrow(parents, "parent string").collect()
    assert "thresher.worker_daemon" in row["parent"]


def test_importing_it_changes_nothing() -> None:
    import zipimport

    before = zipimport.zipimporter.invalidate_caches
    importlib.import_module("thresher.worker_daemon")
    assert zipimport.zipimporter.invalidate_caches is before
