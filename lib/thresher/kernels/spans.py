"""Small questions about a span of bytes: its hash, its characters, where it begins and ends without white space."""

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined
from thresher.kernels.unicode import SPACE, Bytes, Int, classes, decode

Hashes = npt.NDArray[np.uint64]
_MULTIPLY, _SPREAD = np.uint64(0xD6E8FEB86659FD93), np.uint64(0x9E3779B97F4A7C15)


@inlined
def eight(data: Bytes, i: Int) -> np.uint64:
    """Eight bytes as one number; written out, because the compiler makes one load of it."""
    low = np.uint64(data[i]) | np.uint64(data[i + 1]) << np.uint64(8) | np.uint64(data[i + 2]) << np.uint64(16)
    low |= np.uint64(data[i + 3]) << np.uint64(24) | np.uint64(data[i + 4]) << np.uint64(32)
    high = np.uint64(data[i + 5]) << np.uint64(40) | np.uint64(data[i + 6]) << np.uint64(48)
    return low | high | np.uint64(data[i + 7]) << np.uint64(56)


@inlined
def low_bytes(eight_bytes: np.uint64) -> np.uint64:
    """The highest bit of each of eight bytes that is at most 32, up to the first such byte; what is above may be wrong.

    >>> hex(low_bytes(np.uint64(0x4142432044454647)))
    '0x8000000000'
    """
    high = np.uint64(0x8080808080808080)
    return (eight_bytes - np.uint64(0x2121212121212121)) & ~eight_bytes & high


@inlined
def ones(bits: np.uint64) -> np.int64:
    """How many bits are set: sums of pairs, fours, bytes, then of all, which compiles to one instruction."""
    pairs, fours, bytes_ = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F)
    bits -= bits >> np.uint64(1) & pairs
    bits = (bits & fours) + (bits >> np.uint64(2) & fours)
    bits = bits + (bits >> np.uint64(4)) & bytes_
    return np.int64(bits * np.uint64(0x0101010101010101) >> np.uint64(56))


@inlined
def _fewer(data: Bytes, i: Int, n: Int) -> np.uint64:
    """The `n` < 8 bytes at i as one number."""
    if i + 8 <= len(data):
        return eight(data, i) & ((np.uint64(1) << np.uint64(8 * n)) - np.uint64(1))
    rest = np.uint64(0)
    for k in range(n):
        rest |= np.uint64(data[i + k]) << np.uint64(8 * k)
    return rest


@inlined
def hash_span(data: Bytes, start: Int, end: Int) -> np.uint64:
    """The 64-bit hash of a span's bytes, eight at a time; two spans of equal bytes have equal hashes anywhere.

    >>> text = np.frombuffer(b"the end of the", np.uint8)
    >>> int(hash_span(text, 0, 3)) == int(hash_span(text, 11, 14)) != int(hash_span(text, 4, 7))
    True
    """
    h = np.uint64(end - start) * _SPREAD
    i = start
    while i + 8 <= end:
        h = (h ^ eight(data, i)) * _MULTIPLY
        h ^= h >> np.uint64(32)
        i += 8
    if i < end:
        h = (h ^ _fewer(data, i, end - i)) * _MULTIPLY
        h ^= h >> np.uint64(32)
    return h * _MULTIPLY


@inlined
def characters(data: Bytes, start: Int, end: Int) -> int:
    """The code points of a span: its bytes that continue none."""
    n = 0
    for i in range(start, end):
        n += (data[i] & 0xC0) != 0x80
    return n


@inlined
def before(data: Bytes, start: Int, i: Int) -> Int:
    """Where the code point that ends at byte i begins, not before `start`."""
    i -= 1
    least = max(start, i - 3)
    while i > least and data[i] & 0xC0 == 0x80:
        i -= 1
    return i


@inlined
def strip_left(data: Bytes, start: Int, end: Int) -> Int:
    """Where the first code point of a span begins that is not white space, else its end."""
    while start < end:
        code, following = decode(data, start, end)
        if not classes(code) & SPACE:
            break
        start = following
    return start


@inlined
def strip_right(data: Bytes, start: Int, end: Int) -> Int:
    """Where the last code point of a span ends that is not white space, else its start."""
    while start < end:
        last = before(data, start, end)
        code, following = decode(data, last, end)
        if following != end or not classes(code) & SPACE:
            break
        end = last
    return end


@inlined
def table_size(entries: Int) -> int:
    """The power of two that holds so many entries at a load of at most two thirds."""
    size = 16
    while 2 * size < 3 * entries:
        size *= 2
    return size


@inlined
def slot_of(table: Hashes, key: np.uint64) -> np.uint64:
    """The slot of a key that is not 0, or the free one (it holds 0) where it belongs; the table has one to spare."""
    mask = np.uint64(len(table) - 1)
    spread = key * _SPREAD
    slot = (spread ^ spread >> np.uint64(32)) & mask
    while table[slot] != np.uint64(0) and table[slot] != key:
        slot = (slot + np.uint64(1)) & mask
    return slot


@inlined
def is_new(table: Hashes, key: np.uint64) -> bool:
    """Whether a key is not in the set yet, to which it is added."""
    key |= np.uint64(1)
    slot = slot_of(table, key)
    new = table[slot] == np.uint64(0)
    table[slot] = key
    return bool(new)
