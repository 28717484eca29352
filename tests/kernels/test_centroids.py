"""Sums by cluster against Python's integers, and what becomes of a cluster without vectors."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from thresher.kernels.centroids import add_rows, means, moved
from thresher.kernels.nearest import squared_lengths

ROWS = arrays(np.float32, (12, 3), elements=st.floats(-500, 500, width=32))
LABELS = st.lists(st.integers(0, 3), min_size=12, max_size=12)


def added(points: "np.ndarray[Any, Any]", labels: list[int], order: list[int]) -> "np.ndarray[Any, Any]":
    totals = np.zeros((4, 5), np.int64)
    for part in np.array_split(np.array(order), 3):
        rows = points[part]
        add_rows(rows, squared_lengths(rows), np.array(labels, np.int32)[part], totals)
    return totals


@given(ROWS, LABELS, st.permutations(range(12)))
def test_totals_are_sums_of_integers_in_any_order(
    points: "np.ndarray[Any, Any]", labels: list[int], order: list[int]
) -> None:
    totals = added(points, labels, order)
    for cluster in range(4):
        mine = [point for point, label in zip(points.astype(float), labels, strict=True) if label == cluster]
        sums = [sum(round(point[i] * 2**24) for point in mine) for i in range(3)]
        assert totals[cluster, :3].tolist() == sums
        assert abs(int(totals[cluster, 3]) - sum(round(float(point @ point) * 2**20) for point in mine)) <= len(mine)
        assert totals[cluster, 4] == len(mine)


@given(ROWS, LABELS)
def test_means_and_their_inertia(points: "np.ndarray[Any, Any]", labels: list[int]) -> None:
    centroids, inertia = means(added(points, labels, list(range(12))))
    for cluster in range(4):
        mine = points[np.array(labels) == cluster].astype(np.float64)
        middle = mine.mean(0) if len(mine) else np.zeros(3)
        np.testing.assert_allclose(centroids[cluster], middle, rtol=1e-6, atol=1e-4)
        np.testing.assert_allclose(inertia[cluster], ((mine - middle) ** 2).sum(), rtol=1e-4, atol=0.1)


def test_an_empty_cluster_takes_half_of_the_widest() -> None:
    points = np.array([[0, 0], [0, 1], [10, 0], [10, 8], [10, 4]], np.float32)
    totals = np.zeros((4, 4), np.int64)
    add_rows(points, squared_lengths(points), np.array([0, 0, 2, 2, 2], np.int32), totals)
    centroids, inertia = moved(totals, spherical=False)
    assert inertia == 0.5 + 32
    np.testing.assert_allclose(centroids, [[0, 0.5], [10, 4], [10, 4], [10, 4]], rtol=2e-3)
    assert len(np.unique(centroids, axis=0)) == 4
    assert (moved(totals, spherical=False)[0] == centroids).all()


def test_spherical_centroids_are_directions() -> None:
    totals = np.zeros((2, 4), np.int64)
    points = np.array([[0, 2], [0, 1], [3, 4]], np.float32)
    add_rows(points, squared_lengths(points), np.array([0, 0, 1], np.int32), totals)
    np.testing.assert_allclose(moved(totals, spherical=True)[0], [[0, 1], [0.6, 0.8]], rtol=1e-6)
