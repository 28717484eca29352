"""Sums of vectors by cluster in integers, so that their order does not matter, and centroids from such sums.

A value counts as its multiple of 2^-24, a squared length as its multiple of 2^-20: 2^23 vectors of the greatest length
allowed, 2^43 of length 1, stay below 2^63. One row of totals is a cluster's: the sums of its d columns, then the sum of
squared lengths, then how many vectors it has.
"""

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import njit
from thresher.kernels.nearest import Floats, Labels, Points, directions, squared_lengths

Totals = npt.NDArray[np.int64]
VALUE, SQUARE = 2.0**24, 2.0**20


@njit
def add_rows(points: Points, squares: Floats, labels: Labels, totals: Totals) -> None:
    """Add each row to its cluster's totals, of shape (k, d + 2).

    >>> totals = np.zeros((2, 3), np.int64)
    >>> add_rows(np.array([[1], [0.5]], np.float32), np.array([1, 0.25]), np.array([1, 1], np.int32), totals)
    >>> (totals[1] / [2**24, 2**20, 1]).tolist()
    [1.5, 1.25, 2.0]
    """
    d = points.shape[1]
    for row in range(len(points)):
        total = totals[labels[row]]
        for i in range(d):
            total[i] += np.int64(np.rint(np.float64(points[row, i]) * VALUE))
        total[d] += np.int64(np.rint(squares[row] * SQUARE))
        total[d + 1] += 1


@njit
def means(totals: Totals) -> tuple[Points, Floats]:
    """Each cluster's mean, and the sum of the squared distances of its vectors to it; an empty cluster's are 0.

    >>> centroids, inertia = means(np.array([[3 * 2**24, 5 * 2**20, 2]]))  # of 1 and 2
    >>> centroids.tolist(), inertia.tolist()
    ([[1.5]], [0.5])
    """
    k, d = totals.shape[0], totals.shape[1] - 2
    centroids, inertia = np.zeros((k, d), np.float32), np.zeros(k)
    for cluster in range(k):
        size = totals[cluster, d + 1]
        if size == 0:
            continue
        square = 0.0
        for i in range(d):
            mean = np.float64(totals[cluster, i]) / VALUE / size
            centroids[cluster, i] = np.float32(mean)
            square += mean * mean
        inertia[cluster] = max(totals[cluster, d] / SQUARE - square * size, 0.0)
    return centroids, inertia


def moved(totals: Totals, spherical: bool) -> tuple[Points, float]:
    """New centroids of shape (k, d), each the mean of its vectors or its direction, and the inertia of the means.

    An empty cluster takes half of the one whose vectors are farthest from their mean: both start from its mean, a
    thousandth apart, as in faiss (https://github.com/facebookresearch/faiss, `Clustering.cpp`), but without a draw.
    """
    centroids, inertia = means(totals)
    total, left = float(np.cumsum(inertia)[-1]), inertia.copy()
    shift = np.where(np.arange(centroids.shape[1]) % 2 == 0, 1 + 2**-10, 1 - 2**-10).astype(np.float32)
    for empty in np.flatnonzero(totals[:, -1] == 0):
        donor = int(np.argmax(left))
        centroids[empty] = centroids[donor] * shift
        centroids[donor] = centroids[donor] * (2 - shift)
        left[donor] /= 2
        left[empty] = left[donor]
    if spherical:
        centroids = directions(centroids, squared_lengths(centroids))
    return centroids, total
