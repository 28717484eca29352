"""Lines and paragraphs of documents: where each begins and ends, and a 64-bit hash of what it says.

Lines end at newlines alone, as in CCNet and dolma, so that a span is bytes and no table of line breaks can change it; a
carriage return belongs to its line. A paragraph is lines between blank ones. A blank line, white space alone, is no
unit and no part of a line: it is layout.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from thresher.kernels.hashing import encode, murmur3, normalise
from thresher.kernels.jit import inlined, njit
from thresher.kernels.spans import characters, strip_left, strip_right
from thresher.kernels.unicode import DECIMAL, Bytes, Int, classes, decode, lower

UNITS = ("line", "paragraph")
FORMS = ("exact", "folded", "ccnet")
_EXACT, _FOLDED, _ = range(len(FORMS))
_NEWLINE = 10

# `UNICODE_PUNCT` of cc_net/text_normalizer.py: CCNet knows no others, and none of ASCII's.
_CCNET_PUNCTUATION = "，。、„”“«»１」「《》´∶：？！（）；–—．～’…━〈〉【】％►"  # noqa: RUF001
_UNSAID = np.zeros(0x10000, np.bool_)
_UNSAID[[*range(32), *range(127, 160), *map(ord, _CCNET_PUNCTUATION)]] = True


@inlined
def _line_end(data: Bytes, i: Int, end: Int) -> Int:
    while i < end and data[i] != _NEWLINE:
        i += 1
    return i


@inlined
def _after_blank_lines(data: Bytes, i: Int, end: Int) -> Int:
    """Where the first line begins that is not blank, else the end."""
    while i < end:
        stop = _line_end(data, i, end)
        if strip_left(data, i, stop) < stop:
            return i
        i = min(stop + 1, end)
    return i


@inlined
def read_unit(data: Bytes, i: Int, end: Int, paragraph: bool) -> tuple[Int, Int, Int]:
    r"""The first unit from byte i on, where a line begins: where it begins, where it ends and what is cut with it ends.

    A line is cut with its newline, a paragraph with that and the blank lines after it. Where no unit is left, it begins
    at the end.

    >>> text = np.frombuffer(b"\none\ntwo\n\nsix", np.uint8)
    >>> read_unit(text, 0, 13, False), read_unit(text, 0, 13, True), read_unit(text, 13, 13, True)
    ((1, 4, 5), (1, 8, 10), (13, 13, 13))
    """
    begin = _after_blank_lines(data, i, end)
    stop = _line_end(data, begin, end)
    following = min(stop + 1, end)
    if paragraph:
        while following < end:
            line = _line_end(data, following, end)
            if strip_left(data, following, line) == line:
                break
            stop = line
            following = min(stop + 1, end)
        following = _after_blank_lines(data, following, end)
    return begin, stop, following


@njit
def ccnet_form(data: Bytes, start: Int, end: Int, out: Bytes) -> int:
    """Write a unit to `out` as CCNet compares it; returns its size.

    `normalize_for_dedup` of https://github.com/facebookresearch/cc_net: trimmed, in lower case (one character for one,
    by the package's table), decimal digits as 0, without control characters and 34 marks of punctuation. Accents stay,
    which the paper says go.

    >>> text, out = np.frombuffer("  Été 2019…  ".encode(), np.uint8), np.empty(40, np.uint8)
    >>> bytes(out[: ccnet_form(text, 0, len(text), out)]).decode()
    'été 0000'
    """
    n: int = 0
    i = strip_left(data, start, end)
    end = strip_right(data, i, end)
    while i < end:
        code, following = decode(data, i, end)
        if classes(code) & DECIMAL:
            out[n] = 48
            n += 1
        elif code >= 0x10000 or not _UNSAID[code]:
            lowered = lower(code)
            if lowered != code:
                n = encode(lowered, out, n)
            else:
                for k in range(i, following):
                    out[n] = data[k]
                    n += 1
        i = following
    return n


@njit
def _form(data: Bytes, start: Int, end: Int, form: int, out: Bytes) -> int:
    if form == _FOLDED:
        return normalise(data, start, end, out)
    if form == _EXACT:
        out[: end - start] = data[start:end]
        return int(end - start)
    return ccnet_form(data, start, end, out)


@njit
def _most_units(data: Bytes, offsets: npt.NDArray[np.int64]) -> int:
    n = len(offsets)
    for i in range(offsets[0], offsets[-1]):
        n += data[i] == _NEWLINE
    return n


@njit
def units(
    data: Bytes, offsets: npt.NDArray[np.int64], paragraph: bool, form: int, shortest: int
) -> tuple[Any, Any, Any, Any, Any]:
    r"""The units of each document that have at least `shortest` characters in a form, an index into `FORMS`.

    Document d has the units `first[d]` to `first[d + 1]` of three arrays: where what is cut with a unit begins, in
    bytes of the document, how many bytes it has, and the first half of the form's MurmurHash3 (x64, 128 bits, seed 0).
    Among n different units n²/2⁶⁵ pairs with one hash are expected: 3 among 10¹⁰. Last, how many bytes all units of
    each document have, the short ones too.

    >>> text = np.frombuffer(b"Home\n\nhome \nAbout", np.uint8)
    >>> first, starts, sizes, hashes, whole = units(text, np.array([0, 6, 17]), False, FORMS.index("folded"), 1)
    >>> first.tolist(), starts.tolist(), sizes.tolist(), whole.tolist()
    ([0, 1, 3], [0, 0, 6], [5, 6, 5], [5, 11])
    >>> len(set(hashes.tolist()))
    2
    """
    most = _most_units(data, offsets)
    first, whole = np.zeros(len(offsets), np.int64), np.zeros(len(offsets) - 1, np.int64)
    blocks, n = np.empty(64, np.uint64), 0
    starts, sizes, hashes = np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int64)
    for d in range(len(offsets) - 1):
        following, end = offsets[d], offsets[d + 1]
        while following < end:
            begin, stop, following = read_unit(data, following, end, paragraph)
            if begin == end:
                break
            whole[d] += following - begin
            needed = (stop - begin + (stop - begin) // 2) // 8 + 4
            if needed > len(blocks):
                blocks = np.empty(2 * needed, np.uint64)
            out = blocks.view(np.uint8)
            size = _form(data, begin, stop, form, out)
            if shortest > 1 and characters(out, 0, size) < shortest:
                continue
            out[size : size + 16] = 0
            starts[n], sizes[n] = begin - offsets[d], following - begin
            hashes[n] = np.int64(murmur3(blocks, size, 0)[0])
            n += 1
        first[d + 1] = n
    return first, starts[:n], sizes[:n], hashes[:n], whole
