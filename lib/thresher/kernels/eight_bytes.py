"""Questions about eight bytes at once, taken up as one number; a byte of which something holds is marked at its top.

A loop that goes byte by byte asks numba's question at every access, whether a signed index counts from the end. Eight
bytes by an unsigned index are one load, and what is asked of them here takes some five instructions. The lowest byte of
the number is the first.
"""

import numpy as np

from thresher.kernels.jit import inlined
from thresher.kernels.unicode import Bytes, Int

EACH, TOP, REST = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080), np.uint64(0x7F7F7F7F7F7F7F7F)


@inlined
def eight(data: Bytes, i: Int) -> np.uint64:
    """Eight bytes as one number; written out, because the compiler makes one load of it."""
    at = np.uintp(i)
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
def ones(bits: np.uint64) -> np.int64:
    """How many bits are set: sums of pairs, fours, bytes, then of all, which compiles to one instruction."""
    pairs, fours, bytes_ = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F)
    bits -= bits >> np.uint64(1) & pairs
    bits = (bits & fours) + (bits >> np.uint64(2) & fours)
    bits = bits + (bits >> np.uint64(4)) & bytes_
    return np.int64(bits * EACH >> np.uint64(56))


@inlined
def first_marked(marks: np.uint64) -> np.int64:
    """The place of the first byte that is marked: 8 where none is.

    >>> int(first_marked(np.uint64(0x8000800000))), int(first_marked(np.uint64(0)))
    (2, 8)
    """
    return ones(marks - np.uint64(1) & ~marks) >> 3  # the zeros below the lowest mark


@inlined
def equal(eight_bytes: np.uint64, byte: int) -> np.uint64:
    """The bytes that are this one.

    >>> hex(equal(np.uint64(0x2041204142434420), 0x20))
    '0x8000800000000080'
    """
    others = eight_bytes ^ np.uint64(byte) * EACH
    return ~((others & REST) + REST | others) & TOP


@inlined
def below(eight_bytes: np.uint64, byte: int) -> np.uint64:
    """The bytes below this one, which is at most 128; right up to the first of them, above it others may be marked.

    >>> hex(below(np.uint64(0x4142432044454647), 0x21))
    '0x8000000000'
    """
    return (eight_bytes - np.uint64(byte) * EACH) & ~eight_bytes & TOP


@inlined
def has_control(eight_bytes: np.uint64) -> bool:
    """Whether any of them is beyond ASCII or a control character, as line ends are."""
    return bool((eight_bytes | below(eight_bytes, 0x20)) & TOP)


@inlined
def letters(eight_bytes: np.uint64) -> np.uint64:
    """The bytes that are ASCII letters.

    >>> hex(letters(np.uint64(0xE941407B7A5B5A61)))  # a Z [ z { @ A and a byte of an accented letter
    '0x80000080008080'
    """
    folded = eight_bytes & REST | np.uint64(0x20) * EACH
    from_a = folded + np.uint64(0x1F) * EACH  # reaches the top bit from `a` on
    past_z = folded + np.uint64(0x05) * EACH
    return from_a & ~past_z & ~eight_bytes & TOP


@inlined
def word_bytes(eight_bytes: np.uint64) -> np.uint64:
    """Of eight bytes of ASCII those that are letters, digits or underscores."""
    from_zero, past_nine = eight_bytes + np.uint64(0x50) * EACH, eight_bytes + np.uint64(0x46) * EACH
    return letters(eight_bytes) | equal(eight_bytes, 0x5F) | from_zero & ~past_nine & TOP
