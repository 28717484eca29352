"""The two nearest centroids against plain Python on fractions, whatever the block that a vector comes in."""

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from thresher.kernels.nearest import directions, nearest, squared_distance_rows, squared_lengths, two_nearest

Matrix = npt.NDArray[np.float32]
VALUES = st.one_of(st.sampled_from([-1.0, 0.0, 0.5, 1.0]), st.floats(-30, 30, width=32, allow_subnormal=False))


@st.composite
def beside(draw: st.DrawFn) -> tuple[Matrix, Matrix]:
    """Vectors and centroids of one length; some centroids twice, so that there are ties."""
    d = draw(st.integers(1, 20))
    points = draw(arrays(np.float32, (draw(st.integers(1, 6)), d), elements=VALUES))
    centroids = draw(arrays(np.float32, (draw(st.integers(1, 40)), d), elements=VALUES))
    again = draw(st.lists(st.integers(0, len(centroids) - 1), max_size=3))
    return points, np.concatenate([centroids, centroids[again], points[: draw(st.integers(0, 1))]])


def squared(a: "np.ndarray[Any, Any]", b: "np.ndarray[Any, Any]") -> Fraction:
    return sum(((Fraction(float(x)) - Fraction(float(y))) ** 2 for x, y in zip(a, b, strict=True)), Fraction())


def twin(point: Matrix, centroids: Matrix) -> list[Fraction]:
    return [squared(point, centroid) for centroid in centroids]


def bounds(points: Matrix, centroids: Matrix, products: "np.ndarray[Any, Any]") -> tuple[Any, ...]:
    """What the kernels ask for, of products that are whole."""
    lengths = squared_lengths(centroids)
    scores = (products - lengths / 2).astype(np.float32)
    return points, squared_lengths(points), centroids, lengths, scores, 1.01 * (points.shape[1] + 4) * 2.0**-24


def found(points: Matrix, centroids: Matrix, products: "np.ndarray[Any, Any]") -> tuple[Any, ...]:
    return two_nearest(*bounds(points, centroids, products))


@given(beside())
def test_the_two_nearest_are_those_of_exact_arithmetic(case: tuple[Matrix, Matrix]) -> None:
    points, centroids = case
    one, near, two, next_near = found(points, centroids, points @ centroids.T)
    for row, point in enumerate(points):
        exact = twin(point, centroids)
        order = sorted(range(len(exact)), key=lambda c: (exact[c], c))
        close = 1e-13 * (1 + float(max(exact)))  # what float64 does not tell apart
        assert float(exact[one[row]] - exact[order[0]]) <= close
        assert abs(near[row] - float(exact[order[0]])) <= close
        if exact[one[row]] == exact[order[0]] and len(set(exact)) == len(exact):
            assert one[row] == order[0]
        if len(centroids) == 1:
            assert two[row] == -1 and next_near[row] == np.inf
        else:
            assert two[row] != one[row] and float(exact[two[row]] - exact[order[1]]) <= close
    assert (nearest(*bounds(points, centroids, points @ centroids.T)) == one).all()
    assert (squared_distance_rows(points, centroids, one) == near).all()


@given(beside())
def test_equal_centroids_give_way_to_the_first(case: tuple[Matrix, Matrix]) -> None:
    points, centroids = case
    one, _, two, _ = found(points, centroids, points @ centroids.T)
    first = [next(c for c in range(len(centroids)) if (centroids[c] == centroids[of]).all()) for of in one]
    assert one.tolist() == first
    doubled = np.concatenate([centroids, centroids])
    again, _, second, _ = found(points, doubled, points @ doubled.T)
    assert again.tolist() == one.tolist() and len(two) == len(second)


@given(beside(), st.integers(0, 2**32 - 1))
def test_products_rounded_in_another_way_change_nothing(case: tuple[Matrix, Matrix], seed: int) -> None:
    points, centroids = case
    exact = points.astype(np.float64) @ centroids.T.astype(np.float64)
    scale = np.sqrt(squared_lengths(points)[:, None] * squared_lengths(centroids)) * points.shape[1] * 2.0**-24
    noise = np.random.default_rng(seed).uniform(-1, 1, exact.shape) * scale * 0.9
    plain = found(points, centroids, exact)
    other = found(points, centroids, exact + noise)
    for one, two in zip(plain, other, strict=True):
        assert (one == two).all()


@given(arrays(np.float32, (5, 9), elements=VALUES))
def test_directions_have_length_one(points: Matrix) -> None:
    lengths = squared_lengths(points)
    twin_lengths = [float(squared(point, np.zeros(9))) for point in points]
    np.testing.assert_allclose(lengths, twin_lengths, rtol=1e-14)
    for row, length in zip(directions(points, lengths), lengths, strict=True):
        assert abs(float(squared(row, np.zeros(9))) - (1 if length > 0 else 0)) < 1e-6
