"""The most alike of those before, against plain Python on fractions, whatever the tile that a vector comes in."""

from fractions import Fraction

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from thresher.domains.placing import Rows, usable
from thresher.kernels.cosines import NONE, cosine, count_alike, most_alike

Matrix = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
VALUES = st.one_of(st.sampled_from([-1.0, 0.0, 0.5, 1.0]), st.floats(-30, 30, width=32, allow_subnormal=False))


@st.composite
def directions(draw: st.DrawFn) -> tuple[Matrix, Ids, Ids]:
    """Directions, some of them twice or nearly so, with ids in no order and ranks that may be tied."""
    d = draw(st.integers(1, 20))
    some = draw(arrays(np.float32, (draw(st.integers(1, 12)), d), elements=VALUES))
    again = some[draw(st.lists(st.integers(0, len(some) - 1), max_size=6))]
    nudged = again + draw(arrays(np.float32, again.shape, elements=st.sampled_from([0.0, 1e-6, 0.01])))
    rows, _ = usable(np.concatenate([some, again, nudged.astype(np.float32)]), spherical=True)
    n = len(rows.points)
    ids = np.array(draw(st.permutations(range(100, 100 + n))), np.int64)
    ranks = draw(arrays(np.int64, n, elements=st.integers(0, n)))
    return rows.points, ids, ranks


def exact(a: Matrix, b: Matrix) -> Fraction:
    return sum((Fraction(float(x)) * Fraction(float(y)) for x, y in zip(a, b, strict=True)), Fraction())


def found(points: Matrix, ids: Ids, ranks: Ids, products: Matrix, at_least: float) -> tuple[Ids, list[float]]:
    match, alike = np.full(len(ids), -1, np.int64), np.full(len(ids), NONE)
    most_alike(points, ids, ranks, points, ids, ranks, products, at_least, match, alike)
    return match, alike.tolist()


def twin(points: Matrix, ids: Ids, ranks: Ids, at_least: float) -> list[tuple[int, float]]:
    """The definition: of all that may come before the most alike, by the very same cosine; of equals the smaller id."""
    best = []
    for row in range(len(ids)):
        before = [other for other in range(len(ids)) if ranks[other] <= ranks[row] and other != row]
        near = [(-cosine(points[row], points[other]), int(ids[other])) for other in before]
        near = [pair for pair in near if -pair[0] >= at_least]
        best.append((min(near)[1], -min(near)[0]) if near else (-1, NONE))
    return best


@given(directions(), st.sampled_from([0.3, 0.9, 0.999, 1.0]))
def test_the_match_is_that_of_the_definition(case: tuple[Matrix, Ids, Ids], at_least: float) -> None:
    points, ids, ranks = case
    match, alike = found(points, ids, ranks, points @ points.T, at_least)
    assert list(zip(match.tolist(), alike, strict=True)) == twin(points, ids, ranks, at_least)


@given(directions())
def test_a_cosine_is_that_of_exact_arithmetic(case: tuple[Matrix, Ids, Ids]) -> None:
    points, _, _ = case
    for a in points:
        assert abs(cosine(a, points[0]) - min(1.0, float(exact(a, points[0])))) <= 1e-14
        assert cosine(a, points[0]) == cosine(points[0], a)


@given(directions(), st.data())
def test_how_a_product_is_rounded_changes_nothing(case: tuple[Matrix, Ids, Ids], data: st.DataObject) -> None:
    points, ids, ranks = case
    d = points.shape[1]
    off = data.draw(arrays(np.float32, (len(ids), len(ids)), elements=st.floats(-1, 1, width=32)))
    rounded = (points.astype(np.float64) @ points.T.astype(np.float64) + off * d * 2.0**-24).astype(np.float32)
    usual = found(points, ids, ranks, points @ points.T, 0.9)
    other = found(points, ids, ranks, rounded, 0.9)
    assert usual[0].tolist() == other[0].tolist() and usual[1] == other[1]


@given(directions(), st.data())
def test_what_is_found_in_two_parts_is_what_is_found_at_once(
    case: tuple[Matrix, Ids, Ids], data: st.DataObject
) -> None:
    points, ids, ranks = case
    cut = data.draw(st.integers(0, len(ids)))
    match, alike = np.full(len(ids), -1, np.int64), np.full(len(ids), NONE)
    for part in (slice(cut, None), slice(0, cut)):
        products = points @ points[part].T
        most_alike(points, ids, ranks, points[part], ids[part], ranks[part], products, 0.9, match, alike)
    whole = found(points, ids, ranks, points @ points.T, 0.9)
    assert (match.tolist(), alike.tolist()) == (whole[0].tolist(), whole[1])


@given(directions(), st.data())
def test_pairs_are_counted_once_for_each_row(case: tuple[Matrix, Ids, Ids], data: st.DataObject) -> None:
    points, ids, _ = case
    members = data.draw(arrays(np.bool_, (len(ids), 3)))
    rows = Rows(points, np.ones(len(ids)))
    pairs, shared = count_alike(rows.points, ids, members, points, ids, members, points @ points.T, 0.9)
    near = [(a, b) for a in range(len(ids)) for b in range(len(ids)) if a != b and cosine(points[a], points[b]) >= 0.9]
    assert pairs == len(near)
    assert shared == sum(bool((members[a] & members[b]).any()) for a, b in near)
