"""Counts each document's stop words by a list of its own, and tells which documents are in Latin letters."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from thresher.kernels.arrow import utf8
from thresher.kernels.jit import njit
from thresher.kernels.segment import words_of
from thresher.kernels.spans import hash_span
from thresher.kernels.unicode import ALPHABETIC, Bytes, Int, classes, decode

Numbers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]


class StopWords(NamedTuple):
    """Lists of stop words: list s has the phrases `lists[s]` up to `lists[s + 1]`, phrase p the words of those numbers.

    `words[p]` is the number of the stop word that phrase p spells. `masks[s]` has the bit of the low six bits of each
    phrase's first hash: it spares most comparisons.
    """

    lists: Numbers
    phrases: Numbers
    words: Numbers
    hashes: Hashes
    masks: Hashes


def stop_words_of(lists: Sequence[Sequence[str]]) -> StopWords:
    """The lists; each stop word is met where it is a word, and where the words that it is cut into stand in a row.

    In a script without spaces these are its code points; `l'` is cut in two when it stands alone.

    >>> stop_words_of([["the", "of"], ["的", "可以"]]).phrases.tolist()
    [0, 1, 2, 3, 4, 6]
    """
    ends, phrases, words, hashes, masks = [0], [0], [], [], []
    number = 0
    for stop_words in lists:
        mask = 0
        for stop_word in dict.fromkeys(stop_words):
            for spelling in _spellings(stop_word):
                mask |= 1 << (spelling[0] & 63)
                hashes += spelling
                phrases.append(len(hashes))
                words.append(number)
            number += 1
        ends.append(len(words))
        masks.append(mask)
    lists_, phrases_, words_ = (np.array(column, np.int64) for column in (ends, phrases, words))
    return StopWords(lists_, phrases_, words_, np.array(hashes, np.uint64), np.array(masks, np.uint64))


def _spellings(stop_word: str) -> list[list[int]]:
    """The hashes of the one word, and of the words that it is cut into where these are others: `l'`, ` le`."""
    text = utf8(pa.array([stop_word]))
    whole = [int(hash_span(text.data, 0, text.offsets[1]))]
    cut = words_of(text).hashes.tolist()
    return [whole, cut] if cut and cut != whole else [whole]


@njit
def count_stop_words(
    first: Numbers,
    hashes: Hashes,
    chosen: Numbers,
    lists: Numbers,
    phrases: Numbers,
    words: Numbers,
    stop_hashes: Hashes,
    masks: Hashes,
) -> Numbers:
    """How many different stop words of list `chosen[d]` document d holds; 0 where that is -1.

    `first` and `hashes` are the documents' words, the last five are those of `StopWords`.
    """
    out, seen = np.zeros(len(chosen), np.int64), np.full(len(words), -1)
    for d in range(len(chosen)):
        s = chosen[d]
        if s < 0:
            continue
        for w in range(first[d], first[d + 1]):
            if not masks[s] >> (hashes[w] & np.uint64(63)) & np.uint64(1):
                continue
            for p in range(lists[s], lists[s + 1]):
                if hashes[w] == stop_hashes[phrases[p]] and seen[words[p]] != d:
                    length, k = phrases[p + 1] - phrases[p], 1
                    while k < length and w + k < first[d + 1] and hashes[w + k] == stop_hashes[phrases[p] + k]:
                        k += 1
                    if k == length:
                        seen[words[p]] = d
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
