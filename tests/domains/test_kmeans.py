"""k-means on Spark: the same bits under every partitioning, brute force's assignment, inertia beside scikit-learn's."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession
from sklearn.cluster import KMeans

from thresher.domains import kmeans
from thresher.domains.kmeans import Fitted, fitted, placed, totals
from thresher.domains.placing import Centroids, one_thread, usable
from thresher.domains.vectors import Matrix, column_of
from thresher.errors import ThresherError

from .conftest import Texts

K, SEED = 24, 7
BATCH = "spark.sql.execution.arrow.maxRecordsPerBatch"


def frame(spark: SparkSession, vectors: Matrix, half: bool = False) -> DataFrame:
    """The vectors as `embeddings` holds them; doc_ids are hashes."""
    ids = _ids(len(vectors))
    columns = {
        "doc_id": pa.array(ids),
        "batch": pa.array(ids % 3, pa.int32()),
        "vector": column_of(vectors, "half" if half else "float"),
    }
    return spark.createDataFrame(pa.table(columns))


def _ids(count: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.arange(count, dtype=np.int64) * 7_046_029_254_386_353_131 % 2**61


@pytest.fixture(scope="module")
def mixed(real: Texts) -> Matrix:
    """Vectors of all sources, over 20,000, shuffled."""
    assert len(real.vectors) > 20_000
    return real.vectors[np.random.default_rng(0).permutation(len(real.vectors))]


@pytest.fixture(scope="module")
def by_passes(spark: SparkSession, mixed: Matrix) -> Callable[[DataFrame], Fitted]:
    """Centroids from a sample of a tenth and full passes over all."""

    def run(rows: DataFrame) -> Fitted:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(kmeans, "SAMPLE", 2_000)
            return fitted(rows, len(mixed), K, True, SEED, 3)

    return run


def assigned(rows: DataFrame, centroids: Centroids) -> pa.Table:
    return placed(rows, centroids).toArrow().sort_by("doc_id")


def test_order_partitions_and_batches_change_no_bit(
    spark: SparkSession, mixed: Matrix, by_passes: Callable[[DataFrame], Fitted]
) -> None:
    rows = frame(spark, mixed).persist()
    expected = by_passes(rows.repartition(2))
    labels = assigned(rows.repartition(2), expected.centroids)
    assert 1 < len(expected.inertia) <= 3 and expected.inertia[0] > expected.inertia[-1]
    assert 1_500 < expected.sample < 2_500
    for partitions, batch in ((1, 10_000), (7, 333)):
        spark.conf.set(BATCH, batch)
        try:
            shuffled = rows.repartition(partitions, "vector")
            again = by_passes(shuffled)
            assert again.inertia == expected.inertia
            assert again.centroids.points.tobytes() == expected.centroids.points.tobytes()
            assert assigned(shuffled, again.centroids).equals(labels)
        finally:
            spark.conf.unset(BATCH)
    rows.unpersist()


@pytest.mark.parametrize(("k", "spherical"), [(20, False), (100, False)])
def test_inertia_is_within_a_hundredth_of_scikit_learns_best_of_five(
    spark: SparkSession, mixed: Matrix, k: int, spherical: bool
) -> None:
    rows, used = usable(mixed, spherical)
    assert used.all()
    with one_thread():
        best = min(KMeans(k, n_init=1, random_state=seed, max_iter=60).fit(mixed).inertia_ for seed in range(5))
        found = fitted(frame(spark, mixed), len(mixed), k, spherical, SEED, 3).centroids
        inertia = found.squared_distances(rows, found.labels(rows)).sum()
    assert inertia < 1.01 * best


@pytest.mark.parametrize(("spherical", "half"), [(True, True), (False, False)])
def test_placing_equals_brute_force_on_every_document(
    spark: SparkSession, mixed: Matrix, spherical: bool, half: bool
) -> None:
    stored = mixed.astype(np.float16).astype(np.float32) if half else mixed
    centroids = Centroids(usable(stored[:300], spherical)[0].points, spherical)
    table = assigned(frame(spark, mixed, half), centroids)
    points = usable(stored, spherical)[0].points[np.argsort(_ids(len(mixed)))]
    exact = centroids.points.astype(np.float64)
    squared = np.stack([((exact - point) ** 2).sum(1) for point in points.astype(np.float64)])
    order = np.argsort(squared, 1, kind="stable")
    told = squared / 2 if spherical else np.sqrt(squared)
    for place, (domain, distance) in enumerate((("domain_id", "distance"), ("second_domain", "second_distance"))):
        ours, theirs = table[domain].to_numpy(), order[:, place]
        row = np.arange(len(ours))
        # Float64 in another order of summation may see a tie where there is none, and the other way round.
        assert np.abs(squared[row, ours] - squared[row, theirs]).max() < 1e-14
        assert (ours == theirs).mean() > 0.999
        np.testing.assert_allclose(table[distance].to_numpy(), told[row, theirs], atol=2e-7)


def test_a_pass_adds_up_in_integers(spark: SparkSession, mixed: Matrix) -> None:
    centroids = Centroids(mixed[:600], False)  # more than one block
    rows, _ = usable(mixed, False)
    found = totals(frame(spark, mixed).repartition(3), centroids)
    assert (found == centroids.totals(rows)).all()
    assert found[:, -1].sum() == len(mixed)


def test_vectors_without_a_place_are_rows_and_too_few_are_an_error(spark: SparkSession) -> None:
    vectors = np.array([[1, 0], [0, 1], [0.9, 0.1], [np.nan, 1], [np.inf, 0], [0, 0], [9e9, 1], [2, 0]], np.float32)
    rows = frame(spark, vectors)
    rows = rows.unionByName(rows.limit(1).selectExpr("-1L AS doc_id", "batch", "CAST(NULL AS array<float>) AS vector"))
    with pytest.raises(ThresherError, match="5 domains were asked of 4 documents"):
        fitted(rows, 9, 5, True, SEED, 1)
    with pytest.raises(ThresherError, match="0 documents with vectors"):
        fitted(rows.limit(0), 0, 1, True, SEED, 1)
    found = fitted(rows, 9, 2, True, SEED, 1).centroids
    table = {row["doc_id"]: row for row in placed(rows, found).collect()}
    ids = frame(spark, vectors).select("doc_id").toArrow()["doc_id"].to_pylist()
    domains = [table[doc]["domain_id"] for doc in (*ids, -1)]
    assert domains[3:7] == [None] * 4 and domains[8] is None
    assert domains[0] == domains[2] == domains[7] != domains[1] and {domains[0], domains[1]} == {0, 1}
    assert table[ids[7]]["distance"] == table[ids[0]]["distance"]
    alone = {row["second_domain"] for row in placed(rows, fitted(rows, 9, 1, True, SEED, 1).centroids).collect()}
    assert alone == {None}
