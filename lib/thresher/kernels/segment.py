"""Cuts text into words: what the statistics of Gopher, FineWeb and our sizes count.

A word is what an English tokenizer gives (spaCy's, as datatrove uses it): text is cut at white space; punctuation at
either end of a piece becomes words of its own, and so do symbols, hyphens and commas between letters; contractions
lose their tail (do | n't, we | 'll); addresses of the web stay whole. In scripts without spaces each code point is a
word. A piece without white space is cut every `LONGEST` code points, so that memory is bounded.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from thresher.kernels.affixes import cut_piece
from thresher.kernels.arrow import Utf8
from thresher.kernels.jit import inlined, njit
from thresher.kernels.spans import hash_span
from thresher.kernels.unicode import ALPHABETIC, ASCII_CLASSES, PUNCTUATION, SPACE, Bytes, Int, classes, decode

LONGEST = 1 << 16
SYMBOLIC = 1 << 0  # all its characters are punctuation: not a word in Gopher's sense
LETTERED = 1 << 1  # at least one character is alphabetic


class Words(NamedTuple):
    """The words of many documents: those of document d are `first[d]` up to `first[d + 1]`, in order."""

    first: npt.NDArray[np.int64]
    chars: npt.NDArray[np.int32]
    hashes: npt.NDArray[np.uint64]
    kinds: npt.NDArray[np.uint8]


def words_of(text: Utf8, rules: npt.NDArray[np.uint8] | None = None) -> Words:
    """The words of each document; `rules` says for each in which of `affixes`' rules its language is not as English.

    >>> import pyarrow as pa
    >>> from thresher.kernels.arrow import utf8
    >>> words_of(utf8(pa.array(["Don't stop, it's 中文!"]))).chars.tolist()
    [2, 3, 4, 1, 2, 2, 1, 1, 1]
    """
    english = np.zeros(len(text.offsets) - 1, np.uint8)
    return Words(*_words(text.data, text.offsets, english if rules is None else rules))


@njit
def _words(data: Bytes, offsets: npt.NDArray[np.int64], rules: npt.NDArray[np.uint8]) -> tuple[Any, Any, Any, Any]:
    size = offsets[-1] - offsets[0] + 1  # pages that are never written are never there
    first = np.zeros(len(offsets), np.int64)
    chars, hashes, kinds = np.empty(size, np.int32), np.empty(size, np.uint64), np.empty(size, np.uint8)
    codes, bits = np.empty(LONGEST, np.int32), np.empty(LONGEST, np.int32)
    at, cuts = np.empty(LONGEST + 1, np.int64), np.empty(LONGEST + 1, np.int64)
    n = 0
    for d in range(len(offsets) - 1):
        i, end = offsets[d], offsets[d + 1]
        while i < end:
            start, most = i, min(i + LONGEST, end)
            while i < most and 97 <= (data[i] | 32) <= 122:
                i += 1
            comma = start < i < most and simple_end(data, start, i)
            stop = i + comma
            if stop == end or data[stop] == 32 or data[stop] == 10:  # ASCII letters only, and one comma: most words
                if i > start:
                    chars[n], hashes[n], kinds[n] = i - start, hash_span(data, start, i), LETTERED
                    n += 1
                if comma:
                    chars[n], hashes[n], kinds[n] = 1, hash_span(data, i, stop), SYMBOLIC
                    n += 1
                i = stop + 1
                continue
            length, i = read_piece(data, start, end, codes, bits, at)
            for w in range(cut_piece(codes, bits, length, cuts, rules[d])):
                chars[n], kinds[n] = cuts[w + 1] - cuts[w], _kind(bits, cuts[w], cuts[w + 1])
                hashes[n] = hash_span(data, at[cuts[w]], at[cuts[w + 1]])
                n += 1
        first[d + 1] = n
    return first, chars[:n], hashes[:n], kinds[:n]


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
def read_piece(
    data: Bytes,
    i: Int,
    end: Int,
    codes: npt.NDArray[np.int32],
    bits: npt.NDArray[np.int32],
    at: npt.NDArray[np.int64],
) -> tuple[Int, Int]:
    """Decode up to the next white space; how many code points there are, and where to go on."""
    length = 0
    code: Int = 0
    kind: Int = 0
    while i < end and length < LONGEST:
        if data[i] < 0x80:  # without the calls: this is the inner loop of all words with punctuation
            code, following, kind = np.int64(data[i]), i + 1, np.int64(ASCII_CLASSES[data[i]])
        else:
            code, following = decode(data, i, end)
            kind = classes(code)
        if kind & SPACE:
            at[length] = i
            return length, following
        codes[length], bits[length], at[length] = code, kind, i
        length += 1
        i = following
    at[length] = i
    return length, i


@inlined
def _kind(bits: npt.NDArray[np.int32], start: Int, end: Int) -> int:
    every, some = PUNCTUATION, 0
    for k in range(start, end):
        every &= bits[k]
        some |= bits[k]
    return (SYMBOLIC if every else 0) | (LETTERED if some & ALPHABETIC else 0)
