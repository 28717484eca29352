"""Counts each document's stop words by a list of its own, and tells which documents are in Latin letters."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from thresher.kernels.arrow import utf8
from thresher.kernels.jit import njit
from thresher.kernels.segment import words_of
from thresher.kernels.unicode import ALPHABETIC, Bytes, Int, classes, decode

Numbers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]


class StopWords(NamedTuple):
    """Lists of stop words: list s has the phrases `lists[s]` up to `lists[s + 1]`, phrase p the words of those numbers.

    `masks[s]` has the bit of the low six bits of each phrase's first hash: it spares most comparisons.
    """

    lists: Numbers
    phrases: Numbers
    hashes: Hashes
    masks: Hashes


def stop_words_of(lists: Sequence[Sequence[str]]) -> StopWords:
    """The lists, each stop word cut into words as `segment` cuts a text.

    In a script without spaces that is one for each code point, and `l'` is two: such a stop word is met where its words
    stand in a row.

    >>> stop_words_of([["the", "of"], ["的", "可以"]]).phrases.tolist()
    [0, 1, 2, 3, 5]
    """
    distinct = [list(dict.fromkeys(words)) for words in lists]
    cut = words_of(utf8(pa.array([word for words in distinct for word in words], pa.string())))
    ends = np.cumsum([0, *map(len, distinct)], dtype=np.int64)
    masks = [_mask(cut.hashes, cut.first[start:end]) for start, end in pairwise(ends)]
    return StopWords(ends, cut.first, cut.hashes, np.array(masks, np.uint64))


def _mask(hashes: Hashes, firsts: Numbers) -> int:
    mask = 0
    for first in firsts:
        mask |= 1 << (int(hashes[first]) & 63)
    return mask


@njit
def count_stop_words(
    first: Numbers,
    hashes: Hashes,
    chosen: Numbers,
    lists: Numbers,
    phrases: Numbers,
    stop_hashes: Hashes,
    masks: Hashes,
) -> Numbers:
    """How many different stop words of list `chosen[d]` document d holds; 0 where that is -1.

    `first` and `hashes` are the documents' words, the last four are those of `StopWords`.
    """
    out, seen = np.zeros(len(chosen), np.int64), np.full(len(phrases), -1)
    for d in range(len(chosen)):
        s = chosen[d]
        if s < 0:
            continue
        for w in range(first[d], first[d + 1]):
            if not masks[s] >> (hashes[w] & np.uint64(63)) & np.uint64(1):
                continue
            for p in range(lists[s], lists[s + 1]):
                if hashes[w] == stop_hashes[phrases[p]] and seen[p] != d:
                    length, k = phrases[p + 1] - phrases[p], 1
                    while k < length and w + k < first[d + 1] and hashes[w + k] == stop_hashes[phrases[p] + k]:
                        k += 1
                    if k == length:
                        seen[p] = d
                        out[d] += 1
    return out


@njit
def latin(data: Bytes, offsets: Numbers, asked: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Of the documents asked for: whether more than half of the letters are Latin; false for the others."""
    out = np.zeros(len(asked), np.bool_)
    for d in range(len(asked)):
        i: Int = offsets[d]
        end, letters, of_latin = offsets[d + 1], 0, 0
        while asked[d] and i < end:
            code, i = decode(data, i, end)
            if classes(code) & ALPHABETIC:
                letters += 1
                if code < 0x250 or 0x1E00 <= code < 0x1F00:
                    of_latin += 1
        out[d] = 2 * of_latin > letters
    return out
