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
from thresher.kernels.clitics import FRENCH, ROMANIAN
from thresher.kernels.eight_bytes import eight
from thresher.kernels.jit import inlined, njit
from thresher.kernels.plain_pieces import BLANK, letters_end, plain_piece, read, simple_end
from thresher.kernels.spans import hash_few, hash_span
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
    """Most pieces are ASCII letters, and one sign or none; most others are plain, and the rules cut what is left."""
    size = offsets[-1] - offsets[0] + 2  # pages that are never written are never there
    first = np.zeros(len(offsets), np.int64)
    chars, hashes, kinds = np.empty(size, np.int32), np.empty(size, np.uint64), np.empty(size, np.uint8)
    codes, bits = np.empty(LONGEST, np.int32), np.empty(LONGEST, np.int32)
    at, cuts = np.empty(LONGEST + 1, np.int64), np.empty(LONGEST + 1, np.int64)
    n: Int = 0
    for d in range(len(offsets) - 1):
        i: Int = offsets[d]
        end = offsets[d + 1]
        shorter = not rules[d] & (FRENCH | ROMANIAN)  # the shorter ways know nothing of these languages' abbreviations
        while i < end:
            start, most = i, min(i + LONGEST, end)
            stop = letters_end(data, start, most)
            if stop == end or BLANK[data[stop]]:
                chars[n], hashes[n], kinds[n] = stop - start, _hash_word(data, start, stop), LETTERED
                n += stop > start
                i = stop + 1
                continue
            ends = stop > start and (stop + 1 == end or BLANK[data[stop + 1]])
            if shorter and ends and simple_end(data, start, stop):
                chars[n], hashes[n], kinds[n] = stop - start, _hash_word(data, start, stop), LETTERED
                chars[n + 1], hashes[n + 1], kinds[n + 1] = 1, hash_few(np.uint64(data[stop]), 1), SYMBOLIC
                n, i = n + 2, stop + 2
                continue
            if shorter:
                n, i = _add_plain(data, start, stop, most, end, chars, hashes, kinds, n)
            if i > start:
                continue
            length, i = read_piece(data, start, end, codes, bits, at)
            for w in range(cut_piece(codes, bits, length, cuts, rules[d])):
                chars[n], kinds[n] = cuts[w + 1] - cuts[w], _kind(bits, cuts[w], cuts[w + 1])
                hashes[n] = hash_span(data, at[cuts[w]], at[cuts[w + 1]])
                n += 1
        first[d + 1] = n
    return first, chars[:n], hashes[:n], kinds[:n]


@inlined
def _hash_word(data: Bytes, start: Int, end: Int) -> np.uint64:
    """`hash_span` of most words at once."""
    if end - start < 8 and start + 8 <= len(data):
        return hash_few(eight(data, start), end - start)
    return hash_span(data, start, end)


@inlined
def _add_plain(
    data: Bytes,
    start: Int,
    letters: Int,
    most: Int,
    end: Int,
    chars: npt.NDArray[np.int32],
    hashes: npt.NDArray[np.uint64],
    kinds: npt.NDArray[np.uint8],
    n: Int,
) -> tuple[Int, Int]:
    """Add the words of a plain piece; the number of words, and where to go on: at `start` where it is none.

    It begins with ASCII letters up to byte `letters`, and is looked at up to byte `most`.
    """
    begin, stop, length, after = plain_piece(data, start, letters, most)
    if after == start or not (after == end or BLANK[data[after]]):
        return n, start
    n = _add_signs(data, start, begin, chars, hashes, kinds, n)
    chars[n], hashes[n] = length, hash_span(data, begin, stop)
    kinds[n] = 0 if 48 <= data[begin] <= 57 else LETTERED
    n = _add_signs(data, stop, after, chars, hashes, kinds, n + 1)
    return n, after + 1


@inlined
def _add_signs(
    data: Bytes,
    i: Int,
    end: Int,
    chars: npt.NDArray[np.int32],
    hashes: npt.NDArray[np.uint64],
    kinds: npt.NDArray[np.uint8],
    n: Int,
) -> Int:
    """Each code point of a span as word n and following; returns the number of words."""
    while i < end:
        _, kind, following = read(data, i, end)
        chars[n], hashes[n] = 1, hash_span(data, i, following)
        kinds[n] = (SYMBOLIC if kind & PUNCTUATION else 0) | (LETTERED if kind & ALPHABETIC else 0)
        n, i = n + 1, following
    return n


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
