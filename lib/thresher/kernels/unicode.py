"""Decodes UTF-8 inside the kernels, and says what kind of character a code point is.

The tables ship with the package (`tools/make_unicode_table.py` writes them, Unicode 15.1), so that results do not
depend on the Python version. A table is flat: for each block of 128 code points where its entries begin, then the
entries, ASCII's first.
"""

from importlib.resources import files
from io import BytesIO
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined

WORD = 1 << 0  # what `\w` of `re` matches
MARK = 1 << 1  # combining marks and joiners: they extend the word that they follow (UAX #29)
ALPHABETIC = 1 << 2  # str.isalpha
SPACE = 1 << 3  # str.isspace
PUNCTUATION = 1 << 4  # datatrove's PUNCTUATION_SET, which includes control characters
TERMINAL = 1 << 5  # ends a sentence, in any script
SPACELESS = 1 << 6  # letters of scripts without spaces: each is a word (Han, Kana, Thai, Lao, Khmer, Myanmar)
EDGE = 1 << 7  # a token of its own at either end of a word: quotes, brackets, commas, symbols
QUOTE = 1 << 8
HYPHEN = 1 << 9
SYMBOL = 1 << 10  # a token of its own anywhere: pictographs and the ellipsis
CURRENCY = 1 << 11
UPPER = 1 << 12  # of `LETTER` those in upper case, and those of scripts without case
LOWER = 1 << 13  # of `LETTER` those in lower case, and those of scripts without case
LINE_BREAK = 1 << 14  # where str.splitlines cuts
PUNCTUAL = 1 << 15  # of Unicode's category P
DECIMAL = 1 << 16  # str.isdecimal: what `\d` of `re` matches
DIGIT = 1 << 17  # str.isdigit: the decimals, and digits that are raised, lowered or in circles
CAPITAL = 1 << 18  # str.isupper
LETTER = 1 << 19  # spaCy's letters: those of some scripts, and of scripts without case all code points
SMALL = 1 << 20  # str.islower

Bytes: TypeAlias = npt.NDArray[np.uint8]
Int: TypeAlias = int | np.signedinteger[Any]

_STARTS = 0x110000 // 128


def load_table(name: str) -> npt.NDArray[Any]:
    """A table that ships with the package."""
    table: npt.NDArray[Any] = np.load(BytesIO(files("thresher.kernels").joinpath(name).read_bytes()))
    return table


_CLASSES, _LOWER = load_table("unicode_classes.npy"), load_table("unicode_lower.npy")
ASCII_CLASSES = _CLASSES[_STARTS : _STARTS + 128]


@inlined
def decode(data: Bytes, i: Int, end: Int) -> tuple[Int, Int]:
    r"""The code point at byte `i`, and where the next one begins; reads no byte at or after `end` and always advances.

    Each byte that belongs to no valid UTF-8 sequence counts as one U+FFFD.

    >>> data = np.frombuffer("é€".encode() + b"\xff", np.uint8)
    >>> decode(data, 0, 6), decode(data, 2, 6), decode(data, 5, 6)
    ((233, 2), (8364, 5), (65533, 6))
    """
    at = np.uintp(i)  # see `index` in `spans`
    a = np.int64(data[at])
    if a < 0x80:
        return a, i + 1
    if 0xC2 <= a < 0xE0 and i + 1 < end:
        b = np.int64(data[at + np.uintp(1)])
        if b & 0xC0 == 0x80:
            return (a & 0x1F) << 6 | b & 0x3F, i + 2
    elif 0xE0 <= a < 0xF0 and i + 2 < end:
        b, c = np.int64(data[at + np.uintp(1)]), np.int64(data[at + np.uintp(2)])
        code = (a & 0x0F) << 12 | (b & 0x3F) << 6 | c & 0x3F
        if b & 0xC0 == 0x80 and c & 0xC0 == 0x80 and code >= 0x800 and not 0xD800 <= code < 0xE000:
            return code, i + 3
    elif 0xF0 <= a < 0xF5 and i + 3 < end:
        b, c, d = np.int64(data[at + np.uintp(1)]), np.int64(data[at + np.uintp(2)]), np.int64(data[at + np.uintp(3)])
        code = (a & 0x07) << 18 | (b & 0x3F) << 12 | (c & 0x3F) << 6 | d & 0x3F
        if b & 0xC0 == 0x80 and c & 0xC0 == 0x80 and d & 0xC0 == 0x80 and 0x10000 <= code < 0x110000:
            return code, i + 4
    return np.int64(0xFFFD), i + 1


@inlined
def classes(code: Int) -> Int:
    """The class bits of a code point below 0x110000.

    >>> bool(classes(ord("é")) & ALPHABETIC), bool(classes(ord("中")) & SPACELESS), bool(classes(0x0301) & WORD)
    (True, True, False)
    """
    if code < 128:
        return np.int64(_CLASSES[np.uintp(_STARTS + code)])
    return np.int64(_CLASSES[np.uintp(_CLASSES[np.uintp(code >> 7)]) + np.uintp(code & 127)])


@inlined
def is_word(code: Int) -> bool:
    r"""Whether a code point is part of a word: what `\w` matches, and the marks and joiners that extend it."""
    return bool(classes(code) & (WORD | MARK))


@inlined
def is_spaceless(code: Int) -> bool:
    """Whether a code point belongs to a script without spaces, where each code point counts as a word.

    Its combining marks count too; whoever segments attaches them or not.
    """
    return bool(classes(code) & SPACELESS)


@inlined
def lower(code: Int) -> Int:
    """The lower case of a code point, where that is one code point, else the code point itself (U+0130).

    >>> chr(lower(ord("Ä"))), chr(lower(ord("中")))
    ('ä', '中')
    """
    if code < 128:
        return code + 32 if 65 <= code <= 90 else code
    return code + np.int64(_LOWER[np.uintp(_LOWER[np.uintp(code >> 7)]) + np.uintp(code & 127)])
