"""Gopher's quality statistics as DCLM counts them: words two ways, signs by occurrence, lines without their margins."""

from typing import Any

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit
from thresher.kernels.spans import strip_left, strip_right
from thresher.kernels.unicode import ALPHABETIC, SPACE, WORD, Bytes, Int, classes, decode

WORDS = np.dtype([(n, np.int64) for n in ("tokens", "pieces", "characters", "unlettered", "stop_words")])
LINES = np.dtype([(n, np.int64) for n in ("signs", "lines", "bullets", "ellipsis_ends")])
_NEWLINE, _UNDERSCORE, _STOP, _BLANK, _HASH = 0x0A, 0x5F, 0x2E, 0x20, 0x23
_BULLETS = (0x25CF, 0x2022, 0x2A, 0x2D)


@njit
def count_words(data: Bytes, offsets: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Of each document, by `WORDS`.

    `tokens` are cut as fastText cuts, at ASCII white space and NUL, and begin with a letter or a number. `pieces` are
    cut as `str.split` cuts: their code points, how many have no letter, and how many are stop words in any case.
    """
    out = np.zeros(len(offsets) - 1, WORDS)
    for d in range(len(offsets) - 1):
        row, i, end = out[d], offsets[d], offsets[d + 1]
        cut, start, length, lettered = True, i, 0, False
        while i < end:
            code, following = decode(data, i, end)
            kind = classes(code)
            if cut and kind & WORD and code != _UNDERSCORE:
                row.tokens += 1
            cut = bool(code == _BLANK or 9 <= code <= 13 or code == 0)
            if kind & SPACE:
                _end_piece(data, start, i, length, lettered, row)
                start, length, lettered = following, 0, False
            else:
                length += 1
                lettered = lettered or bool(kind & ALPHABETIC)
            i = following
        _end_piece(data, start, end, length, lettered, row)
    return out


@inlined
def _end_piece(data: Bytes, start: Int, end: Int, length: Int, lettered: bool, row: Any) -> None:
    if length:
        row.pieces += 1
        row.characters += length
        row.unlettered += not lettered
        row.stop_words += 2 <= end - start <= 4 and _is_stop_word(data, start, end)


@njit
def _is_stop_word(data: Bytes, start: Int, end: Int) -> bool:
    """Whether it is one of the, be, to, of, and, that, have, with, in any case."""
    word = np.int64(0)
    for i in range(start, end):
        byte = np.int64(data[i])
        word = word << 8 | (byte | 0x20 if 65 <= byte <= 90 else byte)
    if end - start == 2:
        return bool(word == 0x6265 or word == 0x746F or word == 0x6F66)
    if end - start == 3:
        return bool(word == 0x746865 or word == 0x616E64)
    return bool(word == 0x74686174 or word == 0x68617665 or word == 0x77697468)


@njit
def count_lines(data: Bytes, offsets: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Of each document, by `LINES`: lines between newlines that are not blank, without white space at either end.

    `signs` are hash signs, `...`, `. . .` and the one-character ellipsis, each counted apart as `str.count` counts.
    """
    out = np.zeros(len(offsets) - 1, LINES)
    for d in range(len(offsets) - 1):
        row, begin, end = out[d], offsets[d], offsets[d + 1]
        row.signs = _count_signs(data, begin, end)
        for i in range(begin, end + 1):
            if i < end and data[i] != _NEWLINE:
                continue
            left = strip_left(data, begin, i)
            right = strip_right(data, left, i)
            if left < right:
                row.lines += 1
                code, _ = decode(data, left, right)
                for bullet in _BULLETS:
                    row.bullets += code == bullet
                row.ellipsis_ends += _ends_in_ellipsis(data, left, right)
            begin = i + 1
    return out


@njit
def _count_signs(data: Bytes, start: Int, end: Int) -> Int:
    signs: Int = 0
    dotted_to: Int = start
    spaced_to: Int = start
    for i in range(start, end):
        byte = data[i]
        if byte == _HASH:
            signs += 1
        elif byte == 0xE2:
            signs += i + 3 <= end and data[i + 1] == 0x80 and data[i + 2] == 0xA6
        elif byte == _STOP:
            if i >= dotted_to and i + 3 <= end and data[i + 1] == _STOP and data[i + 2] == _STOP:
                signs += 1
                dotted_to = i + 3
            if i >= spaced_to and i + 5 <= end and _is_spaced(data, i):
                signs += 1
                spaced_to = i + 5
    return signs


@inlined
def _is_spaced(data: Bytes, i: Int) -> bool:
    stops = data[i] == _STOP and data[i + 2] == _STOP and data[i + 4] == _STOP
    return bool(stops and data[i + 1] == _BLANK and data[i + 3] == _BLANK)


@njit
def _ends_in_ellipsis(data: Bytes, start: Int, end: Int) -> bool:
    if end - start < 3:
        return False
    if data[end - 3] == 0xE2:
        return bool(data[end - 2] == 0x80 and data[end - 1] == 0xA6)
    if data[end - 3] == _STOP and data[end - 2] == _STOP and data[end - 1] == _STOP:
        return True
    return bool(end - start >= 5 and _is_spaced(data, end - 5))
