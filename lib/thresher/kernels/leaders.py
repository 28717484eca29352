"""Buckets whose members are not all alike: each member joins the first centre that it is alike enough, or is one.

Source: the leader algorithm, Hartigan 1975, "Clustering Algorithms", chapter 3; here within one bucket of an LSH.
"""

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import njit
from thresher.kernels.minhash import agreement
from thresher.kernels.shingle_units import Offsets
from thresher.kernels.shingles import HASH_BYTES, Hashes, jaccard_of
from thresher.kernels.unicode import Bytes

# A bucket has no more centres than this, which bounds the work of one where a million documents are all unlike.
MOST_CENTRES = 1000
Ids = npt.NDArray[np.int64]


@njit
def leaders(
    keys: Ids, known: int, data: Bytes, hashes: Hashes, offsets: Offsets, value_bytes: int, at_least: float
) -> tuple[Ids, npt.NDArray[np.float64]]:
    """The centre (its row) of each row and how alike they are; a row that is its own centre is alike by 1.

    Rows are in the order of their buckets' `keys`; the first `known` ones are centres of the first bucket already. Row
    i is `data[offsets[i]:offsets[i + 1]]`: a signature of so many bytes a value, or where `value_bytes` is 0 a set of
    shingles, which `hashes` has as numbers.
    """
    centre, alike = np.arange(len(keys)), np.ones(len(keys))
    centres, n = np.empty(MOST_CENTRES, np.int64), 0
    for i in range(len(keys)):
        if i > 0 and keys[i] != keys[i - 1]:
            n = 0
        for c in range(n if i >= known else 0):
            share = _alike(data, hashes, offsets, i, centres[c], value_bytes)
            if share >= at_least:
                centre[i], alike[i] = centres[c], share
                break
        if centre[i] == i and n < MOST_CENTRES:
            centres[n] = i
            n += 1
    return centre, alike


@njit
def _alike(data: Bytes, hashes: Hashes, offsets: Offsets, one: int, other: int, value_bytes: int) -> float:
    a, a_end, b, b_end = offsets[one], offsets[one + 1], offsets[other], offsets[other + 1]
    if value_bytes > 0:
        return agreement(data, a, data, b, a_end - a, value_bytes) if a_end - a == b_end - b > 0 else 0.0
    return jaccard_of(hashes, a // HASH_BYTES, a_end // HASH_BYTES, hashes, b // HASH_BYTES, b_end // HASH_BYTES)
