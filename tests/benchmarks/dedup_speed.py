"""MinHash dedup from text in a table to keepers in a table, beside datatrove's four stages; and alone on 2 GB.

Wall seconds of the stages annotate (signatures alone), filter (no rule) and dedup, in a session that runs, its kernels
compiled; of datatrove the stages signature, buckets, cluster and filter on the same documents, without the start of
Python. Both have two cores: a GB per core-hour is 1e9 bytes of text in 3,600 seconds of a core. Required: 30 times
datatrove's, and 60 GB per core-hour on 2 GB.
"""

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.pairs import Ratio, arguments, scratch, table
from tests.benchmarks.texts import write_jsonl

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from thresher.corpus import Corpus

BESIDE = {"tiny": 300, "small": 5_000, "full": 20_000}
ALONE = {"tiny": 3_000, "small": 100_000, "full": 600_000}
CORES = 2
RECIPE = """
name: minhash-alone
annotate: {minhash_v1: {}}
dedup: {exact: false, minhash: {bands: 14, rows: 8}, keep: [doc_id]}
"""


def ingested(spark: "SparkSession", folder: Path) -> "Corpus":
    """A corpus that holds the documents of FOLDER/input and nothing else."""
    from thresher.corpus import Corpus
    from thresher.location import locate
    from thresher_jobs import pipeline
    from thresher_jobs.ingest import Ingest

    corpus = Corpus(spark, locate(str(folder / "corpus")))
    pipeline.run(corpus, None, (), Ingest(str(folder / "input")))
    return corpus


def ours(corpus: "Corpus", folder: Path) -> list[tuple[str, float]]:
    """Seconds of each stage, and of all of them."""
    from thresher.recipe import read_recipe
    from thresher_jobs import annotate, dedup, filter, pipeline

    (folder / "minhash-alone.yaml").write_text(RECIPE)
    for name in ("signals", "verdicts", "duplicates"):
        shutil.rmtree(Path(corpus.location.root) / name, ignore_errors=True)
    corpus.spark.sql(f"DELETE FROM {corpus.location.table('runs')} WHERE stage <> 'ingest'")
    start = time.perf_counter()
    stages = (annotate.STAGE, filter.STAGE, dedup.STAGE)
    job = pipeline.run(corpus, read_recipe(str(folder / "minhash-alone.yaml")), stages)
    seconds = time.perf_counter() - start
    done = [(row.stage, row.seconds) for row in job.runs.rows if row.stage != "ingest"]
    return [*done, ("all", seconds)]


def theirs(folder: Path) -> float:
    """Seconds of datatrove's stages."""
    made = folder / "datatrove"
    shutil.rmtree(made, ignore_errors=True)
    command = [sys.executable, "-m", "tests.benchmarks.peer_datatrove", str(folder / "input"), str(made)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()[0])


def speed(size: int, seconds: float) -> float:
    """Gigabytes per core-hour."""
    return size / 1e9 / (seconds * CORES / 3600)


def main() -> None:
    given = arguments(__doc__)
    from thresher.session import get_session

    with scratch() as folder:
        spark = get_session("thresher-dedup", conf={"spark.local.dir": str(folder / "local")})
        few = folder / "few"
        size = write_jsonl(few / "input", BESIDE[given.scale])
        corpus = ingested(spark, few)
        ours(corpus, few)  # compiles
        seconds = []
        for _ in range(given.pairs):
            seconds.append((theirs(few), ours(corpus, few)[-1][1]))
            sys.stderr.write(f"{seconds[-1]}\n")
        ratio = Ratio(*(tuple(side) for side in zip(*seconds, strict=True)))
        sys.stdout.write(f"{size / 1e6:.0f} MB: datatrove's seconds to ours {ratio.of()}, {ratio.seconds()}\n")
        many = folder / "many"
        size = write_jsonl(many / "input", ALONE[given.scale])
        stages = ours(ingested(spark, many), many)
    rows = [(name, f"{took:.1f}", f"{speed(size, took):.0f}") for name, took in stages]
    sys.stdout.write(f"{size / 1e6:,.0f} MB, {ALONE[given.scale]:,} documents\n")
    table(("stage", "s", "GB per core-hour"), rows)


if __name__ == "__main__":
    main()
