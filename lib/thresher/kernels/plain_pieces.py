"""Finds pieces of text without white space that need no rules to be cut: a word, and signs before and behind it alone.

The word has letters or ASCII digits alone (or digits after letters), and each sign is a word by itself. That is nearly
every piece; it is found byte by byte, or eight bytes at once, where `affixes` looks at decoded code points from both
ends.
"""

import numpy as np

from thresher.kernels.eight_bytes import TOP, eight, first_marked, letters
from thresher.kernels.jit import inlined
from thresher.kernels.spans import before
from thresher.kernels.unicode import ASCII_CLASSES, CURRENCY, EDGE, LOWER, Bytes, Int, classes, decode

BLANK = np.zeros(256, np.bool_)  # of a byte, whether it is one of the two characters that nearly all pieces end at
BLANK[[10, 32]] = True
_STOP = 0x2E
# How many bytes a letter has that begins with this one, 0 where that takes decoding: Latin and Cyrillic letters.
_LETTER_BYTES = np.zeros(256, np.int64)
_LETTER_BYTES[[*range(65, 91), *range(97, 123)]] = 1
_LETTER_BYTES[[*range(0xC3, 0xCA), 0xD0, 0xD1]] = 2


@inlined
def simple_end(data: Bytes, start: Int, i: Int) -> bool:
    """Whether the byte after some letters is sure to be a word of its own, if the piece ends there.

    A full stop is where what comes before is no abbreviation: long, or in lower case.
    """
    byte = data[i]
    if byte == 46:
        return bool(i - start >= 7 or (i - start >= 3 and data[start] >= 97)) and data[i - 1] >= 97
    return bool(byte == 44 or byte == 58 or byte == 59 or byte == 33 or byte == 63 or byte == 41)  # , : ; ! ? )


@inlined
def letters_end(data: Bytes, i: Int, end: Int) -> Int:
    """Where the ASCII letters from byte i on end.

    >>> letters_end(np.frombuffer(b"segmentation, please", np.uint8), 0, 20)
    12
    """
    while i + 8 <= end:
        length = first_marked(~letters(eight(data, i)) & TOP)
        i += length
        if length < 8:
            return i
    while i < end and _is_letter(data[i]):
        i += 1
    return i


@inlined
def plain_piece(data: Bytes, start: Int, letters: Int, end: Int) -> tuple[Int, Int, Int, Int]:
    """Where the word of a piece begins, where it ends, how many code points it has, and where the piece ends.

    Signs are what stands before and behind the word. The piece begins with ASCII letters up to byte `letters`. Where it
    is not so simple, it ends at `start`.
    """
    begin: Int = start
    while letters == start and begin < end and not _is_letter(data[begin]):
        code, kind, following = read(data, begin, end)
        if not kind & (EDGE | CURRENCY) or _may_begin(code):
            break
        begin = following
    i: Int = max(begin, letters)
    while i < end and 48 <= data[i] <= 57:
        i += 1
    stops = False
    length: Int = i - begin
    if i == begin or i == letters:
        i, length = _wide_letters_end(data, begin, i, end)
        if length < 0:
            return begin, begin, 0, start
        if begin < i < end and data[i] == _STOP:
            stops = simple_end(data, begin, i) if length == i - begin else _ends_low(data, begin, i)
    stop = i
    while begin < i < end and not BLANK[data[i]]:
        code, kind, following = read(data, i, end)
        if not (stops if code == _STOP else kind & EDGE):
            return begin, stop, length, start
        stops = code != _STOP  # two of them in a row are one word
        i = following
    return begin, stop, length, i if begin < i else start


@inlined
def _wide_letters_end(data: Bytes, begin: Int, start: Int, end: Int) -> tuple[Int, Int]:
    """Where the letters from byte `begin` on end, ASCII up to `start`, and how many; -1 where that takes decoding."""
    i: Int = start
    length: Int = start - begin
    others = False
    while i + 1 < end:
        byte, following = data[np.uintp(i)], data[np.uintp(i + 1)]
        size = _LETTER_BYTES[byte]
        others |= (size == 2) & (following & 0xC0 != 0x80)
        others |= (byte == 0xC3) & (following | 0x20 == 0xB7)  # the signs of multiplication and division
        if size == 0:
            break
        i, length = i + size, length + 1
    if i < end and _is_letter(data[i]):
        i, length = i + 1, length + 1
    return i, -1 if others else length


@inlined
def _ends_low(data: Bytes, begin: Int, end: Int) -> bool:
    """Whether the last letter of a word is in lower case."""
    code, _ = decode(data, before(data, begin, end), end)
    return bool(classes(code) & LOWER)


@inlined
def _may_begin(code: Int) -> bool:
    """Whether a word of several characters may begin with this sign: 're, a dash by some languages' rules."""
    return bool(code == 0x27 or (code >= 0x2013 and code <= 0x2019))


@inlined
def _is_letter(byte: np.uint8) -> bool:
    """Whether it is an ASCII letter."""
    return bool(np.uint8((byte | np.uint8(32)) - np.uint8(97)) < np.uint8(26))


@inlined
def read(data: Bytes, i: Int, end: Int) -> tuple[Int, Int, Int]:
    """The code point at byte i, its classes, and where the next one begins."""
    byte = data[np.uintp(i)]
    if byte < 0x80:  # without the calls
        return np.int64(byte), np.int64(ASCII_CLASSES[byte]), i + 1
    code, following = decode(data, i, end)
    return code, classes(code), following
