"""Copies by meaning: what borders between domains hide, and the time and memory of one large domain.

    python -m tests.benchmarks.semantic --scale tiny|small|full

Recall is over all pairs, by brute force, of real texts, editions of one book's chapters, and texts with words swapped,
in capitals, cut short (static vectors, 256 dimensions), in 40 and in 400 domains. The large domain holds mixtures of
two real vectors each; memory is that of the largest Python worker (proportional set size), beside one that has only
started.
"""

import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import functions as F
from tests.benchmarks.kmeans import vectors
from tests.benchmarks.memory import watched
from tests.benchmarks.pairs import arguments, scratch, table
from tests.benchmarks.texts import clauses
from tests.conftest import DATA, lines
from tests.domains.test_semantic import swapped

from thresher.dedup.semantic import block_of, matches, ranked
from thresher.dedup.semantic_recall import neighbours
from thresher.domains.borders import Borders, Nearest
from thresher.domains.in_memory import fit
from thresher.domains.placing import Centroids, usable
from thresher.domains.vectors import Matrix, column_of
from thresher.embed.embedder import Embedder
from thresher.session import get_session

LARGE = {"tiny": 5_000, "small": 50_000, "full": 200_000}
NEAREST: tuple[Nearest, ...] = (1, 2, "all")


def texts() -> list[str]:
    """About 9,000: real ones, chapters of a book, and three changes of each of 2,000."""
    book = [str(record["text"])[:4000] for record in lines(DATA / "neardup/rustbook.jsonl.gz", 374)]
    web = [str(record["text"])[:2000] for record in lines(DATA / "text/wcxb_dev_gold_all_clean.jsonl.gz", 1_000)]
    some = [*web, *clauses()[:1_000]]
    return [*book, *some, *(copy for text in some for copy in (swapped(text), text.upper(), text[: len(text) // 2]))]


def embedded(some: list[str]) -> Matrix:
    """Their vectors, of length 1."""
    model = Embedder("wordllama").load("cpu")
    parts = [model.vectors(model.prepare(some[start : start + 512])) for start in range(0, len(some), 512)]
    return usable(np.concatenate(parts), spherical=True)[0].points


def recalls(matrix: Matrix) -> list[tuple[str, ...]]:
    """The share of pairs that are compared, and how many domains a document is a member of, by setting."""
    spark = get_session("thresher-semantic")
    rows = usable(matrix, spherical=True)[0]
    frame = spark.createDataFrame(pa.table({"doc_id": np.arange(len(matrix)), "vector": column_of(matrix)})).persist()
    told = []
    for k in (40, 400):
        centroids = Centroids(fit(rows, k, True, 0).points, spherical=True)
        for at_least in (0.8, 0.9, 0.95):
            for nearest in NEAREST:
                borders = Borders(centroids, nearest, at_least)
                found = neighbours(frame, 1, borders, 0)
                memberships = len(borders.members(rows)[0]) / len(matrix)
                told.append((str(k), str(at_least), str(nearest), f"{found.pairs // 2:,}",
                             f"{found.compared / found.pairs:.4f}", f"{memberships:.2f}"))  # fmt: skip
                sys.stderr.write(f"{told[-1]}\n")
    return told


def one_domain(count: int) -> tuple[str, ...]:
    """The search through one domain of so many documents."""
    spark = get_session("thresher-semantic")
    matrix = vectors(count)
    with scratch() as folder:
        columns = {"doc_id": np.arange(count), "vector": column_of(matrix)}
        pq.write_table(pa.table(columns), folder / "vectors.parquet", row_group_size=10_000)
        del matrix, columns
        rows = spark.read.parquet(str(folder / "vectors.parquet"))
        members = rows.select("doc_id", F.lit(0).alias("domain_id"), F.lit(0).alias("instalment"))
        placed = ranked(members, [F.xxhash64("doc_id")], 0, False)
        with watched() as started:
            spark.range(8).repartition(2).mapInArrow(lambda batches: batches, "id long").count()
            time.sleep(2)
        start = time.perf_counter()
        with watched() as peak:
            found = matches(placed, rows, 0.95, block_of(384), 16).count()
        seconds = time.perf_counter() - start
    sizes = f"{started.worker:.0f}", f"{peak.worker:.0f}", f"{peak.together:.0f}"
    return (f"{count:,}", f"{seconds:.0f}", f"{found:,}", *sizes)


def main() -> None:
    given = arguments(__doc__)
    large = [one_domain(LARGE[given.scale] // part) for part in (4, 1)]
    head = ("domains", "cosine", "nearest", "pairs", "compared", "memberships a document")
    table(head, recalls(embedded(texts())))
    table(("documents of one domain", "s", "dropped", "a worker at its start MB", "a worker MB", "together MB"), large)


if __name__ == "__main__":
    main()
