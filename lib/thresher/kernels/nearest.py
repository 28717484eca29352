"""The two nearest centroids of each vector, decided so that nothing but the vector and the centroids matters.

A product of float32 matrices may be rounded in another way when the block has another shape. So products only propose:
every centroid whose score lies within the rounding error of the second best is measured again in float64, in one fixed
order of summation, and of equals the smaller number wins.

The bound is that of an inner product summed in any order (Higham 2002, Accuracy and Stability of Numerical Algorithms,
section 3.1): |fl(x.c) - x.c| <= d u / (1 - d u) |x| |c|, with u = 2^-24 in float32.
"""

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit

Points = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int32]

LARGEST_SQUARE = 2.0**20  # of a vector's length, so that sums of them stay far below 2^63
_LANES = 16
_UNIT = 2.0**-24


@inlined
def squared_distance(a: Points, b: Points) -> float:
    """The squared Euclidean distance in float64: eight sums, each in order, then their sum."""
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
    whole = len(a) - len(a) % 8
    for i in range(0, whole, 8):
        d0, d1 = np.float64(a[i]) - np.float64(b[i]), np.float64(a[i + 1]) - np.float64(b[i + 1])
        d2, d3 = np.float64(a[i + 2]) - np.float64(b[i + 2]), np.float64(a[i + 3]) - np.float64(b[i + 3])
        d4, d5 = np.float64(a[i + 4]) - np.float64(b[i + 4]), np.float64(a[i + 5]) - np.float64(b[i + 5])
        d6, d7 = np.float64(a[i + 6]) - np.float64(b[i + 6]), np.float64(a[i + 7]) - np.float64(b[i + 7])
        s0, s1, s2, s3 = s0 + d0 * d0, s1 + d1 * d1, s2 + d2 * d2, s3 + d3 * d3
        s4, s5, s6, s7 = s4 + d4 * d4, s5 + d5 * d5, s6 + d6 * d6, s7 + d7 * d7
    for i in range(whole, len(a)):
        d0 = np.float64(a[i]) - np.float64(b[i])
        s0 += d0 * d0
    return ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))


@njit
def squared_lengths(points: Points) -> Floats:
    """The squared length of each row, in float64.

    >>> squared_lengths(np.array([[3, 4], [0, 0]], np.float32)).tolist()
    [25.0, 0.0]
    """
    found, zero = np.empty(len(points)), np.zeros(points.shape[1], np.float32)
    for row in range(len(points)):
        found[row] = squared_distance(points[row], zero)
    return found


@njit
def directions(points: Points, squares: Floats) -> Points:
    """Each row by its own length, whose square is given; a row of length 0 stays as it is.

    >>> directions(np.array([[3, 4]], np.float32), np.array([25.0])).tolist()
    [[0.6000000238418579, 0.800000011920929]]
    """
    found = np.empty(points.shape, np.float32)
    for row in range(len(points)):
        length = np.sqrt(squares[row]) if squares[row] > 0 else 1.0
        for i in range(points.shape[1]):
            found[row, i] = np.float32(np.float64(points[row, i]) / length)
    return found


@inlined
def _threshold(scores: Points, halves: Points, lanes: Points, wanted: int) -> float:
    """Write each product less half its centroid's square to `scores`; returns one that `wanted` of them reach."""
    lanes[:] = -np.inf
    whole = len(scores) - len(scores) % _LANES
    for start in range(0, whole, _LANES):
        for lane in range(_LANES):
            score = scores[start + lane] - halves[start + lane]
            scores[start + lane] = score
            lanes[lane] = score if score > lanes[lane] else lanes[lane]
    for lane in range(len(scores) - whole):
        score = scores[whole + lane] - halves[whole + lane]
        scores[whole + lane] = score
        lanes[lane] = score if score > lanes[lane] else lanes[lane]
    best = second = -np.inf
    for lane in range(_LANES):
        if lanes[lane] > best:
            best, second = lanes[lane], best
        elif lanes[lane] > second:
            second = lanes[lane]
    return best if wanted == 1 else second


@njit
def two_nearest(
    points: Points, squares: Floats, centroids: Points, lengths: Floats, products: Points
) -> tuple[Labels, Floats, Labels, Floats]:
    """The nearest centroid and the second nearest of each row, and their squared distances in float64.

    `products` are `points @ centroids.T` in float32, however computed, and are overwritten; `squares` and `lengths` are
    the squared lengths of rows and centroids. With one centroid the second is -1, at an infinite distance.
    """
    n, k, d = len(points), len(centroids), points.shape[1]
    first, second = np.empty(n, np.int32), np.empty(n, np.int32)
    near, next_near = np.empty(n), np.empty(n)
    halves = (lengths / 2).astype(np.float32)
    longest = np.sqrt(np.max(lengths))
    lanes = np.empty(_LANES, np.float32)
    for row in range(n):
        scores = products[row]
        bound = 1.01 * (d + 4) * _UNIT * (np.sqrt(squares[row]) * longest + longest * longest) + 1e-30
        least = _threshold(scores, halves, lanes, 2) - 2 * bound
        one, two, at_one, at_two = -1, -1, np.inf, np.inf
        for c in range(k):
            if scores[c] >= least:
                distance = squared_distance(points[row], centroids[c])
                if distance < at_one:
                    one, two, at_one, at_two = c, one, distance, at_one
                elif distance < at_two:
                    two, at_two = c, distance
        first[row], second[row], near[row], next_near[row] = one, two, at_one, at_two
    return first, near, second, next_near


@njit
def nearest(points: Points, squares: Floats, centroids: Points, lengths: Floats, products: Points) -> Labels:
    """The nearest centroid alone, as `two_nearest` has it; most rows need no second measurement."""
    found = np.empty(len(points), np.int32)
    d, longest = points.shape[1], np.sqrt(np.max(lengths))
    halves = (lengths / 2).astype(np.float32)
    lanes = np.empty(_LANES, np.float32)
    for row in range(len(points)):
        scores = products[row]
        bound = 1.01 * (d + 4) * _UNIT * (np.sqrt(squares[row]) * longest + longest * longest) + 1e-30
        least = _threshold(scores, halves, lanes, 1) - 2 * bound
        one, candidates = -1, 0
        for c in range(len(centroids)):
            if scores[c] >= least:
                one = c if candidates == 0 else one
                candidates += 1
        if candidates > 1:
            at_one, first = np.inf, one
            for c in range(first, len(centroids)):
                if scores[c] >= least:
                    distance = squared_distance(points[row], centroids[c])
                    if distance < at_one:
                        one, at_one = c, distance
        found[row] = one
    return found


@njit
def squared_distance_rows(points: Points, centroids: Points, labels: Labels) -> Floats:
    """The squared distance of each row to the centroid of its label."""
    found = np.empty(len(points))
    for row in range(len(points)):
        found[row] = squared_distance(points[row], centroids[labels[row]])
    return found
