"""A run that is killed at any point and started again ends as one that was never killed: the same tables, same export.

One corpus is killed at each point in turn, going on from where the last kill left it, in batches of a file or two. At a
write Java dies with the run, on one core; between two commits it is a Spark Connect client that dies. The reference was
made in one go, on two cores, in one batch. In the end both hold the same.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyspark.sql import DataFrame, SparkSession

from thresher.corpus import Corpus
from thresher.location import locate
from thresher.runs import Runs
from thresher.stage import Job

from ..conftest import EVERYTHING

POINTS = (
    "gap:ingest.plan", "write:documents", "gap:ingest.read", "gap:ingest", "write:signals", "gap:annotate",
    "gap:filter", "write:duplicates", "gap:dedup", "write:domains", "gap:semantic",
    "merge", "gap:curate", "write:export", "gap:export", "gap:report",
)  # fmt: skip
TELLS_NOTHING = {"batch", "run_id", "path"}
SCRIPT = Path(__file__).with_name("killed_run.py")


def run(
    point: str, corpus: Path, place: str, *options: str, recipe: str = "fineweb-en"
) -> subprocess.CompletedProcess[str]:
    """The command in a process that is killed at this point, on so many cores or at this Spark Connect server."""
    command = [sys.executable, str(SCRIPT), point, str(corpus), place, "run", recipe, *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)


@pytest.fixture(scope="module")
def killed(crawl: Path, connect: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus whose run was killed at every point in turn, then let go to its end."""
    corpus = tmp_path_factory.mktemp("killed") / "corpus"
    options = _options(crawl)
    versions: dict[str, list[Path]] = {}
    for point in POINTS:
        done = run(point, corpus, killed_at(point, connect), *options)
        assert done.returncode == -9, f"{point} was not reached:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        for name, files in versions.items():
            assert all(file.exists() for file in files), f"{point}: a committed file of {name} is gone"
            assert _data_files(corpus, name) >= set(files)
        if point == "gap:ingest":  # from here on every batch of documents is committed
            versions["documents"] = sorted(_data_files(corpus, "documents"))
            versions["log"] = [corpus / "documents/_delta_log" / f"{_newest(corpus, 'documents'):020}.json"]
    done = run("none", corpus, connect, *options)
    assert done.returncode == 0, done.stderr[-3000:]
    assert len(list((corpus / "documents/_delta_log").glob("*.json"))) == _newest(corpus, "documents") + 1
    return corpus


def killed_at(point: str, connect: str) -> str:
    """Where a run works that is killed at this point."""
    return "1" if point.startswith("write:") else connect


def _options(crawl: Path) -> tuple[str, ...]:
    changes = (option for change in EVERYTHING for option in ("--set", change))
    return ("--input", str(crawl), "--batch-bytes", "200000", *changes)


def _data_files(corpus: Path, name: str) -> set[Path]:
    if name == "log":
        return set((corpus / "documents/_delta_log").glob("*.json"))
    return set((corpus / name).rglob("*.parquet"))


def _newest(corpus: Path, name: str) -> int:
    return max(int(path.stem) for path in (corpus / name / "_delta_log").glob("*.json"))


def _same(left: DataFrame, right: DataFrame, name: str) -> None:
    columns = [column for column in left.columns if column not in TELLS_NOTHING]
    rows = [frame.select(*columns).toJSON().collect() for frame in (left, right)]
    assert sorted(rows[0]) == sorted(rows[1]), f"{name} differs"
    assert rows[0], f"{name} is empty, so that nothing was compared"


def _of_recipe(frame: DataFrame) -> DataFrame:
    return frame.where("recipe = 'fineweb-en'") if "recipe" in frame.columns else frame


def _release(job: Job) -> str:
    newest = job.runs.newest_release("fineweb-en")
    assert newest is not None
    return newest.details["release"]


def test_the_tables_are_those_of_a_run_that_was_never_killed(spark: SparkSession, killed: Path, reference: Job) -> None:
    mine = Corpus(spark, locate(str(killed)))
    [signals] = {f"signals/{path.name}" for path in (killed / "signals").iterdir()}
    made = ("documents", "quarantine", "verdicts", "duplicates", "embeddings", "domains", "domain_cards")
    for name in (*made, signals, f"curated/{_release(reference)}"):
        _same(_of_recipe(mine.table(name)), _of_recipe(reference.corpus.table(name)), name)


def test_the_exports_hold_the_same(killed: Path, reference: Job) -> None:
    contents = []
    for root in (killed, Path(reference.corpus.location.root)):
        folder = root / "export" / _release(reference)
        manifest = json.loads((folder / "_manifest.json").read_text(encoding="utf-8"))
        rows = pq.read_table(folder).sort_by("doc_id").to_pylist()
        contents.append((rows, manifest["content"], manifest["rows"]))
    assert contents[0] == contents[1]
    assert contents[0][2] == len(contents[0][0]) > 0


def test_one_row_in_runs_for_each_piece_of_work(spark: SparkSession, killed: Path) -> None:
    rows = Runs(Corpus(spark, locate(str(killed)))).rows
    done = [(row.stage, batch) for row in rows for batch in row.batches]
    assert len(done) == len(set(done))
    mine = {"annotate", "filter", "dedup", "embed", "regroup", "semantic", "curate", "export", "report"}
    assert {row.stage for row in rows} >= {"ingest", *mine}


def test_a_third_run_has_nothing_to_do(killed: Path, crawl: Path, connect: str) -> None:
    before = {path: path.stat().st_mtime_ns for path in killed.rglob("*") if path.is_file()}
    done = run("none", killed, connect, *_options(crawl))
    assert done.returncode == 0
    assert "nothing to do" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in killed.rglob("*") if path.is_file()} == before


@pytest.fixture
def living(killed: Path) -> "Iterator[subprocess.Popen[bytes]]":
    """A process that lives, in whose name the lease can be held."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        yield process
        process.kill()


def test_a_run_beside_a_living_one_is_told_so_and_ends(
    spark: SparkSession, killed: Path, crawl: Path, connect: str, living: "subprocess.Popen[bytes]"
) -> None:
    corpus = Corpus(spark, locate(str(killed)))
    spark.sql(
        f"INSERT INTO {corpus.location.table('lease')} VALUES "
        f"('another', '{os.uname().nodename}', {living.pid}, timestamp'{_now()}', timestamp'{_now()}')"
    )
    other = (*_options(crawl), "--set", "gopher_quality_v1.word_count.at_least=60")
    refused = run("none", killed, connect, *other)
    assert refused.returncode == 1
    assert "is being written by run another" in " ".join(refused.stderr.split())
    assert "Traceback" not in refused.stderr
    living.kill()
    living.wait()
    assert run("none", killed, connect, *other).returncode == 0


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
