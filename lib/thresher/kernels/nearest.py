"""The two nearest centroids of each vector, decided so that nothing but the vector and the centroids matters.

A product of float32 matrices may be rounded in another way when the block has another shape. So products only propose:
they bound what each centroid's score can be (`domains.bounds`), and every centroid that the bound does not rule out is
measured in float64, in one fixed order of summation; of equals the smaller number wins.
"""

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit

Points = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int32]

LARGEST_SQUARE = 2.0**20  # of a vector's length, so that sums of them stay far below 2^63
_LANES = 16


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
def _highest(scores: Points, lanes: Points, but: int) -> int:
    """The place of the highest score, the first of equals, `but` left out; -1 where there is no other."""
    lanes[:] = -np.inf
    whole = len(scores) - len(scores) % _LANES
    kept = scores[but] if but >= 0 else np.float32(0)
    if but >= 0:
        scores[but] = -np.inf
    for start in range(0, whole, _LANES):
        for lane in range(_LANES):
            score = scores[start + lane]
            lanes[lane] = score if score > lanes[lane] else lanes[lane]
    for lane in range(len(scores) - whole):
        score = scores[whole + lane]
        lanes[lane] = score if score > lanes[lane] else lanes[lane]
    highest = np.float32(-np.inf)
    for lane in range(_LANES):
        highest = max(highest, lanes[lane])
    place = -1
    for c in range(len(scores)):
        if scores[c] == highest and c != but:
            place = c
            break
    if but >= 0:
        scores[but] = kept
    return place


@njit
def two_nearest(
    points: Points, squares: Floats, centroids: Points, lengths: Floats, scores: Points, slack: float
) -> tuple[Labels, Floats, Labels, Floats]:
    """The nearest centroid and the second nearest of each row, and their squared distances in float64.

    `scores` bound what each centroid's product with each row can be, less half the centroid's square, but for rounding:
    that may be `slack` of the lengths' product. `squares` and `lengths` are the squared lengths of rows and centroids.
    With one centroid the second is -1, at an infinite distance.
    """
    n, k = len(points), len(centroids)
    first, second = np.empty(n, np.int32), np.empty(n, np.int32)
    near, next_near = np.empty(n), np.empty(n)
    longest, lanes = np.sqrt(np.max(lengths)), np.empty(_LANES, np.float32)
    for row in range(n):
        rounding = slack * (np.sqrt(squares[row]) * longest + longest * longest) + 1e-30
        one = _highest(scores[row], lanes, -1)
        two = _highest(scores[row], lanes, one)
        at_one = squared_distance(points[row], centroids[one])
        at_two = squared_distance(points[row], centroids[two]) if two >= 0 else np.inf
        likely, also = one, two
        if at_two < at_one or (at_two == at_one and two < one):
            one, two, at_one, at_two = two, one, at_two, at_one
        for c in range(k if two >= 0 else 0):
            # A score that is squares / 2 - distance / 2 is that of a centroid at this distance.
            if scores[row, c] >= (squares[row] - at_two) / 2 - rounding and c != likely and c != also:
                distance = squared_distance(points[row], centroids[c])
                if distance < at_one or (distance == at_one and c < one):
                    one, two, at_one, at_two = c, one, distance, at_one
                elif distance < at_two or (distance == at_two and c < two):
                    two, at_two = c, distance
        first[row], second[row], near[row], next_near[row] = one, two, at_one, at_two
    return first, near, second, next_near


@njit
def nearest(
    points: Points, squares: Floats, centroids: Points, lengths: Floats, scores: Points, slack: float
) -> Labels:
    """The nearest centroid alone, as `two_nearest` has it; fewer need to be measured."""
    found = np.empty(len(points), np.int32)
    longest, lanes = np.sqrt(np.max(lengths)), np.empty(_LANES, np.float32)
    for row in range(len(points)):
        rounding = slack * (np.sqrt(squares[row]) * longest + longest * longest) + 1e-30
        likely = one = _highest(scores[row], lanes, -1)
        at_one = squared_distance(points[row], centroids[one])
        least = np.float32((squares[row] - at_one) / 2 - rounding * 1.001)
        for c in range(len(centroids)):
            if scores[row, c] >= least and c != likely:
                distance = squared_distance(points[row], centroids[c])
                if distance < at_one or (distance == at_one and c < one):
                    one, at_one = c, distance
                    least = np.float32((squares[row] - at_one) / 2 - rounding * 1.001)
        found[row] = one
    return found


@njit
def squared_distance_rows(points: Points, centroids: Points, labels: Labels) -> Floats:
    """The squared distance of each row to the centroid of its label."""
    found = np.empty(len(points))
    for row in range(len(points)):
        found[row] = squared_distance(points[row], centroids[labels[row]])
    return found
