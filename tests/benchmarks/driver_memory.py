"""Driver memory is flat: 100,000 and 1 million small documents through every stage differ by less than 64 MB each.

Executors that are not the driver (`local-cluster`, two of one core), results of a job limited to 8 MB, no broadcast
joins. After each stage: the driver's JVM heap in use after two full collections, and its Python's resident memory after
one. Recipe `gopher` with a lower bound of 5 words, so that rules drop some documents and dedup sees the others; one
document in ten is a copy. Each size is a process of its own.
"""

import gc
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import psutil
import pyspark
from tests.benchmarks.pairs import arguments, scratch, table
from tests.benchmarks.texts import FILES, clauses

SIZES = {"tiny": (200, 2_000), "small": (10_000, 100_000), "full": (100_000, 1_000_000)}
CONF = {
    "spark.driver.maxResultSize": "8m",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.adaptive.autoBroadcastJoinThreshold": "-1",
    "spark.driver.memory": "1500m",
    "spark.executor.memory": "1200m",
}
MOST = 64


def write_documents(folder: Path, documents: int) -> None:
    """Documents of two clauses, about 140 bytes, as JSON lines; every tenth is the one before it again."""
    folder.mkdir()
    known, chosen = clauses(), np.random.default_rng(1).integers(0, len(clauses()), (documents, 2))
    chosen[9::10] = chosen[8:-1:10]
    for part in range(FILES):
        numbers = range(part, documents, FILES)
        rows = ({"id": str(n), "text": " ".join(known[clause] for clause in chosen[n])} for n in numbers)
        (folder / f"part-{part}.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))


def memory(spark: Any) -> tuple[float, float]:
    """Megabytes in use: the JVM's heap after a full collection, this process's resident memory."""
    for _ in range(2):
        spark._jvm.System.gc()
        time.sleep(1)  # what the collection has freed lets Spark's cleaner free more
    heap = spark._jvm.java.lang.management.ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
    gc.collect()
    return heap / 2**20, psutil.Process().memory_info().rss / 2**20


def run_stages(source: str, folder: str) -> list[tuple[str, float, float]]:
    """Every stage by itself, and the memory after it."""
    from thresher.corpus import Corpus
    from thresher.location import locate
    from thresher.recipe import read_recipe
    from thresher.session import get_session
    from thresher_jobs import pipeline
    from thresher_jobs.ingest import Ingest

    recipe = read_recipe("gopher", ["filter.gopher_quality_v1.word_count.at_least=5"])
    spark = get_session("thresher-memory", master="local-cluster[2,1,1500]", conf=CONF)
    corpus = Corpus(spark, locate(folder))
    found = [("session", *memory(spark))]
    pipeline.run(corpus, recipe, (), Ingest(source))
    found.append(("ingest", *memory(spark)))
    for stage in pipeline.STAGES:
        pipeline.run(corpus, recipe, (stage,))
        found.append((stage.name, *memory(spark)))
    rows = {name: corpus.read(table).count() for name, table in _tables()}
    sys.stderr.write(f"{rows}\n")
    spark.stop()
    return found


def _tables() -> list[tuple[str, Any]]:
    from thresher.tables import DOCUMENTS, DUPLICATES, VERDICTS

    return [("documents", DOCUMENTS), ("verdicts", VERDICTS), ("duplicates", DUPLICATES)]


def spark_home(folder: Path) -> Path:
    """Spark as installed, seen through links: a local cluster puts its executors' folders into its home."""
    folder.mkdir()
    for part in Path(pyspark.__file__).parent.iterdir():
        (folder / part.name).symlink_to(part)
    return folder


def in_own_process(documents: int) -> list[tuple[str, float, float]]:
    """The stages on so many documents, in a driver of their own."""
    with scratch() as folder:
        write_documents(folder / "input", documents)
        environment = {
            **os.environ,
            "SPARK_HOME": str(spark_home(folder / "spark")),
            "SPARK_LOCAL_DIRS": str(folder / "local"),
            "PYSPARK_PYTHON": sys.executable,
        }
        command = [sys.executable, "-m", "tests.benchmarks.driver_memory", "--stages", str(folder)]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return [(name, heap, python) for name, heap, python in json.loads(done.stdout.splitlines()[-1])]


def main() -> None:
    given = arguments(__doc__, ("--stages", {"help": "run the stages on FOLDER/input and print what was measured"}))
    if given.stages:
        found = run_stages(f"{given.stages}/input/*.jsonl", f"{given.stages}/corpus")
        sys.stdout.write(f"\n{json.dumps(found)}\n")
        return
    few, many = SIZES[given.scale]
    rows = []
    found = zip(in_own_process(few), in_own_process(many), strict=True)
    for (stage, heap, python), (_, more_heap, more_python) in found:
        apart = max(abs(more_heap - heap), abs(more_python - python))
        flat = "yes" if apart < MOST else "NO"
        rows.append((stage, *(f"{mb:.0f}" for mb in (heap, more_heap, python, more_python)), f"{apart:.0f}", flat))
    columns = [f"{what}, {count:,}" for what in ("heap MB", "Python MB") for count in (few, many)]
    table(("after stage", *columns, "apart", f"below {MOST}"), rows)


if __name__ == "__main__":
    main()
