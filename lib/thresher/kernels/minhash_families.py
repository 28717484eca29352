"""MinHash signatures as other programs make them: datasketch's and datatrove's, value for value.

Source: the definitions published with datasketch 2 (https://github.com/ekzhu/datasketch) and datatrove 0.10
(https://github.com/huggingface/datatrove). Both hash a shingle's UTF-8 bytes and send the hash h to a * h + b:
datasketch modulo 2^32 or 2^64, of hashes that MurmurHash3's finaliser has mixed; datasketch before version 2, and
datatrove, modulo 2^64 and then modulo the prime 2^61 - 1, of which 32 bits are kept where values have as many.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from thresher.kernels.arrow import Utf8
from thresher.kernels.digests import SHA1_WORDS, Words, sha1, xxh32, xxh64
from thresher.kernels.hashing import mix64
from thresher.kernels.jit import inlined, njit
from thresher.kernels.minhash import CHUNK, Values
from thresher.kernels.shingle_units import Flags, Offsets, normal_texts
from thresher.kernels.unicode import Bytes, Int, decode

SHA1, XXHASH = range(2)
PRIME = np.uint64(2**61 - 1)
MOST_SEED = 2**32 - 1  # that numpy's RandomState takes
_SPACE = np.uint8(32)


class Permutations(NamedTuple):
    """Multipliers and summands, one of each a permutation, and whether their results are taken modulo the prime."""

    a: Values
    b: Values
    modulo_prime: bool


def _affine(count: int, seed: int, bits: int) -> Permutations:
    """datasketch's: modulo 2^bits, by odd multipliers."""
    random, kind = np.random.RandomState(seed), np.dtype(f"u{bits // 8}").type
    halves = random.randint(0, 2 ** (bits - 1), count, dtype=kind)
    return Permutations(halves * kind(2) + kind(1), random.randint(0, 2**bits, count, dtype=kind), False)


def _in_turn(count: int, seed: int, bits: int) -> Permutations:
    """Those of datasketch before version 2: a multiplier, its summand, the next multiplier."""
    random = np.random.RandomState(seed)
    drawn = [random.randint(least, PRIME, dtype=np.uint64) for _ in range(count) for least in (1, 0)]
    pairs = np.array(drawn, np.uint64).reshape(-1, 2)
    return Permutations(np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1]), True)


def _one_after_the_other(count: int, seed: int, bits: int) -> Permutations:
    """datatrove's: all multipliers, then all summands."""
    random = np.random.RandomState(seed)
    multipliers = random.randint(1, PRIME, dtype=np.uint64, size=count)
    return Permutations(multipliers, random.randint(0, PRIME, dtype=np.uint64, size=count), True)


class Family(NamedTuple):
    """How shingles are hashed, how permutations are drawn, and of how many bits values may be."""

    digest: int
    draw: Callable[[int, int, int], Permutations]
    bits: tuple[int, ...] = (32, 64)


FAMILIES = {
    "datasketch": Family(SHA1, _affine),
    "datasketch_legacy": Family(SHA1, _in_turn, (32,)),
    "datatrove": Family(XXHASH, _one_after_the_other),
    "datatrove_sha1": Family(SHA1, _one_after_the_other),
}


def family_signatures(
    text: Utf8, ngram: int, permutations: int, seed: int, family: str, words: str, unit: str, bits: int
) -> tuple[Values, Flags]:
    """Each document's signature (uint32 or uint64, a row of `permutations` values), and whether it has one.

    `family` is one of `FAMILIES`. Shingles are those of `thresher.kernels.minhash.signatures` as UTF-8: runs of `ngram`
    words with a space between two, or of as many characters, of the normalised text.

    >>> import pyarrow as pa
    >>> from thresher.kernels.arrow import utf8
    >>> text = utf8(pa.array(["To be, or not to be", "to be"]))
    >>> values, known = family_signatures(text, 5, 2, 1, "datatrove", "unicode", "words", 64)
    >>> values[0].tolist(), known.tolist()
    ([1356374036161313011, 914047078749454822], [True, False])
    """
    digest, draw, _ = FAMILIES[family]
    drawn, kind = draw(permutations, seed, bits), np.dtype(f"u{bits // 8}")
    values = np.full((len(text.valid), permutations), np.iinfo(kind).max, kind)
    by_characters = unit == "characters"
    return values, _lower(*normal_texts(text, words), ngram, by_characters, digest == SHA1, bits == 64, *drawn, values)


@njit
def _lower(
    data: Bytes,
    offsets: Offsets,
    valid: Flags,
    ngram: int,
    by_characters: bool,
    by_sha1: bool,
    wide: bool,
    a: Values,
    b: Values,
    modulo_prime: bool,
    values: Values,
) -> Flags:
    """Lower `values` to the documents' signatures; returns which documents have one."""
    known, work = np.zeros(len(valid), np.bool_), np.empty(SHA1_WORDS, np.uint32)
    hashes, starts = np.empty(CHUNK, a.dtype), np.empty(ngram, np.int64)
    for d in range(len(valid)):
        # `starts` is a ring of where the last units begin: a shingle goes from the oldest of them to the newest's end.
        i, end, units, waiting = offsets[d], offsets[d + 1], 0, 0
        while i < end:
            stop, following = _unit(data, i, end, by_characters)
            starts[units % ngram] = i
            units += 1
            i = following
            if units < ngram:
                continue
            hashed = _digest(data, starts[units % ngram], stop, by_sha1, wide, work)
            hashes[waiting] = hashed if modulo_prime else mix64(hashed) if wide else _mix32(np.uint32(hashed))
            waiting += 1
            if waiting == CHUNK:
                _smallest(hashes, waiting, a, b, modulo_prime, values[d])
                waiting = 0
        _smallest(hashes, waiting, a, b, modulo_prime, values[d])
        known[d] = units >= ngram
    return known


@inlined
def _unit(data: Bytes, i: Int, end: Int, by_characters: bool) -> tuple[Int, Int]:
    """Where the unit at byte i of a normalised text ends, and where the next one begins."""
    if by_characters:
        _, stop = decode(data, i, end)
        return stop, stop
    while i < end and data[i] != _SPACE:
        i += 1
    return i, i + 1


@inlined
def _digest(data: Bytes, start: Int, stop: Int, by_sha1: bool, wide: bool, work: Words) -> np.uint64:
    """A shingle's hash of 32 or 64 bits: of SHA-1 the first bytes, as a little-endian number."""
    if by_sha1:
        first, second, _, _, _ = sha1(data, start, stop, work)
        low = np.uint64(_swapped(first))
        return low | np.uint64(_swapped(second)) << np.uint64(32) if wide else low
    return xxh64(data, start, stop) if wide else np.uint64(xxh32(data, start, stop))


@inlined
def _swapped(word: np.uint32) -> np.uint32:
    """The word with its bytes in the other order."""
    swapped = (word >> np.uint32(24)) | (word >> np.uint32(8)) & np.uint32(0xFF00)
    return np.uint32(swapped | (word & np.uint32(0xFF00)) << np.uint32(8) | word << np.uint32(24))


@inlined
def _mix32(value: np.uint32) -> np.uint32:
    """MurmurHash3's finaliser of 32 bits (Appleby), which is one to one."""
    value = np.uint32(np.uint32(value ^ (value >> np.uint32(16))) * np.uint32(0x85EBCA6B))
    value = np.uint32(np.uint32(value ^ (value >> np.uint32(13))) * np.uint32(0xC2B2AE35))
    return np.uint32(value ^ (value >> np.uint32(16)))


@njit
def _smallest(hashes: Values, count: int, a: Values, b: Values, modulo_prime: bool, signature: Values) -> None:
    """Lower each of the signature's values to the smallest of these hashes under its permutation."""
    whole, narrow = hashes.dtype.type, signature.dtype.type
    for k in range(len(signature)):
        multiplier, summand, least = a[k], b[k], signature[k]
        if modulo_prime:
            for i in range(count):
                value = np.uint64(multiplier * hashes[i] + summand)
                value = (value & PRIME) + (value >> np.uint64(61))  # at most 7 more than the prime
                least = min(least, narrow(value - PRIME if value >= PRIME else value))
        else:
            for i in range(count):
                least = min(least, narrow(whole(multiplier * hashes[i]) + summand))
        signature[k] = least
