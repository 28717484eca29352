"""k-means on Spark: a full pass beside carrying its column, and the way to faiss's inertia beside faiss's own.

    python -m tests.benchmarks.kmeans --scale tiny|small|full

The vectors are mixtures of two real texts' vectors by the static model, turned into 384 dimensions; full scale is a
million of them and 1,000 clusters. The floor of a pass is the same column through `mapInArrow` without work. faiss
holds everything in memory and takes its own sample (256 vectors a cluster, 25 rounds); thresher reads Parquet. Both
inertias are those of all vectors. Wall seconds: every core is busy in each of them.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import faiss
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame
from tests.benchmarks.components import driver_heap
from tests.benchmarks.pairs import alternate, arguments, scratch, table, timed
from tests.benchmarks.texts import clauses

from thresher.domains.kmeans import fitted, totals
from thresher.domains.placing import Centroids, one_thread, usable
from thresher.domains.vectors import Matrix, Precision, column_of
from thresher.embed.embedder import Embedder
from thresher.session import get_session

SIZES = {"tiny": (5_000, 20), "small": (100_000, 200), "full": (1_000_000, 1_000)}
DIMENSIONS, FILES = 384, 8


def vectors(count: int) -> Matrix:
    """So many vectors of length 1, made of real ones."""
    model, known = Embedder("wordllama").load("cpu"), clauses()[:20_000]
    real = np.concatenate([model.vectors(model.prepare(known[i : i + 512])) for i in range(0, len(known), 512)])
    random = np.random.default_rng(1)
    turn = random.standard_normal((real.shape[1], DIMENSIONS)).astype(np.float32)
    turned = usable(real @ turn, spherical=True)[0].points
    chosen, share = random.integers(0, len(turned), (count, 2)), random.uniform(0.6, 1, (count, 1)).astype(np.float32)
    mixed = share * turned[chosen[:, 0]] + (1 - share) * turned[chosen[:, 1]]
    return usable(mixed, spherical=True)[0].points


def write(matrix: Matrix, folder: Path, precision: Precision) -> str:
    """The vectors with ids, in files; returns where."""
    folder.mkdir()
    for part, rows in enumerate(np.array_split(np.arange(len(matrix)), FILES)):
        columns = {"doc_id": pa.array(rows), "vector": column_of(matrix[rows], precision)}
        pq.write_table(pa.table(columns), folder / f"part-{part}.parquet")
    return str(folder)


def carry(rows: DataFrame) -> None:
    """The column through Python and nothing else."""

    def count(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield pa.RecordBatch.from_arrays([pa.array([sum(batch.num_rows for batch in batches)])], names=["n"])

    rows.select("vector").mapInArrow(count, "n long").collect()


def inertia(matrix: Matrix, centroids: Matrix) -> float:
    """The sum of all vectors' squared distances to the nearest centroid."""
    rows, chosen = usable(matrix, spherical=False)[0], Centroids(centroids, spherical=False)
    with one_thread():
        return float(chosen.squared_distances(rows, chosen.labels(rows)).sum())


def main() -> None:
    given = arguments(__doc__)
    count, k = SIZES[given.scale]
    matrix = vectors(count)
    spark = get_session("thresher-kmeans", conf={"spark.driver.memory": "4g"})
    found = []
    with scratch() as folder:
        precisions: tuple[Precision, ...] = ("float", "half")
        frames = {form: spark.read.parquet(write(matrix, folder / form, form)) for form in precisions}
        centroids = Centroids(matrix[:k], spherical=False)
        for form, rows in frames.items():
            carry(rows)
            totals(rows, centroids)  # compiles
            ratio = alternate(_pass(rows, centroids), _carried(rows), given.pairs)
            found.append((f"full pass, {form}: it, the column alone", ratio.seconds(), ratio.of(), "1.5"))
        ours, theirs = [], []
        other = faiss.Kmeans(DIMENSIONS, k, niter=25, seed=1)
        faiss_seconds = timed(lambda: other.train(matrix))
        theirs.append(inertia(matrix, other.centroids))
        tenth = frames["float"].where(f"doc_id < {count // 10}")
        fitted(tenth, count // 10, k // 10, False, 1, 10)
        heaps = [driver_heap(spark)]
        our_seconds = timed(lambda: ours.append(fitted(frames["float"], count, k, False, 1, 10)))
        heaps.append(driver_heap(spark))
        reached = inertia(matrix, ours[0].centroids.points) / theirs[0]
    seconds = f"{our_seconds:.1f} s, {faiss_seconds:.1f} s"
    found.append(("to settled centroids: thresher, faiss", seconds, f"{our_seconds / faiss_seconds:.2f}", "3"))
    found.append(("inertia, times faiss's", f"{len(ours[0].inertia)} full passes", f"{reached:.4f}", "1.01"))
    grown = f"{heaps[0]:.0f} MB, {heaps[1]:.0f} MB"
    found.append(("driver's heap after a tenth of vectors and clusters, after all", grown, "", ""))
    table(("what", "it, beside", "ratio", "at most"), found)


def _pass(rows: DataFrame, centroids: Centroids) -> Callable[[], object]:
    return lambda: totals(rows, centroids)


def _carried(rows: DataFrame) -> Callable[[], object]:
    return lambda: carry(rows)


if __name__ == "__main__":
    main()
