"""Vectors beside centroids, a block at a time: which are usable, which centroid is nearest, what a cluster adds up to.

The product of a block with the centroids is BLAS's, held to one thread, for Spark keeps every core busy with a task of
its own. What it decides is made independent of the block by `kernels.nearest`.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thresher.domains.bounds import Bounds
from thresher.domains.vectors import Matrix
from thresher.kernels.centroids import Totals, add_rows
from thresher.kernels.nearest import (
    LARGEST_SQUARE,
    Floats,
    Labels,
    directions,
    nearest,
    squared_distance_rows,
    squared_lengths,
    two_nearest,
)

_SCORES = 2**20  # of a block: 4 MB, so that a core's cache holds them until they are looked at


class Rows(NamedTuple):
    """Usable vectors: a matrix of shape (n, d) and their squared lengths."""

    points: Matrix
    squares: Floats


class Placed(NamedTuple):
    """Of each vector the nearest and the second nearest centroid, -1 where there is none, and the distances (n)."""

    domain: Labels
    distance: Floats
    second: Labels
    second_distance: Floats


def one_thread() -> AbstractContextManager[object]:
    """While it lasts, BLAS uses one thread."""
    from threadpoolctl import threadpool_limits

    limit: AbstractContextManager[object] = threadpool_limits(1, user_api="blas")
    return limit


def usable(matrix: Matrix, spherical: bool) -> tuple[Rows, npt.NDArray[np.bool_]]:
    """The rows that have a place among the others, brought to length 1 where `spherical`, and which of n they are.

    A row is left out whose values are not all finite, that is longer than 1,024, or, where `spherical`, of length 0.

    >>> rows, used = usable(np.array([[3, 4], [np.nan, 1], [0, 0]], np.float32), spherical=True)
    >>> rows.points.tolist(), used.tolist()
    ([[0.6000000238418579, 0.800000011920929]], [True, False, False])
    """
    squares = squared_lengths(frozen(matrix))
    used = squares <= LARGEST_SQUARE  # false for NaN
    if spherical:
        used &= squares > 0
    if not used.all():
        matrix, squares = matrix[used], squares[used]
    if spherical:
        matrix = directions(frozen(matrix), squares)
        squares = squared_lengths(frozen(matrix))
    return Rows(frozen(matrix), squares), used


def frozen(matrix: Matrix) -> Matrix:
    """The matrix, contiguous and read-only: to numba, one that may be written is another type to compile for."""
    matrix = np.ascontiguousarray(matrix)
    if matrix.flags.writeable:
        matrix = matrix.view()
        matrix.flags.writeable = False
    return matrix


@dataclass(frozen=True)
class Centroids:
    """k centroids of d values, and whether vectors count by direction alone (`spherical`)."""

    points: Matrix
    spherical: bool

    def at(self, points: Matrix) -> "Centroids":
        """The same, moved to these points."""
        return replace(self, points=points)

    @cached_property
    def rows(self) -> Rows:
        """The centroids as rows."""
        points = frozen(self.points)
        return Rows(points, squared_lengths(points))

    @cached_property
    def bounds(self) -> Bounds:
        """What rules most centroids out before they are measured."""
        return Bounds(*self.rows)

    def labels(self, rows: Rows) -> Labels:
        """The nearest centroid of each row; the smaller number where two are equally near."""
        blocks = [nearest(*block, *self.rows, scores, slack) for block, scores, slack in self._scored(rows)]
        return np.concatenate([np.empty(0, np.int32), *blocks])

    def placed(self, rows: Rows) -> Placed:
        """The two nearest centroids of each row, at Euclidean distances, or 1 - cosine where `spherical`."""
        blocks = [two_nearest(*block, *self.rows, scores, slack) for block, scores, slack in self._scored(rows)]
        empty = (np.empty(0, np.int32), np.empty(0), np.empty(0, np.int32), np.empty(0))
        first, near, second, next_near = (np.concatenate(parts) for parts in zip(empty, *blocks, strict=True))
        return Placed(first, self.distance(near), second, self.distance(next_near))

    def distance(self, squared: Floats) -> Floats:
        """From squared Euclidean distances those that are told: between directions, half of them is 1 - cosine."""
        return squared / 2 if self.spherical else np.sqrt(squared)

    def squared_distances(self, rows: Rows, labels: Labels) -> Floats:
        """The squared distance of each row to the centroid of its label, in float64."""
        return squared_distance_rows(rows.points, self.rows.points, labels)

    def totals(self, rows: Rows, before: Totals | None = None) -> Totals:
        """The totals of each cluster, of shape (k, d + 2), as `kernels.centroids` has them; `before` is added to."""
        totals = np.zeros((len(self.points), self.points.shape[1] + 2), np.int64) if before is None else before
        add_rows(*rows, self.labels(rows), totals)
        return totals

    def _scored(self, rows: Rows) -> Iterator[tuple[Rows, Matrix, float]]:
        """The rows in blocks, with what bounds each centroid's score for them, and the rounding of that."""
        size = max(64, _SCORES // len(self.points))
        bound = self.bounds.of(*rows)
        for start in range(0, len(rows.points), size):
            block = Rows(rows.points[start : start + size], rows.squares[start : start + size])
            yield block, bound.scores(*block), bound.slack
