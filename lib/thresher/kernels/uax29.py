"""Cuts text into words at Unicode's default word boundaries (UAX #29), as DCLM counts n-grams.

Source: https://www.unicode.org/reports/tr29/#Word_Boundaries, Unicode 16. Only those pieces are words that begin with a
letter or a number. `tools/make_word_break_table.py` writes the table of classes.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from thresher.kernels.arrow import Utf8
from thresher.kernels.jit import inlined, njit
from thresher.kernels.segment import Words
from thresher.kernels.spans import hash_span
from thresher.kernels.unicode import WORD, Bytes, Int, classes, decode, load_table

_OTHER, _CR, _LF, _NEWLINE, _EXTEND, _ZWJ, _REGIONAL, _FORMAT, _KATAKANA, _HEBREW, _LETTER = range(11)
_SINGLE_QUOTE, _DOUBLE_QUOTE, _MID_NUM_LET, _MID_LETTER, _MID_NUM, _NUMERIC, _JOINER, _BLANK = range(11, 19)
_PICTOGRAPHIC, _CLASS, _NOTHING, _UNDERSCORE = 1 << 5, (1 << 5) - 1, -1, 0x5F
_TABLE = load_table("word_break.npy")
_STARTS = 0x110000 // 128


def words_of(text: Utf8) -> Words:
    """The words of each document; `kinds` are 0.

    >>> import pyarrow as pa
    >>> from thresher.kernels.arrow import utf8
    >>> words_of(utf8(pa.array(["Don't stop: 3.5 中文 snake_case!"]))).chars.tolist()
    [5, 4, 3, 1, 1, 10]
    """
    first, chars, hashes = _words(text.data, text.offsets)
    return Words(first, chars, hashes, np.zeros(len(chars), np.uint8))


@njit
def _words(data: Bytes, offsets: npt.NDArray[np.int64]) -> tuple[Any, Any, Any]:
    size = offsets[-1] - offsets[0] + 1  # pages that are never written are never there
    first, chars, hashes = np.zeros(len(offsets), np.int64), np.empty(size, np.int32), np.empty(size, np.uint64)
    n = 0
    for d in range(len(offsets) - 1):
        i, end = offsets[d], offsets[d + 1]
        begin, length, is_word = i, 0, False
        previous: Int = _NOTHING
        last: Int = _NOTHING
        before: Int = _NOTHING
        regional = 0
        while i < end:
            code, following = decode(data, i, end)
            kind = _class(code)
            if length and _is_boundary(data, following, end, previous, last, before, kind, regional):
                if is_word:
                    chars[n], hashes[n] = length, hash_span(data, begin, i)
                    n += 1
                begin, length = i, 0
            if length == 0:
                is_word = classes(code) & WORD != 0 and code != _UNDERSCORE
            length += 1
            kind &= _CLASS
            if not _is_passed_over(kind):
                regional = regional + 1 if kind == _REGIONAL else 0
                last, before = kind, last
            previous, i = kind, following
        if is_word and length:
            chars[n], hashes[n] = length, hash_span(data, begin, end)
            n += 1
        first[d + 1] = n
    return first, chars[:n], hashes[:n]


@inlined
def _class(code: Int) -> Int:
    """The Word_Break class of a code point, with `_PICTOGRAPHIC` where it is one."""
    return np.int64(_TABLE[np.int64(_TABLE[code >> 7]) + (code & 127)])


@inlined
def _is_passed_over(kind: Int) -> bool:
    """Whether the rules look through it to what it is attached to (WB4)."""
    return bool(kind == _EXTEND or kind == _FORMAT or kind == _ZWJ)


@inlined
def _is_letter(kind: Int) -> bool:
    return bool(kind == _LETTER or kind == _HEBREW)


@inlined
def _is_line_end(kind: Int) -> bool:
    return bool(_CR <= kind <= _NEWLINE)


@inlined
def _joins_letters(kind: Int) -> bool:
    return bool(kind == _MID_LETTER or kind == _MID_NUM_LET or kind == _SINGLE_QUOTE)


@inlined
def _joins_numbers(kind: Int) -> bool:
    return bool(kind == _MID_NUM or kind == _MID_NUM_LET or kind == _SINGLE_QUOTE)


@njit
def _next_class(data: Bytes, i: Int, end: Int) -> int:
    """The class of the next code point that is not passed over."""
    while i < end:
        code, i = decode(data, i, end)
        kind = _class(code) & _CLASS
        if not _is_passed_over(kind):
            return int(kind)
    return _NOTHING


@inlined
def _is_boundary(
    data: Bytes, following: Int, end: Int, previous: Int, last: Int, before: Int, kind: Int, regional: Int
) -> bool:
    """Whether a word ends before the code point of this class: rules WB3 to WB999 in their order.

    `previous` is the class of the code point before; `last` and `before` are those of the last two that are not passed
    over, `regional` how many regional indicators stand there in a row.
    """
    if previous == _CR and kind == _LF:
        return False
    if _is_line_end(previous) or _is_line_end(kind):
        return True
    if (previous == _ZWJ and kind & _PICTOGRAPHIC) or previous == kind == _BLANK:
        return False
    kind &= _CLASS
    if _is_passed_over(kind):
        return False
    if _is_letter(last) and (_is_letter(kind) or kind == _NUMERIC):
        return False
    if last == _NUMERIC and (_is_letter(kind) or kind == _NUMERIC):
        return False
    if _is_letter(kind) and _is_letter(before) and _joins_letters(last):
        return False
    if kind == _NUMERIC and before == _NUMERIC and _joins_numbers(last):
        return False
    if last == _HEBREW and kind == _SINGLE_QUOTE:
        return False
    if before == kind == _HEBREW and last == _DOUBLE_QUOTE:
        return False
    if kind == _JOINER and (_is_letter(last) or last == _NUMERIC or last == _KATAKANA or last == _JOINER):
        return False
    if last == _JOINER and (_is_letter(kind) or kind == _NUMERIC or kind == _KATAKANA):
        return False
    if last == kind == _KATAKANA or (last == kind == _REGIONAL and regional & 1):
        return False
    return not _is_held(data, following, end, last, kind)


@inlined
def _is_held(data: Bytes, following: Int, end: Int, last: Int, kind: Int) -> bool:
    """Whether a mark stays with the letter or number before it because another follows (WB6, WB7b, WB12)."""
    if _is_letter(last) and _joins_letters(kind):
        return _is_letter(_next_class(data, following, end))
    if last == _NUMERIC and _joins_numbers(kind):
        return _next_class(data, following, end) == _NUMERIC
    return bool(last == _HEBREW and kind == _DOUBLE_QUOTE and _next_class(data, following, end) == _HEBREW)
