"""MinHash signatures of documents' word n-grams, and how alike two signatures are.

Source: Broder 1997, "On the resemblance and containment of documents". Two sets agree in one value of their signatures
with a probability of their Jaccard similarity. That holds as far as each permutation's smallest element is a fair and
separate draw, so the family matters: see `_smallest`.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from thresher.kernels.arrow import utf8
from thresher.kernels.hashing import mix64, random64
from thresher.kernels.jit import inlined, njit
from thresher.kernels.unicode import SPACE, SPACELESS, WORD, Bytes, Int, classes, decode, lower

Values = npt.NDArray[np.uint32]
Offsets = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

CHUNK = 2048  # shingles that wait for the permutations: they stay in the processor's first cache
FNV_SEED, FNV_PRIME = np.uint64(14695981039346656037), np.uint64(1099511628211)
SHINGLE_BASE = np.uint64(0x9E3779B97F4A7C15)
NOTHING = np.uint32(0xFFFFFFFF)
VALUE_BYTES = 4
SEGMENTATIONS = ("unicode", "whitespace")  # what a word is, by name


@njit
def _smallest(low: Values, high: Values, count: int, keys: Values, signature: Values) -> None:
    """Lower each of the signature's values to the smallest of this chunk under its permutation.

    A permutation sends a shingle's 64-bit hash, as halves (low, high), to a * low + b * high modulo 2^32, with a and b
    random and odd: multiplications of 32 bits, for which every processor has vector instructions. A multiply-add of one
    32-bit hash costs one multiplication less, but all its permutations order the same line of numbers, and two of them
    alike wherever one multiplier is nearly a small multiple of the other; then the rows of a band agree together more
    often than the product of their chances. Here both multipliers would have to be so related.
    """
    for k in range(len(signature)):
        a, b, least = keys[2 * k], keys[2 * k + 1], signature[k]
        for i in range(count):
            value = np.uint32(np.uint32(a * low[i]) + np.uint32(b * high[i]))
            least = min(least, value)
        signature[k] = least


def signatures(
    data: Bytes, offsets: Offsets, valid: Flags, ngram: int, permutations: int, seed: int, words: str = "unicode"
) -> tuple[Values, Flags]:
    r"""Each document's signature (uint32, one row of `permutations` values), and whether it has one.

    The set is that of the document's runs of `ngram` words, in lower case. By `unicode` a word is a maximal run of
    characters that `\w` matches, and in scripts without spaces each letter; by `whitespace` what `str.split` gives,
    with its punctuation. Null documents and those of fewer words have no signature. `seed` chooses the permutations and
    the hash of a shingle.
    """
    return _signatures(data, offsets, valid, ngram, permutations, seed, words == "whitespace")


@njit
def _signatures(
    data: Bytes, offsets: Offsets, valid: Flags, ngram: int, permutations: int, seed: int, pieces: bool
) -> tuple[Values, Flags]:
    count = len(offsets) - 1
    values, known = np.full((count, permutations), NOTHING, np.uint32), np.zeros(count, np.bool_)
    keys = (random64(seed, 2 * permutations) >> np.uint64(32)).astype(np.uint32) | np.uint32(1)
    salt = mix64(np.uint64(seed) + SHINGLE_BASE)
    oldest = np.uint64(1)
    for _ in range(ngram):
        oldest *= SHINGLE_BASE
    window = np.zeros(ngram, np.uint64)
    low, high = np.empty(CHUNK, np.uint32), np.empty(CHUNK, np.uint32)
    for d in range(count):
        if not valid[d]:
            continue
        # `shingle` sums the last words' hashes, each times a power of the base, so that a step can drop the oldest.
        shingle, words, waiting = np.uint64(0), 0, 0
        window[:] = 0
        i, end = offsets[d], offsets[d + 1]
        while i < end:
            word, i = next_piece(data, i, end) if pieces else next_word(data, i, end)
            if word == 0:
                break
            place = words % ngram
            shingle = shingle * SHINGLE_BASE + word - window[place] * oldest
            window[place] = word
            words += 1
            if words < ngram:
                continue
            hashed = mix64(shingle ^ salt)
            low[waiting], high[waiting] = np.uint32(hashed), np.uint32(hashed >> np.uint64(32))
            waiting += 1
            if waiting == CHUNK:
                _smallest(low, high, waiting, keys, values[d])
                waiting = 0
        _smallest(low, high, waiting, keys, values[d])
        known[d] = words >= ngram
    return values, known


@njit
def next_word(data: Bytes, i: Int, end: Int) -> tuple[np.uint64, Int]:
    """The hash of the first word at or after byte i, 0 where there is none, and where it ends."""
    state, inside = FNV_SEED, False
    while i < end:
        code, following = (np.int64(data[i]), i + 1) if data[i] < 0x80 else decode(data, i, end)
        kind = classes(code)
        if not kind & WORD:
            i = following
            if inside:
                break
            continue
        if kind & SPACELESS:
            if inside:
                break
            return mix64(np.uint64(code) + FNV_SEED), following
        state = (state ^ np.uint64(lower(code))) * FNV_PRIME
        inside = True
        i = following
    return max(mix64(state), np.uint64(1)) if inside else np.uint64(0), i


@njit
def next_piece(data: Bytes, i: Int, end: Int) -> tuple[np.uint64, Int]:
    """The same for what lies between white space."""
    state, inside = FNV_SEED, False
    while i < end:
        code, i = (np.int64(data[i]), i + 1) if data[i] < 0x80 else decode(data, i, end)
        if not classes(code) & SPACE:
            state = (state ^ np.uint64(lower(code))) * FNV_PRIME
            inside = True
        elif inside:
            break
    return max(mix64(state), np.uint64(1)) if inside else np.uint64(0), i


def similarity(left: pa.Array, right: pa.Array) -> pa.Array:
    """The share of values, 0 to 1, in which each two signatures agree (float64): an estimate of the Jaccard similarity.

    Signatures are binary, of `VALUE_BYTES` bytes a value. Null where either is null, or where they hold no value or
    different numbers of them.

    >>> one, other = pa.array([b"aaaabbbb", None]), pa.array([b"aaaacccc", b"aaaa"])
    >>> similarity(one, other).to_pylist()
    [0.5, None]
    """
    if len(left) != len(right):
        raise ValueError(f"{len(left)} signatures cannot be compared with {len(right)}")
    shares, known = _shares(*utf8(left), *utf8(right))
    return pa.array(shares, mask=~known)


@njit
def _shares(
    left: Bytes, left_at: Offsets, left_valid: Flags, right: Bytes, right_at: Offsets, right_valid: Flags
) -> tuple[npt.NDArray[np.float64], Flags]:
    count = len(left_at) - 1
    shares, known = np.zeros(count), np.zeros(count, np.bool_)
    for d in range(count):
        size = left_at[d + 1] - left_at[d]
        if not (left_valid[d] and right_valid[d]) or size == 0 or right_at[d + 1] - right_at[d] != size:
            continue
        shares[d], known[d] = agreement(left, left_at[d], right, right_at[d], size), True
    return shares, known


@inlined
def agreement(left: Bytes, a: Int, right: Bytes, b: Int, size: Int) -> float:
    """The share of values in which two signatures of `size` bytes agree."""
    equal = 0
    for at in range(0, size, VALUE_BYTES):
        differs = np.uint8(0)
        for k in range(VALUE_BYTES):
            differs |= left[a + at + k] ^ right[b + at + k]
        equal += differs == 0
    return VALUE_BYTES * equal / size


@njit
def agreements(left: Values, right: Values) -> npt.NDArray[np.uint16]:
    """In how many values each signature of `left` agrees with each of `right`: one row for each of `left`.

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
