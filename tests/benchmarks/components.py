"""Connected components of 10 million edges: a hub of a million, a chain of 10,000, small clusters; and its memory.

Local mode, a heap of 2 GB, both regimes: forests that one task contracts, and rounds of stars (the limit of one task
set to a tenth of the edges). Ids are hashes, so that neighbours lie nowhere near each other. Every run is checked:
each planted cluster has one component, its smallest id. Memory is that of all processes together; a driver's heap
after two full collections is told for 1 %, 10 % and all of the edges.
"""

import gc
import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

from tests.benchmarks.memory import watched
from tests.benchmarks.pairs import arguments, scratch, table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

EDGES = {"tiny": 10_000, "small": 1_000_000, "full": 10_000_000}
SMALL_CLUSTER = 4  # nodes; as many clusters of them as edges are left after the hub and the chain
MOST = 6 * 1024


def planted(spark: "SparkSession", edges: int) -> "DataFrame":
    """The edges (`doc_id`, `centre`), each with the number of the `planted` cluster that it belongs to."""
    from pyspark.sql import functions as F

    hub, chain = edges // 10, edges // 1000
    # Edge n links its own node to another's: of the hub all to one, of the chain each to the next.
    n = F.col("id")
    rest = n - hub - chain
    of_three = rest - rest % (SMALL_CLUSTER - 1)
    cluster = F.when(n < hub, -1).when(n < hub + chain, -2).otherwise(of_three)
    chained = F.when(n == hub + chain - 1, -2).otherwise(n + 1)
    other = F.when(n < hub, -1).when(n < hub + chain, chained).otherwise(of_three + 10 * edges)
    ends = (F.xxhash64(F.lit("node"), end.cast("long")) for end in (n, other))
    return spark.range(edges).select(
        *(end.alias(name) for name, end in zip(("doc_id", "centre"), ends, strict=True)),
        cluster.cast("long").alias("planted"),
    )


def check(spark: "SparkSession", edges: "DataFrame", components: "DataFrame") -> None:
    """Every planted cluster has one component, which is its smallest id, and no node is missing."""
    from pyspark.sql import functions as F

    ends = edges.select("doc_id", "planted").unionByName(edges.selectExpr("centre AS doc_id", "planted")).distinct()
    told = ends.join(components, "doc_id", "left").groupBy("planted")
    found = told.agg(F.min("doc_id").alias("least"), F.min("component").alias("low"), F.max("component").alias("high"),
                     F.count_if(F.col("component").isNull()).alias("missing"))  # fmt: skip
    wrong = found.where("low <> least OR high <> least OR missing > 0").count()
    if wrong:
        raise SystemExit(f"{wrong} planted clusters are not one component named by its smallest id")


def run(edges: int, most: int) -> dict[str, float]:
    """One search in a session of its own: seconds, megabytes, rounds."""
    from thresher.corpus import Corpus
    from thresher.dedup.components import components_of_any_size
    from thresher.location import locate
    from thresher.session import get_session
    from thresher.tables import COMPONENTS
    from thresher_jobs.clusters import KeptRounds

    with scratch() as folder:
        conf = {"spark.driver.memory": "2g", "spark.local.dir": str(folder / "local")}
        spark = get_session("thresher-components", conf=conf)
        corpus = Corpus(spark, locate(str(folder / "corpus")))
        planted(spark, edges).repartition(8, "doc_id").write.parquet(str(folder / "edges"))
        stored = spark.read.parquet(str(folder / "edges"))
        start = time.perf_counter()
        with watched() as peak:
            found = components_of_any_size(stored.select("doc_id", "centre"), KeptRounds(corpus, "k"), most)
            found.write.parquet(str(folder / "found"))
        seconds = time.perf_counter() - start
        rounds = corpus.read(COMPONENTS).selectExpr("max(round)").collect()[0][0]
        heap = driver_heap(spark)
        check(spark, stored, spark.read.parquet(str(folder / "found")))
        spark.stop()
    return {"seconds": seconds, "together": peak.together, "worker": peak.worker, "rounds": rounds, "heap": heap}


def driver_heap(spark: Any) -> float:
    """Megabytes of the driver's heap in use after two full collections."""
    for _ in range(2):
        gc.collect()
        spark._jvm.System.gc()
        time.sleep(1)
    return (
        float(spark._jvm.java.lang.management.ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed())
        / 2**20
    )


def in_own_process(edges: int, most: int) -> dict[str, float]:
    """The same in a process of its own, so that no run leaves memory to the next."""
    command = [sys.executable, "-m", "tests.benchmarks.components", "--run", str(edges), str(most)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    given = arguments(__doc__, ("--run", {"nargs": 2, "type": int, "help": "EDGES and the limit of one task"}))
    if given.run:
        sys.stdout.write(f"\n{json.dumps(run(*given.run))}\n")
        return
    rows = []
    for edges in (EDGES[given.scale] // part for part in (100, 10, 1)):
        for regime, most in (("one task", 2 * edges), ("stars", edges // 10)):
            found = in_own_process(edges, most)
            fits = "yes" if found["together"] < MOST else "NO"
            figures = [f"{found[name]:.0f}" for name in ("rounds", "seconds", "heap", "worker", "together")]
            rows.append((f"{edges:,}", regime, *figures, fits))
            sys.stderr.write(f"{rows[-1]}\n")
    head = ("edges", "regime", "rounds", "s", "driver heap MB", "worker MB", "together MB", "below 6 GB")
    table(head, rows)


if __name__ == "__main__":
    main()
