"""The set of a document's shingles, whole: what MinHash estimates the similarity of, and how alike two sets are.

Source: Broder 1997, "On the resemblance and containment of documents". A shingle is its 64-bit hash: of two sets of a
million each, two different shingles look alike with a chance of one in ten million.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from thresher.kernels.arrow import utf8
from thresher.kernels.hashing import mix64
from thresher.kernels.jit import inlined, njit
from thresher.kernels.minhash import SHINGLE_BASE
from thresher.kernels.shingle_units import Flags, Offsets, next_unit, walked
from thresher.kernels.unicode import Bytes

Hashes = npt.NDArray[np.uint64]
HASH_BYTES = 8


def shingle_sets(text: pa.Array, ngram: int, words: str = "unicode", unit: str = "words") -> pa.Array:
    """Each document's distinct runs of `ngram` units as sorted 64-bit hashes, packed (large_binary, 8 bytes each).

    Units are `words` or `characters` as `thresher.kernels.shingle_units` has them. Null where the text is null or of
    fewer units.

    >>> sets = shingle_sets(pa.array(["a b c a b", "A, b!", "a", None]), 2)
    >>> [shingles and len(shingles) // 8 for shingles in sets.to_pylist()]
    [3, 1, None, None]
    """
    shown, kind = walked(utf8(text), words, unit)
    hashes, starts = _sets(*shown, ngram, kind)
    known = pa.array(starts[1:] > starts[:-1]).buffers()[1]
    offsets = pa.py_buffer(starts * HASH_BYTES)
    return pa.LargeBinaryArray.from_buffers(pa.large_binary(), len(text), [known, offsets, pa.py_buffer(hashes)])


@njit
def _sets(data: Bytes, offsets: Offsets, valid: Flags, ngram: int, kind: int) -> tuple[Hashes, Offsets]:
    """All documents' sets one after the other, and where each begins."""
    count = len(offsets) - 1
    found, starts = np.empty(1024, np.uint64), np.zeros(count + 1, np.int64)
    window, n = np.empty(ngram, np.uint64), 0
    for d in range(count):
        i, end, units, first = offsets[d], offsets[d + 1], 0, n
        while valid[d]:
            unit, i = next_unit(data, i, end, kind)
            if unit == 0:
                break
            window[units % ngram] = unit
            units += 1
            if units < ngram:
                continue
            if n == len(found):
                found = np.concatenate((found, found))
            found[n] = _shingle(window, units % ngram)
            n += 1
        found[first:n].sort()
        n = _distinct(found, first, n)
        starts[d + 1] = n
    return found[:n].copy(), starts


@njit
def _shingle(window: Hashes, oldest: int) -> np.uint64:
    """The hash of the units in a ring, from the oldest on."""
    state = np.uint64(0)
    for k in range(len(window)):
        state = mix64(state * SHINGLE_BASE + window[(oldest + k) % len(window)])
    return state


@njit
def _distinct(sorted_hashes: Hashes, first: int, n: int) -> int:
    """Move what is new to the front of `sorted_hashes[first:n]`; returns where it ends."""
    end = first
    for i in range(first, n):
        if i == first or sorted_hashes[i] != sorted_hashes[end - 1]:
            sorted_hashes[end] = sorted_hashes[i]
            end += 1
    return end


def jaccard(left: pa.Array, right: pa.Array) -> pa.Array:
    """The Jaccard similarity, 0 to 1 (float64), of each two sets of `shingle_sets`; null where either is null.

    >>> sets = shingle_sets(pa.array(["a b c", "b c d"]), 2)
    >>> jaccard(sets.slice(0, 1), sets.slice(1, 1)).to_pylist()
    [0.3333333333333333]
    """
    one, other = utf8(left), utf8(right)
    shares = _jaccards(hashes_of(one.data), one.offsets, hashes_of(other.data), other.offsets)
    return pa.array(shares, mask=~(one.valid & other.valid))


def hashes_of(data: Bytes) -> Hashes:
    """Packed hashes as numbers; what pads the end of a buffer is left out."""
    return data[: len(data) // HASH_BYTES * HASH_BYTES].view(np.uint64)


@njit
def _jaccards(left: Hashes, left_at: Offsets, right: Hashes, right_at: Offsets) -> npt.NDArray[np.float64]:
    shares = np.zeros(len(left_at) - 1)
    for d in range(len(shares)):
        a, b = left_at[d] // HASH_BYTES, right_at[d] // HASH_BYTES
        shares[d] = jaccard_of(left, a, left_at[d + 1] // HASH_BYTES, right, b, right_at[d + 1] // HASH_BYTES)
    return shares


@inlined
def jaccard_of(left: Hashes, a: int, a_end: int, right: Hashes, b: int, b_end: int) -> float:
    """The Jaccard similarity of two sorted sets; 0 where both are empty."""
    sizes, shared = a_end - a + b_end - b, 0
    while a < a_end and b < b_end:
        x, y = left[a], right[b]
        shared += x == y
        a += x <= y
        b += y <= x
    return shared / max(sizes - shared, 1)
