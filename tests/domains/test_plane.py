"""The plane that domains are drawn on, beside scikit-learn's principal components of each centroid repeated."""

import numpy as np
import pytest
from pyspark.sql import SparkSession
from sklearn.decomposition import PCA

from thresher.domains.placing import usable
from thresher.domains.plane import placed_on, plane
from thresher.domains.vectors import column_of


@pytest.mark.parametrize(("k", "d"), [(2, 2), (3, 8), (40, 256), (300, 5)])
def test_it_is_that_of_the_principal_components(k: int, d: int) -> None:
    random = np.random.default_rng(k)
    centroids = random.normal(size=(k, d)).astype(np.float32) * np.linspace(1, 4, d, dtype=np.float32)
    sizes = random.integers(1, 30, k)
    found = plane(centroids, sizes.astype(np.float64))
    oracle = PCA(2, svd_solver="full").fit(np.repeat(centroids.astype(np.float64), sizes, axis=0))
    assert found.share == pytest.approx(oracle.explained_variance_ratio_.sum(), rel=1e-9)
    # The second of two points' directions is any: their first shows everything.
    shown = 2 if k > 2 else 1
    theirs, ours = oracle.transform(centroids)[:, :shown], found.places(centroids)[:, :shown]
    np.testing.assert_allclose(np.abs(ours), np.abs(theirs), atol=2e-5)


def test_a_direction_points_where_its_largest_entry_is_positive() -> None:
    centroids = np.array([[3, 0, 0], [-3, 0, 0], [0, -1, 0.5], [0, 1, -0.5]], np.float32)
    for turned in (centroids, centroids[::-1].copy(), -centroids):
        axes = plane(turned, np.ones(4)).axes
        assert (np.take_along_axis(axes, np.abs(axes).argmax(axis=1, keepdims=True), axis=1) > 0).all()


@pytest.mark.parametrize("centroids", [[[1.0, 2.0, 3.0]], [[1.0, 2.0], [1.0, 2.0]], [[4.0], [9.0]]])
def test_one_domain_equal_ones_and_one_dimension_have_places(centroids: list[list[float]]) -> None:
    points = np.array(centroids, np.float32)
    found = plane(points, np.ones(len(points)))
    assert np.isfinite(found.places(points)).all() and found.share == pytest.approx(1)


def test_documents_are_projected_as_numpy_does(spark: SparkSession) -> None:
    vectors = np.random.default_rng(3).normal(size=(50, 6)).astype(np.float32)
    vectors[7] = np.nan
    found = plane(vectors[10:14], np.array([4.0, 3.0, 2.0, 1.0]))
    for precision in ("float", "half"):
        column = column_of(vectors, precision).to_pylist()  # type: ignore[arg-type]
        kind = "array<float>" if precision == "float" else "binary"
        df = spark.createDataFrame(list(enumerate(column)), f"doc_id long, vector {kind}").repartition(3)
        rows = {row["doc_id"]: (row["x"], row["y"]) for row in placed_on(df, found, spherical=True).collect()}
        exact = vectors if precision == "float" else vectors.astype(np.float16).astype(np.float32)
        expected, used = usable(exact, True)
        assert sorted(rows) == np.flatnonzero(used).tolist() and 7 not in rows
        np.testing.assert_allclose([rows[i] for i in sorted(rows)], found.places(expected.points), atol=2e-5)
