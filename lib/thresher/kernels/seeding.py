"""Starting centroids drawn from weighted vectors: greedy k-means++, with float64 sums in one fixed order.

Source: Arthur and Vassilvitskii 2007, k-means++ (https://dl.acm.org/doi/10.5555/1283383.1283494), with the several
trials a step of their section 5, of which the best is taken.
"""

import numpy as np
import numpy.typing as npt

from thresher.kernels.hashing import Hashes
from thresher.kernels.jit import inlined, njit
from thresher.kernels.nearest import Floats, Points, squared_distance

Places = npt.NDArray[np.int64]


@inlined
def _drawn(mass: Floats, share: float) -> int:
    """The place at which the running sum of `mass` first passes this share of the whole."""
    target, passed, last = share * np.sum(mass), 0.0, 0
    for place in range(len(mass)):
        if mass[place] > 0:
            passed += mass[place]
            last = place
            if passed > target:
                return place
    return last


@njit
def plus_plus(points: Points, weights: npt.NDArray[np.int64], k: int, trials: int, random: Hashes) -> Places:
    """The places of k rows to start from; each lies far from those before it, and heavy rows are likelier.

    `random` are 64-bit numbers, `k * trials` of them. Rows at distance 0 from a chosen one are chosen last.

    >>> from thresher.kernels.hashing import random64
    >>> rows, weights = np.array([[0], [0.1], [9], [9.1]], np.float32), np.ones(4, np.int64)
    >>> sorted((plus_plus(rows, weights, 2, 3, random64(0, 6)) // 2).tolist())
    [0, 1]
    """
    n = len(points)
    chosen = np.zeros(k, np.int64)
    near, mass, trial, best = np.full(n, np.inf), weights.astype(np.float64), np.empty(n), np.empty(n)
    for j in range(k):
        least, pick = np.inf, 0
        for t in range(trials if j else 1):
            place = _drawn(mass, (random[j * trials + t] >> np.uint64(11)) * 2.0**-53)
            potential = 0.0
            for i in range(n):
                trial[i] = min(near[i], squared_distance(points[i], points[place]))
                potential += trial[i] * weights[i]
            if potential < least:
                least, pick = potential, place
                best[:] = trial
        chosen[j] = pick
        near[:] = best
        for i in range(n):
            mass[i] = near[i] * weights[i]
    return chosen
