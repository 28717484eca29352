"""What rules centroids out: never too little, and nothing of it in a result."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernels.test_nearest import Matrix, beside

from thresher.domains.bounds import SOME, Bounds
from thresher.domains.placing import Centroids, usable
from thresher.kernels.nearest import nearest, squared_lengths, two_nearest

FEW, MANY = 16, 64


def exact_scores(points: Matrix, centroids: Matrix) -> Any:
    """What float64 makes of them, which is exact beside float32."""
    wide = centroids.astype(np.float64)
    return points.astype(np.float64) @ wide.T - (wide**2).sum(axis=1) / 2


@given(beside(), st.integers(1, 20))
def test_no_score_is_above_its_bound_and_no_result_depends_on_it(case: tuple[Matrix, Matrix], directions: int) -> None:
    points, centroids = case
    squares, lengths = squared_lengths(points), squared_lengths(centroids)
    bounds = Bounds(centroids, lengths)
    results = []
    for bound in (bounds.whole, bounds.leading(min(directions, points.shape[1]))):
        scores = bound.scores(points, squares)
        longest = np.sqrt(lengths.max())
        rounding = bound.slack * (np.sqrt(squares) * longest + longest**2) + 1e-30
        assert (exact_scores(points, centroids) <= scores + rounding[:, None]).all()
        given_to = (points, squares, centroids, lengths, scores, bound.slack)
        results.append((nearest(*given_to), *two_nearest(*given_to)))
    for whole, leading in zip(*results, strict=True):
        assert (whole == leading).all()


def vectors(count: int, directions: int, seed: int) -> Matrix:
    """Vectors of length 1 that lie mostly along so many directions of MANY."""
    random = np.random.default_rng(seed)
    spread = np.where(np.arange(MANY) < directions, 1.0, 0.02)
    turn = np.linalg.qr(random.standard_normal((MANY, MANY)))[0]
    points = (random.standard_normal((count, MANY)) * spread @ turn).astype(np.float32)
    return usable(points, spherical=True)[0].points


@pytest.mark.parametrize(("directions", "leading"), [(FEW, True), (MANY, False)])
def test_the_leading_directions_are_taken_where_vectors_lie_along_few(directions: int, leading: bool) -> None:
    points = vectors(8 * SOME, directions, seed=1)
    centroids = Centroids(points[: 4 * MANY], spherical=True)
    rows = usable(points, spherical=True)[0]
    assert (centroids.bounds.of(*rows).turn is not None) == leading
    whole = (points.astype(np.float64) @ points[: 4 * MANY].astype(np.float64).T).argmax(axis=1)
    assert (centroids.labels(rows) == whole).all()
    few = usable(points[:MANY], spherical=True)[0]
    assert centroids.at(centroids.points.copy()).bounds.of(*few).turn is None
