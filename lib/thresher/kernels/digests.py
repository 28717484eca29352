"""Published hashes of a span of bytes, by which other programs hash a shingle: SHA-1, and xxHash of 32 and 64 bits.

Source: FIPS 180-4 for SHA-1 (https://doi.org/10.6028/NIST.FIPS.180-4); Collet's specification of XXH32 and XXH64, here
with seed 0 (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md). SHA-1 is no longer safe against those who
seek collisions; it is here because signatures are made of it.
"""

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit
from thresher.kernels.unicode import Bytes, Int

Words = npt.NDArray[np.uint32]
SHA1_WORDS = 80  # of 32 bits: room that `sha1` needs to work in

_A, _B, _C, _D, _E = (np.uint32(n) for n in (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0))
_K = tuple(np.uint32(n) for n in (0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6))
_P1, _P2, _P3, _P4, _P5 = (np.uint32(n) for n in (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1))
_Q1, _Q2, _Q3 = (np.uint64(n) for n in (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
_Q4, _Q5 = np.uint64(0x85EBCA77C2B2AE63), np.uint64(0x27D4EB2F165667C5)


@inlined
def _left32(value: np.uint32, by: int) -> np.uint32:
    return np.uint32(np.uint32(value << np.uint32(by)) | np.uint32(value >> np.uint32(32 - by)))


@inlined
def _left64(value: np.uint64, by: int) -> np.uint64:
    return (value << np.uint64(by)) | (value >> np.uint64(64 - by))


@njit
def sha1(
    data: Bytes, start: Int, end: Int, work: Words
) -> tuple[np.uint32, np.uint32, np.uint32, np.uint32, np.uint32]:
    """The SHA-1 of `data[start:end]`, as its five words of 32 bits; `work` is an array of `SHA1_WORDS`.

    >>> digest = sha1(np.frombuffer(b"abc", np.uint8), 0, 3, np.empty(SHA1_WORDS, np.uint32))
    >>> "".join(f"{word:08x}" for word in digest)
    'a9993e364706816aba3e25717850c26c9cd0d89d'
    """
    h0, h1, h2, h3, h4 = _A, _B, _C, _D, _E
    # A message ends with one bit that is set, zeros, and its length in bits as the last 8 bytes of a block of 64.
    blocks = (end - start + 8) // 64 + 1
    for block in range(blocks):
        _schedule(data, start, end, block, blocks, work)
        a, b, c, d, e = h0, h1, h2, h3, h4
        for t in range(20):
            step = np.uint32(_left32(a, 5) + (d ^ (b & (c ^ d))) + e + _K[0] + work[t])
            a, b, c, d, e = step, a, _left32(b, 30), c, d
        for t in range(20, 40):
            step = np.uint32(_left32(a, 5) + (b ^ c ^ d) + e + _K[1] + work[t])
            a, b, c, d, e = step, a, _left32(b, 30), c, d
        for t in range(40, 60):
            step = np.uint32(_left32(a, 5) + ((b & c) | (d & (b | c))) + e + _K[2] + work[t])
            a, b, c, d, e = step, a, _left32(b, 30), c, d
        for t in range(60, 80):
            step = np.uint32(_left32(a, 5) + (b ^ c ^ d) + e + _K[3] + work[t])
            a, b, c, d, e = step, a, _left32(b, 30), c, d
        h0, h1, h2 = np.uint32(h0 + a), np.uint32(h1 + b), np.uint32(h2 + c)
        h3, h4 = np.uint32(h3 + d), np.uint32(h4 + e)
    return h0, h1, h2, h3, h4


@inlined
def _schedule(data: Bytes, start: Int, end: Int, block: Int, blocks: Int, work: Words) -> None:
    """Write the words that one block of a message goes through."""
    for t in range(16):
        at, word = start + 64 * block + 4 * t, np.uint32(0)
        for k in range(at, at + 4):
            byte = np.uint32(data[k]) if k < end else np.uint32(0x80) if k == end else np.uint32(0)
            word = np.uint32(word << np.uint32(8)) | byte
        work[t] = word
    if block == blocks - 1:
        work[14], work[15] = np.uint32((end - start) >> 29), np.uint32((end - start) << 3)
    for t in range(16, 80):
        work[t] = _left32(work[t - 3] ^ work[t - 8] ^ work[t - 14] ^ work[t - 16], 1)


@inlined
def _word32(data: Bytes, at: Int) -> np.uint32:
    """Four bytes as a little-endian number."""
    word = np.uint32(data[at]) | np.uint32(data[at + 1]) << np.uint32(8)
    return np.uint32(word | np.uint32(data[at + 2]) << np.uint32(16) | np.uint32(data[at + 3]) << np.uint32(24))


@inlined
def _word64(data: Bytes, at: Int) -> np.uint64:
    return np.uint64(_word32(data, at)) | np.uint64(_word32(data, at + 4)) << np.uint64(32)


@inlined
def _round32(lane: np.uint32, word: np.uint32) -> np.uint32:
    return np.uint32(_left32(np.uint32(lane + word * _P2), 13) * _P1)


@inlined
def _round64(lane: np.uint64, word: np.uint64) -> np.uint64:
    return _left64(lane + word * _Q2, 31) * _Q1


@njit
def xxh32(data: Bytes, start: Int, end: Int) -> np.uint32:
    """XXH32 of `data[start:end]`.

    >>> hex(xxh32(np.frombuffer(b"abc", np.uint8), 0, 3))
    '0x32d153ff'
    """
    i, value = start, _P5
    if end - start >= 16:
        one, two, three, four = np.uint32(_P1 + _P2), _P2, np.uint32(0), np.uint32(np.uint32(0) - _P1)
        while i + 16 <= end:
            one, two = _round32(one, _word32(data, i)), _round32(two, _word32(data, i + 4))
            three, four = _round32(three, _word32(data, i + 8)), _round32(four, _word32(data, i + 12))
            i += 16
        value = np.uint32(_left32(one, 1) + _left32(two, 7) + _left32(three, 12) + _left32(four, 18))
    value = np.uint32(value + np.uint32(end - start))
    while i + 4 <= end:
        value = np.uint32(_left32(np.uint32(value + _word32(data, i) * _P3), 17) * _P4)
        i += 4
    while i < end:
        value = np.uint32(_left32(np.uint32(value + np.uint32(data[i]) * _P5), 11) * _P1)
        i += 1
    value = np.uint32((value ^ (value >> np.uint32(15))) * _P2)
    value = np.uint32((value ^ (value >> np.uint32(13))) * _P3)
    return np.uint32(value ^ (value >> np.uint32(16)))


@njit
def xxh64(data: Bytes, start: Int, end: Int) -> np.uint64:
    """XXH64 of `data[start:end]`.

    >>> hex(xxh64(np.frombuffer(b"abc", np.uint8), 0, 3))
    '0x44bc2cf5ad770999'
    """
    i, value = start, _Q5
    if end - start >= 32:
        one, two, three, four = _Q1 + _Q2, _Q2, np.uint64(0), np.uint64(0) - _Q1
        while i + 32 <= end:
            one, two = _round64(one, _word64(data, i)), _round64(two, _word64(data, i + 8))
            three, four = _round64(three, _word64(data, i + 16)), _round64(four, _word64(data, i + 24))
            i += 32
        value = _left64(one, 1) + _left64(two, 7) + _left64(three, 12) + _left64(four, 18)
        for lane in (one, two, three, four):
            value = (value ^ _round64(np.uint64(0), lane)) * _Q1 + _Q4
    value += np.uint64(end - start)
    while i + 8 <= end:
        value = _left64(value ^ _round64(np.uint64(0), _word64(data, i)), 27) * _Q1 + _Q4
        i += 8
    if i + 4 <= end:
        value = _left64(value ^ np.uint64(_word32(data, i)) * _Q1, 23) * _Q2 + _Q3
        i += 4
    while i < end:
        value = _left64(value ^ np.uint64(data[i]) * _Q5, 11) * _Q1
        i += 1
    value = (value ^ (value >> np.uint64(33))) * _Q2
    value = (value ^ (value >> np.uint64(29))) * _Q3
    return value ^ (value >> np.uint64(32))
