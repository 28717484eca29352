"""Finds a 64-bit hash among sorted ones, which may be mapped from a file: hashes are spread evenly, so a guess is near.

Of the 65,536 groups that share their first bits it is known where each begins; within a group the next 16 bits say
about where a hash stands.
"""

import numpy as np
import numpy.typing as npt

from thresher.kernels.hashing import Hashes
from thresher.kernels.jit import inlined
from thresher.kernels.unicode import Int

_BUCKETS = 1 << 16


def bucket_starts(keys: Hashes) -> npt.NDArray[np.int64]:
    """Where each group of sorted hashes begins, and the last one ends: what `place_of` needs beside them."""
    firsts = np.arange(_BUCKETS, dtype=np.uint64) << np.uint64(48)
    return np.append(np.searchsorted(keys, firsts), len(keys)).astype(np.int64)


@inlined
def place_of(keys: Hashes, starts: npt.NDArray[np.int64], key: np.uint64) -> Int:
    """The place of a hash among sorted ones that differ, -1 where it is not there.

    >>> keys = np.sort(np.random.default_rng(7).integers(0, 2**64, 1000, np.uint64))
    >>> int(place_of(keys, bucket_starts(keys), keys[123])), int(place_of(keys, bucket_starts(keys), np.uint64(5)))
    (123, -1)
    """
    bucket = np.int64(key >> np.uint64(48))
    low, high = starts[bucket], starts[bucket + 1]
    at = low + (np.int64(key >> np.uint64(32) & np.uint64(0xFFFF)) * (high - low) >> 16)
    while at > low and keys[at - 1] >= key:
        at -= 1
    while at < high and keys[at] < key:
        at += 1
    return at if at < high and keys[at] == key else np.int64(-1)
