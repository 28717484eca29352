"""Which centroids may be nearest: an upper bound of each one's score for each vector, by as few products as will do.

A centroid's score for a vector is their inner product less half the centroid's square; the highest is the nearest. With
few vectors all of the product is computed. With many, only its part along the directions in which the centroids lie
most, the leading ones of their second moments; what it leaves out is at most the product of the two lengths left over
(Cauchy and Schwarz). Both are one product of matrices, where the lengths left over and the half squares are two more
columns. `kernels.nearest` measures the few that the bound leaves, so that nothing of this shows in a result.

Rounding is added to the bound: with u = 2^-24, an inner product of d terms in float32 is off by at most d u / (1 - d u)
times the lengths, in any order of summation (Higham 2002, Accuracy and Stability of Numerical Algorithms, section 3.1).
"""

from functools import cached_property
from typing import NamedTuple

import numpy as np

from thresher.domains.vectors import Matrix
from thresher.kernels.nearest import Floats

SOME = 256  # vectors by which the number of directions is chosen
SHARES = (8, 6, 4, 3, 2)  # of all directions: an eighth, a sixth and so on
MEASURED = 34.0  # what a value of a centroid that is measured costs, beside one of a product
_UNIT = 2.0**-24


class Bound(NamedTuple):
    """What bounds scores: `turn` takes vectors to their leading directions, where `centroids` lie; two columns more.

    Without `turn` the scores are whole, and `centroids` as they came with one more column. `slack` is the rounding, as
    a share of the lengths' product.
    """

    turn: Matrix | None
    centroids: Matrix
    slack: float

    def scores(self, points: Matrix, squares: Floats) -> Matrix:
        """The bounds of all centroids' scores for these vectors, of shape (n, k)."""
        columns = self.centroids.shape[1]
        turned = np.ones((len(points), columns), np.float32)
        if self.turn is None:
            turned[:, :-1] = points
        else:
            along = points @ self.turn.T
            turned[:, :-2] = along
            turned[:, -2] = left_over(squares, along, self.slack)
        scores: Matrix = turned @ self.centroids.T
        return scores


class Bounds:
    """The bounds of the scores of k centroids of d values, of which `squares` are the squared lengths."""

    def __init__(self, centroids: Matrix, squares: Floats) -> None:
        self.points, self.squares = centroids, squares
        self._cheapest: Bound | None = None

    def of(self, points: Matrix, squares: Floats) -> Bound:
        """The bound that costs least for such vectors as the first that were many."""
        k, d = self.points.shape
        if k < d or len(points) < max(d, SOME):
            return self.whole
        if self._cheapest is None:
            every = len(points) // SOME  # spread over all: neighbours may be alike, or be what the centroids began as
            self._cheapest = self._cheapest_for(points[::every], squares[::every])
        return self._cheapest

    def _cheapest_for(self, points: Matrix, squares: Floats) -> Bound:
        k, d = self.points.shape
        best = self.whole.scores(points, squares).max(axis=1, keepdims=True)
        costs = {float(d * k): self.whole}
        for share in SHARES:
            bound = self.leading(d // share)
            measured = np.count_nonzero(bound.scores(points, squares) >= best) / len(points)
            costs[(d // share) * (d + k) + MEASURED * d * measured] = bound
        return costs[min(costs)]

    @cached_property
    def whole(self) -> Bound:
        """All of the product."""
        column = (-self.squares / 2).astype(np.float32)[:, None]
        return Bound(None, np.hstack([self.points, column]), 1.01 * (self.points.shape[1] + 4) * _UNIT)

    def leading(self, directions: int) -> Bound:
        """The product along so many leading directions."""
        turn = np.ascontiguousarray(self._directions[:directions])
        wide = turn.astype(np.float64)
        askew = float(np.linalg.norm(wide @ wide.T - np.eye(directions)))  # for they are rounded
        d = self.points.shape[1]
        slack = 4 * askew + 1.01 * (np.sqrt(directions) * d + 3 * directions + 16) * _UNIT
        along = (self.points @ wide.T).astype(np.float32)
        left = left_over(self.squares, along, slack)
        columns = [along, left[:, None], (-self.squares / 2).astype(np.float32)[:, None]]
        return Bound(turn, np.hstack(columns), slack)

    @cached_property
    def _directions(self) -> Matrix:
        """All directions, of length 1, those in which the centroids lie most first."""
        wide = self.points.astype(np.float64)
        found: Matrix = np.linalg.eigh(wide.T @ wide)[1].T[::-1].astype(np.float32)
        return found


def left_over(squares: Floats, along: Matrix, slack: float) -> Matrix:
    """At least the length of what each vector has beside the directions along which it has these values."""
    wide = along.astype(np.float64)
    left = np.maximum(squares - np.einsum("ij,ij->i", wide, wide), 0) + 4 * slack * squares
    longer: Matrix = np.nextafter(np.sqrt(left).astype(np.float32), np.float32(np.inf))
    return longer
