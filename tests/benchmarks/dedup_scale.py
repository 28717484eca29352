"""MinHash dedup of 1 million and of 10 million documents: the time for a document grows at most 1.3 times.

The stage `dedup` alone, by signature, in a session of its own each; nothing before it runs, for 10 million texts do not
fit this machine: `signals` is filled by a generator. A signature's 112 values are hashes of the document's number; of
ten documents one has the values of the one before it but for a tenth of them, the last: twelve of its bands agree, so
that exactly 0.1 of the corpus is dropped. `runs` says of ingest, annotate and filter that they are done.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from tests.benchmarks.memory import watched
from tests.benchmarks.pairs import arguments, scratch, table

if TYPE_CHECKING:
    from thresher.corpus import Corpus
    from thresher.recipe import Recipe

DOCUMENTS = {"tiny": (1_000, 10_000), "small": (100_000, 1_000_000), "full": (1_000_000, 10_000_000)}
BATCHES = 10
VALUES = 112
CHANGED = VALUES // 10
RECIPE = """
name: signatures
annotate: {minhash_v1: {}}
dedup: {exact: false, minhash: {verify: {by: signature, at_least: 0.8}}, keep: [doc_id]}
"""
MOST = 1.3


def signatures(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """For numbers of documents their signatures: a copy has those of the one before, but for the last values."""
    places = np.arange(VALUES, dtype=np.uint64)
    for batch in batches:
        number = batch["id"].to_numpy().astype(np.uint64)
        copied = number - (number % 10 == 9)
        own = np.where(places >= VALUES - CHANGED, number[:, None], copied[:, None])
        mixed = (own * np.uint64(VALUES) + places) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
        values = np.ascontiguousarray((mixed >> np.uint64(32)).astype("<u4"))
        held = pa.array(values.view(f"V{4 * VALUES}").ravel().tolist(), pa.binary())
        yield pa.RecordBatch.from_arrays([batch["id"], held], names=["id", "signature"])


def fill(corpus: "Corpus", recipe: "Recipe", documents: int) -> None:
    """The signals of so many documents, and what `runs` would say."""
    from pyspark.sql import functions as F

    from thresher.corpus import Write
    from thresher.runs import RunRow, Runs
    from thresher_jobs import annotate, filter

    made = corpus.spark.range(documents).mapInArrow(signatures, "id long, signature binary")
    rows = made.select(
        F.xxhash64("id").alias("doc_id"),
        (F.col("id") % BATCHES).cast("int").alias("batch"),
        F.lit(None).cast("string").alias("failed"),
        F.struct("signature").alias("minhash_v1"),
    )
    corpus.commit(Write(annotate.signals_of(recipe), rows, "true"))
    runs, batches = Runs(corpus), tuple(range(BATCHES))
    counted = {"documents": documents, "input_bytes": 3000 * documents}
    runs.append(RunRow("generated", "ingest", "", batches=batches, counts=counted, details={"inputs": "1"}))
    for stage in (annotate.STAGE, filter.STAGE):
        done = stage.fingerprint(recipe)
        runs.append(RunRow("generated", stage.name, done, stage.owner(recipe), batches=batches))


def run(documents: int) -> dict[str, float]:
    """Seconds of `dedup` over so many documents, the most memory of all processes, the documents dropped."""
    from thresher.corpus import Corpus
    from thresher.location import locate
    from thresher.recipe import read_recipe
    from thresher.session import get_session
    from thresher_jobs import dedup, pipeline

    with scratch() as folder:
        Path(folder / "signatures.yaml").write_text(RECIPE)
        recipe = read_recipe(str(folder / "signatures.yaml"))
        spark = get_session("thresher-scale", conf={"spark.local.dir": str(folder / "local")})
        corpus = Corpus(spark, locate(str(folder / "corpus")))
        fill(corpus, recipe, documents)
        start = time.perf_counter()
        with watched() as peak:
            job = pipeline.run(corpus, recipe, (dedup.STAGE,))
        seconds = time.perf_counter() - start
        newest = job.runs.newest("dedup", recipe.name)
        dropped = newest.counts["dropped_minhash"] if newest else 0
        spark.stop()
    return {"seconds": seconds, "memory": peak.together, "dropped": dropped}


def in_own_process(documents: int) -> dict[str, float]:
    """The same in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.dedup_scale", "--documents", str(documents)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    given = arguments(__doc__, ("--documents", {"type": int, "help": "run on so many and print what was measured"}))
    if given.documents:
        sys.stdout.write(f"\n{json.dumps(run(given.documents))}\n")
        return
    rows, each = [], []
    for documents in DOCUMENTS[given.scale]:
        found = in_own_process(documents)
        each.append(1e6 * found["seconds"] / documents)
        figures = (f"{found['seconds']:.0f}", f"{each[-1]:.0f}", f"{found['dropped'] / documents:.4f}")
        rows.append((f"{documents:,}", *figures, f"{found['memory']:.0f}"))
        sys.stderr.write(f"{rows[-1]}\n")
    table(("documents", "s", "µs a document", "dropped", "MB, all processes"), rows)
    sys.stdout.write(f"time for a document: {each[1] / each[0]:.2f} times (at most {MOST})\n")


if __name__ == "__main__":
    main()
