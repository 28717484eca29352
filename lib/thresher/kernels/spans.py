"""Small questions about a span of bytes: its hash, its characters, where it begins and ends without white space."""

import numpy as np
import numpy.typing as npt

from thresher.kernels.eight_bytes import TOP, eight, equal, first_marked, ones, put_eight
from thresher.kernels.jit import inlined
from thresher.kernels.unicode import SPACE, Bytes, Int, classes, decode

Hashes = npt.NDArray[np.uint64]
_MULTIPLY, _SPREAD = np.uint64(0xD6E8FEB86659FD93), np.uint64(0x9E3779B97F4A7C15)


@inlined
def find_byte(data: Bytes, i: Int, end: Int, byte: int) -> Int:
    """Where this byte comes next from byte i on, or the end; eight bytes at a time.

    >>> find_byte(np.frombuffer(b"the end of it, of all", np.uint8), 1, 21, ord("f"))
    9
    """
    while i + 8 <= end:
        found = equal(eight(data, i), byte)
        if found:
            return i + first_marked(found)
        i += 8
    while i < end and data[i] != byte:
        i += 1
    return i


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
def hash_few(eight_bytes: np.uint64, n: Int) -> np.uint64:
    """`hash_span` of the first `n` of eight bytes, 1 to 7, that are at hand as one number.

    >>> text = np.frombuffer(b"the end.", np.uint8)
    >>> int(hash_few(np.uint64(eight(text, 0)), 3)) == int(hash_span(text, 0, 3))
    True
    """
    h = eight_bytes & ((np.uint64(1) << np.uint64(8 * n)) - np.uint64(1))
    h = (h ^ np.uint64(n) * _SPREAD) * _MULTIPLY
    return (h ^ h >> np.uint64(32)) * _MULTIPLY


@inlined
def characters(data: Bytes, start: Int, end: Int) -> Int:
    """The code points of a span: its bytes that continue none."""
    i: Int = start
    n: Int = end - start
    while i + 8 <= end:
        here = eight(data, i)
        n -= ones(here & ~(here << np.uint64(1)) & TOP)
        i += 8
    while i < end:
        n -= (data[i] & 0xC0) == 0x80
        i += 1
    return n


@inlined
def copy_span(data: Bytes, start: Int, end: Int, out: Bytes, at: Int) -> Int:
    """Copy a span to `out[at]`, which does not overlap it; returns where the copy ends."""
    i: Int = start
    while i + 8 <= end:
        put_eight(out, at, eight(data, i))
        i, at = i + 8, at + 8
    while i < end:
        out[at] = data[i]
        i, at = i + 1, at + 1
    return at


@inlined
def count_byte(data: Bytes, start: Int, end: Int, byte: int) -> Int:
    """How often a byte occurs in a span."""
    i: Int = start
    n: Int = 0
    while i + 8 <= end:
        n += ones(equal(eight(data, i), byte))
        i += 8
    while i < end:
        n += data[i] == byte
        i += 1
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
