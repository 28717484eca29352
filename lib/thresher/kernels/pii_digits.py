"""Groups of digits as people write long numbers, `+41 (0)44 668-18-00`, and the words that say what a number is.

A chain is what single separators (a blank, a no-break space, `-`, `.`, `/`, brackets) join on one line.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit
from thresher.kernels.pii_edges import follows_letter, is_digit, precedes_letter
from thresher.kernels.unicode import Bytes, Int

BLANK, HYPHEN, STOP, SLASH, OPEN, CLOSE = 0x20, 0x2D, 0x2E, 0x2F, 0x28, 0x29
MOST_GROUPS = 8
WINDOW = 40  # bytes of text before a number, or after it, that may say what it is

Groups: TypeAlias = npt.NDArray[np.int64]  # rows of start, end and the separator before: the first four names above,
# or OPEN and CLOSE where the separator holds a bracket


@njit
def chain_at(data: Bytes, i: Int, end: Int, opened: bool, groups: Groups) -> int:
    """Write the groups of the chain that begins at digit i to `groups`; returns how many, at most `MOST_GROUPS` + 1.

    `opened` says that a bracket stands before it.

    >>> groups = np.zeros((MOST_GROUPS + 1, 3), np.int64)
    >>> chain_at(np.frombuffer(b"41 (0)44 x", np.uint8), 0, 10, False, groups)
    3
    >>> groups[:3].tolist() == [[0, 2, 0], [4, 5, OPEN], [6, 8, CLOSE]]
    True
    """
    n = 0
    separator: Int = np.int64(0)
    while True:
        groups[n, 0], groups[n, 2] = i, separator
        while is_digit(data, i, end):
            i += 1
        groups[n, 1] = i
        n += 1
        separator, following = _separator(data, i, end, opened)
        if n > MOST_GROUPS or separator == 0 or not is_digit(data, following, end):
            return n
        opened = bool(separator == OPEN)
        i = following


@njit
def _separator(data: Bytes, i: Int, end: Int, opened: bool) -> tuple[Int, Int]:
    """The separator at byte i and where it ends, 0 and i where there is none; a bracket closes what one has opened."""
    if i >= end:
        return np.int64(0), i
    if opened:
        if data[i] != CLOSE:
            return np.int64(0), i
        _, following = _sign(data, i + 1, end)
        return np.int64(CLOSE), following
    sign, following = _sign(data, i, end)
    if following < end and data[following] == OPEN:
        return np.int64(OPEN if _closes(data, following + 1, end) else 0), following + 1
    return sign, following


@inlined
def _closes(data: Bytes, i: Int, end: Int) -> bool:
    """Whether a bracket closes straight after the digits at byte i."""
    while is_digit(data, i, end):
        i += 1
    return bool(i < end and data[i] == CLOSE)


@inlined
def _sign(data: Bytes, i: Int, end: Int) -> tuple[Int, Int]:
    """The sign of one character that joins groups, and where it ends; U+00A0 is a blank, U+2010 and U+2011 hyphens."""
    if i < end:
        byte = np.int64(data[i])
        if byte == BLANK or byte == HYPHEN or byte == STOP or byte == SLASH:
            return byte, i + 1
        if byte == 0xC2 and i + 1 < end and data[i + 1] == 0xA0:
            return np.int64(BLANK), i + 2
        if byte == 0xE2 and i + 2 < end and data[i + 1] == 0x80 and 0x90 <= data[i + 2] <= 0x91:
            return np.int64(HYPHEN), i + 3
    return np.int64(0), i


@inlined
def size(groups: Groups, n: Int) -> int:
    """How many digits group n has."""
    return int(groups[n, 1] - groups[n, 0])


@njit
def begins_alone(data: Bytes, begin: Int, start: Int) -> bool:
    """Whether a number that begins here is the rest of nothing: of no word, path, date or longer number."""
    if start == begin:
        return True
    if follows_letter(data, begin, start):
        return False
    byte = data[start - 1]
    if byte == 0x40 or byte == 0x2B:
        return False
    if byte == HYPHEN or byte == STOP or byte == SLASH:
        return not follows_letter(data, begin, start - 1)
    return not bool(byte == 0x3A and start - 1 > begin and 48 <= data[start - 2] <= 57)


@inlined
def follows_digit(data: Bytes, begin: Int, start: Int) -> bool:
    """Whether a digit and a blank stand before: the chain began earlier."""
    return bool(start - 2 >= begin and data[start - 1] == BLANK and 48 <= data[start - 2] <= 57)


@njit
def ends_alone(data: Bytes, stop: Int, end: Int) -> bool:
    """Whether nothing goes on where a number ends."""
    if stop >= end:
        return True
    byte = data[stop]
    if byte == HYPHEN or byte == STOP or byte == SLASH or byte == 0x3A:
        return not is_digit(data, stop + 1, end)
    return bool(byte != 0x40 and byte != 0x25) and not precedes_letter(data, stop, end)


def phrases(*written: str) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """The phrases one after the other, and where each ends."""
    encoded = [phrase.encode() for phrase in written]
    return np.frombuffer(b"".join(encoded), np.uint8), np.cumsum([len(phrase) for phrase in encoded])


@njit
def holds(data: Bytes, start: Int, end: Int, letters: Bytes, ends: npt.NDArray[np.int64]) -> bool:
    """Whether one of these phrases stands here, in any ASCII case; a blank in one is whatever is no letter.

    The edges of the text looked at count as blanks, so that ` tel ` is that whole word.

    >>> holds(np.frombuffer(b"Tel.:", np.uint8), 0, 5, *phrases(" tel ")), holds(
    ...     np.frombuffer(b"Hotel:", np.uint8), 0, 6, *phrases(" tel "))
    (True, False)
    """
    for i in range(start - 1, end):
        begin = 0
        for p in range(len(ends)):
            k = begin
            while k < ends[p] and _folded(data, i + k - begin, start, end) == letters[k]:
                k += 1
            if k == ends[p]:
                return True
            begin = ends[p]
    return False


@inlined
def _folded(data: Bytes, i: Int, start: Int, end: Int) -> Int:
    """The byte at i with ASCII letters in lower case and all else of ASCII, and what lies outside, as a blank."""
    if i < start or i >= end:
        return np.int64(BLANK)
    byte = np.int64(data[i])
    lower = byte | 0x20
    if byte >= 0x80:
        return byte
    return lower if 97 <= lower <= 122 else np.int64(BLANK)
