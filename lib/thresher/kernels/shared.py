"""How many shingles documents share with each of a sample: the sample's shingles in an inverted index, looked up.

Each document costs a look-up for each of its shingles, whatever the size of the sample, and pairs that share nothing
cost nothing. Counts are exact as far as 64-bit hashes are, as in `thresher.kernels.shingles`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from thresher.kernels.arrow import utf8
from thresher.kernels.jit import inlined, njit
from thresher.kernels.shingle_units import Offsets
from thresher.kernels.shingles import HASH_BYTES, Hashes, hashes_of

BUCKETS = 1 << 16  # by the first bits of a hash: the search begins among the few hashes that share them
Ids = npt.NDArray[np.int64]


class Index(NamedTuple):
    """Sorted hashes; which document of the sample has each; where each bucket begins; the size of each one's set."""

    keys: Hashes
    owners: npt.NDArray[np.int32]
    starts: Offsets
    sizes: Ids


class Pairs(NamedTuple):
    """Pairs of a document (its row) and one of the sample (its number): shingles of both, and of either."""

    rows: Ids
    numbers: Ids
    both: Ids
    either: Ids


def index_of(sets: Sequence[bytes]) -> Index:
    """The inverted index of a sample's packed sets of shingles, as `shingle_sets` makes them.

    >>> index = index_of([np.array([1, 5], "<u8").tobytes(), np.array([5], "<u8").tobytes()])
    >>> index.keys.tolist(), index.owners.tolist(), index.sizes.tolist()
    ([1, 5, 5], [0, 0, 1], [2, 1])
    """
    sizes = np.array([len(packed) // HASH_BYTES for packed in sets], np.int64)
    keys = np.frombuffer(b"".join(sets), "<u8")
    order = np.argsort(keys, kind="stable")
    keys, owners = keys[order], np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)[order]
    starts = np.searchsorted(keys >> np.uint64(48), np.arange(BUCKETS + 1, dtype=np.uint64))
    return Index(keys, owners, starts, sizes)


def pairs_with(index: Index, sets: pa.Array, numbers: Ids, floor: float) -> Pairs:
    """The pairs of documents and the sample whose Jaccard similarity is `floor` (above 0, at most 1) or more.

    `sets` are the documents' sets of shingles, null for one that has none; `numbers` says which of the sample each
    document is, -1 for one that is not in it. No document is paired with itself, and two of the sample meet once: at
    the one with the larger number.

    >>> one, other = (np.array(hashes, "<u8").tobytes() for hashes in ([1, 5, 7], [5, 7, 9]))
    >>> pairs_with(index_of([one]), pa.array([other, one], pa.large_binary()), np.array([-1, 0]), 0.3)
    Pairs(rows=array([0]), numbers=array([0]), both=array([2]), either=array([4]))
    """
    data, offsets, _ = utf8(sets)
    found = _pairs(hashes_of(data), offsets // HASH_BYTES, numbers, index, floor)
    return Pairs(*(np.ascontiguousarray(column) for column in found.T))


@njit
def _pairs(hashes: Hashes, starts: Offsets, numbers: Ids, index: Index, floor: float) -> Ids:
    """One row of `Pairs` for each pair, in the order of the documents."""
    counts, met = np.zeros(len(index.sizes), np.int64), np.empty(len(index.sizes), np.int64)
    found, n = np.empty((64, 4), np.int64), 0
    for d in range(len(starts) - 1):
        shingles = hashes[starts[d] : starts[d + 1]]
        for place in range(_count(shingles, index, counts, met)):
            number = met[place]
            both, counts[number] = counts[number], 0
            either = len(shingles) + index.sizes[number] - both
            if both / either < floor or 0 <= numbers[d] <= number:
                continue
            if n == len(found):
                found = np.concatenate((found, found))
            found[n, 0], found[n, 1], found[n, 2], found[n, 3] = d, number, both, either
            n += 1
    return found[:n]


@inlined
def _count(shingles: Hashes, index: Index, counts: Ids, met: Ids) -> int:
    """Count what one document shares with each of the sample; those it shares with go to `met`; returns how many."""
    n = 0
    for shingle in shingles:
        at = _first(index, shingle)
        while at < len(index.keys) and index.keys[at] == shingle:
            number = np.int64(index.owners[at])
            if counts[number] == 0:
                met[n] = number
                n += 1
            counts[number] += 1
            at += 1
    return n


@inlined
def _first(index: Index, key: np.uint64) -> int:
    """The place of the first hash that is not smaller than `key`."""
    # By halves, and not from where even spacing would put it: a hash that all of the sample share fills its bucket.
    bucket = np.int64(key >> np.uint64(48))
    low: int = index.starts[bucket]
    high: int = index.starts[bucket + 1]
    while low < high:
        middle = (low + high) // 2
        if index.keys[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low
