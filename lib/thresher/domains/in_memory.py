"""k-means over vectors that one task holds: where full passes start from, and what k and structure are judged by.

Rows come in an order that their ids decide, so that every draw is the same on each machine and under each partitioning.

Sources: Bahmani et al. 2012, Scalable k-means++ (https://arxiv.org/abs/1203.6402); Lloyd 1982.
"""

import math

import numpy as np

from thresher.domains.placing import Centroids, Rows, frozen
from thresher.kernels.centroids import moved
from thresher.kernels.hashing import random64
from thresher.kernels.nearest import Floats
from thresher.kernels.seeding import Places, plus_plus

ROUNDS = 5  # of drawing candidates; the paper finds 5 enough
SETTLED = 1e-4  # the share by which inertia falls in a round that is the last
_FEW, _STARTS = 64, 5  # up to so many clusters several starts are compared: of few, a bad start spoils more
# Up to so many clusters seeding takes four times the candidates, and several trials: both cost as the square of k does.
_MORE_CANDIDATES, _MORE_TRIALS = 256, 2048


def fit(rows: Rows, k: int, spherical: bool, seed: int, rounds: int = 25) -> Centroids:
    """K centroids of at least k rows: for a small k the best of several starts, each after Lloyd's rounds.

    >>> from thresher.domains.placing import usable
    >>> rows, _ = usable(np.array([[0, 1], [1, 0], [1, 0.1], [0.1, 1]], np.float32), True)
    >>> fit(rows, 2, True, seed=1).labels(rows).tolist() in ([0, 1, 1, 0], [1, 0, 0, 1])
    True
    """
    starts = _STARTS if k <= _FEW else 1
    found = [lloyd(rows, seeded(rows, k, spherical, seed + start), rounds) for start in range(starts)]
    return min(found, key=lambda one: one[1])[0]


def seeded(rows: Rows, k: int, spherical: bool, seed: int) -> Centroids:
    """K rows to start from: k-means|| draws candidates, k-means++ chooses among them by how many rows each has."""
    places = _candidates(rows, k, spherical, seed)
    candidates = Centroids(frozen(rows.points[places]), spherical)
    weights = np.bincount(candidates.labels(rows), minlength=len(places)).astype(np.int64)
    trials = 2 + int(math.log(k)) if k <= _MORE_TRIALS else 1
    chosen = plus_plus(candidates.rows.points, weights, k, trials, random64(seed, k * trials))
    return Centroids(frozen(candidates.points[chosen]), spherical)


def lloyd(rows: Rows, centroids: Centroids, rounds: int) -> tuple[Centroids, float]:
    """Centroids after so many of Lloyd's rounds, or fewer where they settle, and the inertia that they came from."""
    before = math.inf
    for _ in range(rounds):
        points, inertia = moved(centroids.totals(rows), centroids.spherical)
        centroids = centroids.at(points)
        if before - inertia <= SETTLED * before and before < math.inf:
            return centroids, inertia
        before = inertia
    return centroids, before


def _candidates(rows: Rows, k: int, spherical: bool, seed: int) -> Places:
    """Places of at least k rows, drawn in rounds with chances as their squared distances are: 4 k a round, or k."""
    n, wanted = len(rows.points), 4 * k if k <= _MORE_CANDIDATES else k
    places = np.array([seed % n], np.int64)
    near = _squared(rows, places, spherical)
    for turn in range(ROUNDS):
        whole = float(np.cumsum(near)[-1])
        if whole == 0:
            break
        draws = (random64(seed * ROUNDS + turn + 1, n) >> np.uint64(11)) * 2.0**-53
        drawn = np.flatnonzero(draws < wanted * near / whole)
        if len(drawn):
            near = np.minimum(near, _squared(rows, drawn, spherical))
            places = np.concatenate([places, drawn])
    if len(places) < k:  # fewer vectors than k differ: the others start from where these do
        places = np.concatenate([places, np.setdiff1d(np.arange(n), places)[: k - len(places)]])
    return places


def _squared(rows: Rows, places: Places, spherical: bool) -> Floats:
    """The squared distance of every row to the nearest of the rows at these places."""
    chosen = Centroids(frozen(rows.points[places]), spherical)
    return chosen.squared_distances(rows, chosen.labels(rows))
