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
    at = np.uintp(i)  # numba takes a signed index for one from the end where it is negative, and asks each time
    low = np.uint64(data[at]) | np.uint64(data[at + np.uintp(1)]) << np.uint64(8)
    low |= np.uint64(data[at + np.uintp(2)]) << np.uint64(16) | np.uint64(data[at + np.uintp(3)]) << np.uint64(24)
    high = np.uint64(data[at + np.uintp(4)]) | np.uint64(data[at + np.uintp(5)]) << np.uint64(8)
    high |= np.uint64(data[at + np.uintp(6)]) << np.uint64(16) | np.uint64(data[at + np.uintp(7)]) << np.uint64(24)
    return low | high << np.uint64(32)


@inlined
def put_eight(out: Bytes, i: Int, eight_bytes: np.uint64) -> None:
    """Write eight bytes that are at hand as one number."""
    at = np.uintp(i)
    for k in range(8):
        out[at + np.uintp(k)] = eight_bytes >> np.uint64(8 * k)


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
def letters(eight_bytes: np.uint64) -> np.uint64:
    """The highest bit of each of eight bytes that is an ASCII letter.

    >>> hex(letters(np.uint64(0xE941407B7A5B5A61)))  # a Z [ z { @ A and a byte of an accented letter
    '0x80008000008080'
    """
    plain, folded = np.uint64(0x7F7F7F7F7F7F7F7F), np.uint64(0x2020202020202020)
    folded |= eight_bytes & plain
    from_a = folded + np.uint64(0x1F1F1F1F1F1F1F1F)  # reaches the highest bit from `a` on
    past_z = folded + np.uint64(0x0505050505050505)
    return from_a & ~past_z & ~eight_bytes & ~plain


@inlined
def word_bytes(eight_bytes: np.uint64) -> np.uint64:
    """The highest bit of each of eight bytes that is an ASCII letter, digit or underscore."""
    highest = np.uint64(0x8080808080808080)
    from_zero = eight_bytes + np.uint64(0x5050505050505050)  # reaches the highest bit from `0` on, of bytes below 128
    past_nine = eight_bytes + np.uint64(0x4646464646464646)
    others = (eight_bytes ^ np.uint64(0x5F5F5F5F5F5F5F5F)) + np.uint64(0x7F7F7F7F7F7F7F7F)
    return letters(eight_bytes) | (from_zero & ~past_nine | ~others) & highest


@inlined
def has_control(eight_bytes: np.uint64) -> bool:
    """Whether any of eight bytes is beyond ASCII or a control character, as line ends are."""
    highest = np.uint64(0x8080808080808080)
    return bool((eight_bytes | ~(eight_bytes + np.uint64(0x6060606060606060))) & highest)


@inlined
def blanks(eight_bytes: np.uint64) -> np.uint64:
    """The highest bit of each of eight bytes of ASCII that is a blank."""
    others = (eight_bytes ^ np.uint64(0x2020202020202020)) + np.uint64(0x7F7F7F7F7F7F7F7F)
    return ~others & np.uint64(0x8080808080808080)


@inlined
def zeros_below(bits: np.uint64) -> np.int64:
    """How many zeros there are below the lowest bit that is set: 64 where none is."""
    return ones(bits - np.uint64(1) & ~bits)


@inlined
def find_byte(data: Bytes, i: Int, end: Int, byte: int) -> Int:
    """Where this byte comes next from byte i on, or the end; eight bytes at a time.

    >>> find_byte(np.frombuffer(b"the end of it, of all", np.uint8), 1, 21, ord("f"))
    9
    """
    low, high = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
    wanted = np.uint64(byte) * low
    while i + 8 <= end:
        others = eight(data, i) ^ wanted
        found = (others - low) & ~others & high  # the lowest bit is right, which is all that counts
        if found:
            return i + (zeros_below(found) >> 3)
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
    >>> int(hash_few(eight(text, 0), 3)) == int(hash_span(text, 0, 3))
    True
    """
    h = eight_bytes & ((np.uint64(1) << np.uint64(8 * n)) - np.uint64(1))
    h = (h ^ np.uint64(n) * _SPREAD) * _MULTIPLY
    return (h ^ h >> np.uint64(32)) * _MULTIPLY


@inlined
def characters(data: Bytes, start: Int, end: Int) -> Int:
    """The code points of a span: its bytes that continue none."""
    highest = np.uint64(0x8080808080808080)
    i: Int = start
    n: Int = end - start
    while i + 8 <= end:
        here = eight(data, i)
        n -= ones(here & ~(here << np.uint64(1)) & highest)
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
    low, high = np.uint64(0x7F7F7F7F7F7F7F7F), np.uint64(0x8080808080808080)
    wanted = np.uint64(byte) * np.uint64(0x0101010101010101)
    i: Int = start
    n: Int = 0
    while i + 8 <= end:
        others = eight(data, i) ^ wanted
        n += ones(~((others & low) + low | others) & high)
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
