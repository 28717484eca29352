"""Of each vector the most alike of those that may come before it, decided so that only these vectors matter.

Cosines are those of directions in float32, summed in float64 in one fixed order. A product of float32 matrices may be
rounded in another way when the block has another shape, so products only propose, as in `kernels.nearest`: what lies
within the bound of the rounding error is measured again, and of equals the smaller id wins.
"""

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit
from thresher.kernels.nearest import Floats, Points

Ids = npt.NDArray[np.int64]
Members = npt.NDArray[np.bool_]
_UNIT = 2.0**-24
NONE = -2.0  # below every cosine: the vector has met none that is alike enough


@inlined
def cosine(a: Points, b: Points) -> float:
    """The inner product of two directions in float64, at most 1: eight sums, each in order, then their sum."""
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
    whole = len(a) - len(a) % 8
    for i in range(0, whole, 8):
        s0 += np.float64(a[i]) * np.float64(b[i])
        s1 += np.float64(a[i + 1]) * np.float64(b[i + 1])
        s2 += np.float64(a[i + 2]) * np.float64(b[i + 2])
        s3 += np.float64(a[i + 3]) * np.float64(b[i + 3])
        s4 += np.float64(a[i + 4]) * np.float64(b[i + 4])
        s5 += np.float64(a[i + 5]) * np.float64(b[i + 5])
        s6 += np.float64(a[i + 6]) * np.float64(b[i + 6])
        s7 += np.float64(a[i + 7]) * np.float64(b[i + 7])
    for i in range(whole, len(a)):
        s0 += np.float64(a[i]) * np.float64(b[i])
    return min(1.0, ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7)))


@njit
def rounding_bound(dimensions: int) -> float:
    """How far a float32 product of two directions may lie from their cosine, however it is summed.

    Source: Higham 2002, Accuracy and Stability of Numerical Algorithms, section 3.1.
    """
    return 1.02 * (dimensions + 4) * _UNIT


@njit
def most_alike(
    points: Points,
    ids: Ids,
    ranks: Ids,
    others: Points,
    other_ids: Ids,
    other_ranks: Ids,
    products: Points,
    at_least: float,
    match: Ids,
    alike: Floats,
) -> None:
    """Write to `match` and `alike` what `others` have for each row that is more alike than what is there.

    A row is compared with those of no higher rank, itself left out. `products` are `points @ others.T` in float32,
    however computed; `alike` starts at `NONE`. The first loop over a row's products finds how high they go, so that
    the second measures again only what can be the highest.
    """
    bound = rounding_bound(points.shape[1])
    for row in range(len(points)):
        top = -np.inf
        for other in range(len(others)):
            score = np.float64(products[row, other])
            if score > top and other_ranks[other] <= ranks[row] and other_ids[other] != ids[row]:
                top = score
        least = max(max(at_least, alike[row]) - bound, top - 2 * bound)
        if top < least:
            continue
        for other in range(len(others)):
            near = products[row, other] >= least
            if near and other_ranks[other] <= ranks[row] and other_ids[other] != ids[row]:
                measured = cosine(points[row], others[other])
                better = measured > alike[row] or (measured == alike[row] and other_ids[other] < match[row])
                if measured >= at_least and better:
                    match[row], alike[row] = other_ids[other], measured


@njit
def count_alike(
    points: Points,
    ids: Ids,
    members: Members,
    others: Points,
    other_ids: Ids,
    other_members: Members,
    products: Points,
    at_least: float,
) -> tuple[int, int]:
    """How many pairs of a row and one of `others` have this cosine, and how many of them share a column of `members`.

    `members` has a row of booleans for each vector; ids tell a vector from itself, `products` are as in `most_alike`.
    """
    pairs = shared = 0
    least = at_least - rounding_bound(points.shape[1])
    for row in range(len(points)):
        for other in range(len(others)):
            near = products[row, other] >= least and ids[row] != other_ids[other]
            if near and cosine(points[row], others[other]) >= at_least:
                pairs += 1
                shared += 1 if np.any(members[row] & other_members[other]) else 0
    return pairs, shared
