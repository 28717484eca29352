"""MinHash signatures of documents' n-grams, in this program's own family of hashes, and how alike two signatures are.

Source: Broder 1997, "On the resemblance and containment of documents". Two sets agree in one value of their signatures
with a probability of their Jaccard similarity. That holds as far as each permutation's smallest element is a fair and
separate draw, so the family matters: see `_smallest`.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from thresher.kernels.arrow import Utf8, utf8
from thresher.kernels.hashing import mix64, random64
from thresher.kernels.jit import inlined, njit
from thresher.kernels.shingle_units import Flags, Offsets, next_unit, walked
from thresher.kernels.unicode import Bytes, Int

Values: TypeAlias = npt.NDArray[np.uint32] | npt.NDArray[np.uint64]
Hashes = npt.NDArray[np.uint64]

CHUNK = 2048  # shingles that wait for the permutations: they stay in the processor's first cache
SHINGLE_BASE = np.uint64(0x9E3779B97F4A7C15)
VALUE_BYTES = 4  # of a value of 32 bits, the usual ones


@njit
def _smallest(low: Values, high: Values, count: int, keys: Values, signature: Values) -> None:
    """Lower each of the signature's values to the smallest of this chunk under its permutation.

    A permutation sends a shingle's hash, as halves (low, high), to a * low + b * high modulo 2^32, with a and b random
    and odd: multiplications of 32 bits, for which every processor has vector instructions. A multiply-add of one 32-bit
    hash costs one multiplication less, but all its permutations order the same line of numbers, and two of them alike
    wherever one multiplier is nearly a small multiple of the other; then the rows of a band agree together more often
    than the product of their chances. Here both multipliers would have to be so related. With halves, keys and values
    of 64 bits it is the same modulo 2^64.
    """
    whole = low.dtype.type
    for k in range(len(signature)):
        a, b, least = keys[2 * k], keys[2 * k + 1], signature[k]
        for i in range(count):
            value = whole(whole(a * low[i]) + whole(b * high[i]))
            least = min(least, value)
        signature[k] = least


def signatures(
    data: Bytes,
    offsets: Offsets,
    valid: Flags,
    ngram: int,
    permutations: int,
    seed: int,
    words: str = "unicode",
    unit: str = "words",
    bits: int = 32,
) -> tuple[Values, Flags]:
    r"""Each document's signature (uint32 or uint64, one row of `permutations` values), and whether it has one.

    The set is that of the document's runs of `ngram` units: `words` or `characters` as `thresher.kernels.shingle_units`
    has them. Null documents and those of fewer units have no signature. `seed` chooses the permutations and the hash of
    a shingle.
    """
    text, kind = walked(Utf8(data, offsets, valid), words, unit)
    keys = ((random64(seed, 2 * permutations) >> np.uint64(64 - bits)) | np.uint64(1)).astype(f"u{bits // 8}")
    values = np.full((len(valid), permutations), np.iinfo(keys.dtype).max, keys.dtype)
    return values, _lower(*text, ngram, seed, kind, keys, values)


@njit
def _lower(
    data: Bytes, offsets: Offsets, valid: Flags, ngram: int, seed: int, kind: int, keys: Values, values: Values
) -> Flags:
    """Lower `values` to the documents' signatures; returns which documents have one."""
    known = np.zeros(len(valid), np.bool_)
    salt = mix64(np.uint64(seed) + SHINGLE_BASE)
    oldest = np.uint64(1)
    for _ in range(ngram):
        oldest *= SHINGLE_BASE
    window = np.zeros(ngram, np.uint64)
    low, high = np.empty(CHUNK, values.dtype), np.empty(CHUNK, values.dtype)
    wide = values.itemsize == 8
    for d in range(len(valid)):
        if not valid[d]:
            continue
        # `shingle` sums the last units' hashes, each times a power of the base, so that a step can drop the oldest.
        shingle, units, waiting, place = np.uint64(0), 0, 0, 0
        window[:] = 0
        i, end = offsets[d], offsets[d + 1]
        while i < end:
            unit, i = next_unit(data, i, end, kind)
            if unit == 0:
                break
            shingle = shingle * SHINGLE_BASE + unit - window[place] * oldest
            window[place] = unit
            units += 1
            place = place + 1 if place + 1 < ngram else 0
            if units < ngram:
                continue
            hashed = mix64(shingle ^ salt)
            # One hash has two halves of 32 bits; for two of 64 it is hashed again.
            low[waiting] = hashed
            high[waiting] = mix64(hashed + SHINGLE_BASE) if wide else hashed >> np.uint64(32)
            waiting += 1
            if waiting == CHUNK:
                _smallest(low, high, waiting, keys, values[d])
                waiting = 0
        _smallest(low, high, waiting, keys, values[d])
        known[d] = units >= ngram
    return known


def similarity(left: pa.Array, right: pa.Array, value_bytes: int = VALUE_BYTES) -> pa.Array:
    """The share of values, 0 to 1, in which each two signatures agree (float64): an estimate of the Jaccard similarity.

    Signatures are binary, of 4 or 8 bytes a value (`value_bytes`). Null where either is null, or where they hold no
    value or different numbers of them.

    >>> one, other = pa.array([b"aaaabbbb", None]), pa.array([b"aaaacccc", b"aaaa"])
    >>> similarity(one, other).to_pylist(), similarity(one, other, 8).to_pylist()
    ([0.5, None], [0.0, None])
    """
    if len(left) != len(right):
        raise ValueError(f"{len(left)} signatures cannot be compared with {len(right)}")
    shares, known = _shares(*utf8(left), *utf8(right), value_bytes)
    return pa.array(shares, mask=~known)


@njit
def _shares(
    left: Bytes,
    left_at: Offsets,
    left_valid: Flags,
    right: Bytes,
    right_at: Offsets,
    right_valid: Flags,
    value_bytes: int,
) -> tuple[npt.NDArray[np.float64], Flags]:
    count = len(left_at) - 1
    shares, known = np.zeros(count), np.zeros(count, np.bool_)
    for d in range(count):
        size = left_at[d + 1] - left_at[d]
        if not (left_valid[d] and right_valid[d]) or size == 0 or right_at[d + 1] - right_at[d] != size:
            continue
        shares[d], known[d] = agreement(left, left_at[d], right, right_at[d], size, value_bytes), True
    return shares, known


@inlined
def agreement(left: Bytes, a: Int, right: Bytes, b: Int, size: Int, value_bytes: int) -> float:
    """The share of values, of 4 or 8 bytes, in which two signatures of `size` bytes agree."""
    # Once for each width, so that the compiler knows how long a value is.
    equal = _equal(left, a, right, b, size, 8) if value_bytes == 8 else _equal(left, a, right, b, size, 4)
    return value_bytes * equal / size


@inlined
def _equal(left: Bytes, a: Int, right: Bytes, b: Int, size: Int, value_bytes: int) -> int:
    equal = 0
    for at in range(0, size - value_bytes + 1, value_bytes):
        differs = np.uint8(0)
        for k in range(value_bytes):
            differs |= left[a + at + k] ^ right[b + at + k]
        equal += differs == 0
    return equal


@njit
def agreements(left: Values, right: Values) -> npt.NDArray[np.uint16]:
    """In how many values each signature of `left` agrees with each of `right`: one row for each of `left`.

    Values are uint32 or uint64, the same in both.

    >>> agreements(np.array([[1, 2], [3, 4]], np.uint32), np.array([[1, 4]], np.uint32)).tolist()
    [[1], [1]]
    """
    counts = np.empty((len(left), len(right)), np.uint16)
    for other in range(len(right)):
        for one in range(len(left)):
            equal = np.uint32(0)
            for k in range(left.shape[1]):
                equal += np.uint32(left[one, k] == right[other, k])
            counts[one, other] = equal
    return counts
