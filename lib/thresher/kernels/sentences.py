"""Counts the sentences of a line, as C4's filters need them: the rule of spaCy's sentencizer, which datatrove uses.

A sentence begins at the first word after a full stop, a question mark or the like (in any script) that is neither one
of these marks nor punctuation, so that a closing quote belongs to the sentence before it. What is a full stop and what
is part of an abbreviation (Mr., U.S., e.g.) is decided by the words' own rules (`affixes`).
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from thresher.kernels.affixes import cut_piece
from thresher.kernels.jit import inlined, njit
from thresher.kernels.plain_pieces import letters_end, simple_end
from thresher.kernels.segment import LONGEST, read_piece
from thresher.kernels.unicode import ASCII_CLASSES, PUNCTUAL, SPACE, TERMINAL, Bytes, Int, classes, decode

_BLANK, _STOP = 0x20, 0x2E
_NONE, _WORD, _MARK = 0, 1, 2  # what a word does: nothing, begins a sentence after a mark, ends one


@inlined
def scratch() -> tuple[Any, Any, Any, Any]:
    """The arrays that `count_sentences` works in; a caller makes them once for many lines."""
    codes, bits = np.empty(LONGEST, np.int32), np.empty(LONGEST, np.int32)
    return codes, bits, np.empty(LONGEST + 1, np.int64), np.empty(LONGEST + 1, np.int64)


@njit
def count_sentences(data: Bytes, start: Int, end: Int, work: tuple[Any, Any, Any, Any]) -> Int:
    """The sentences of one line; 0 where it has no character.

    >>> line = np.frombuffer(b'He said: "Mr. Hyde is 3.5 feet tall!" Why? I left.', np.uint8)
    >>> count_sentences(line, 0, len(line), scratch())
    3
    """
    codes, bits, at, cuts = work
    sentences: Int = 1 if end > start else 0
    ended = False
    i = start
    while i < end:
        i, spaced = _pass_space(data, i, end)
        if spaced and ended:
            sentences, ended = sentences + 1, False
        begin = i
        i, letters, every, some = _pass_piece(data, begin, end)
        if not some & TERMINAL:
            if ended and begin < i and not every & PUNCTUAL:  # some word of it is more than punctuation
                sentences, ended = sentences + 1, False
        elif letters == i - 1 and begin < letters and simple_end(data, begin, letters):
            sentences, ended = sentences + ended, True
        else:
            length, i = _piece_from(data, begin, end, codes, bits, at)
            for w in range(cut_piece(codes, bits, length, cuts, 0)):
                role = _role(bits, cuts[w], cuts[w + 1])
                sentences += ended and role == _WORD
                ended = role == _MARK or (ended and role == _NONE)
    return sentences


@inlined
def _pass_piece(data: Bytes, i: Int, end: Int) -> tuple[Int, Int, Int, Int]:
    """Where a piece ends, where the ASCII letters that it begins with end, the classes of all and of any character."""
    letters = letters_end(data, i, end)
    every: Int = -1
    some: Int = 0
    kind: Int = 0
    if letters > i:
        every = some = np.int64(ASCII_CLASSES[97])
    i = letters
    while i < end:
        if data[i] < 0x80:  # without the calls
            following, kind = i + 1, np.int64(ASCII_CLASSES[data[i]])
        else:
            code, following = decode(data, i, end)
            kind = classes(code)
        if kind & SPACE:
            break
        every &= kind
        some |= kind
        i = following
    return i, letters, every, some


@inlined
def _pass_space(data: Bytes, i: Int, end: Int) -> tuple[Int, bool]:
    """Where white space ends, and whether it is a word by itself: all but one blank is, to spaCy."""
    if i + 1 < end and data[i] == _BLANK and _BLANK < data[i + 1] < 0x80:  # nearly always
        return i + 1, False
    start = i
    while i < end:
        code, following = decode(data, i, end)
        if not classes(code) & SPACE:
            break
        i = following
    return i, bool(i - start > 1 or (i > start and data[start] != _BLANK))


@inlined
def _piece_from(
    data: Bytes, i: Int, end: Int, codes: npt.NDArray[np.int32], bits: npt.NDArray[np.int32], at: npt.NDArray[np.int64]
) -> tuple[Int, Int]:
    """As `read_piece`, but it goes on at the white space, not behind it."""
    length, _ = read_piece(data, i, end, codes, bits, at)
    return length, at[length]


@inlined
def _role(bits: npt.NDArray[np.int32], start: Int, end: Int) -> int:
    if end - start == 1 and bits[start] & TERMINAL:
        return _MARK
    for k in range(start, end):
        if not bits[k] & PUNCTUAL:
            return _WORD
    return _NONE
