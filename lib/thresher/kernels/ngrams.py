"""Finds how much of a text its repeated word n-grams cover, as Gopher's repetition rules ask.

Two things make it quick. An n-gram's hash is a difference of two running hashes, so each costs the same whatever n is.
And an n-gram can only occur twice where its first n - 1 words do: so 2-grams are counted everywhere, and longer ones
only where the shorter one occurs again, which in ordinary text is hardly anywhere from 5 words on.
"""

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit
from thresher.kernels.spans import Hashes, is_new, slot_of, table_size
from thresher.kernels.unicode import Int

TOP, DUPLICATED = (2, 3, 4), (5, 6, 7, 8, 9, 10)
Places = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
_BASE = np.uint64(0xD6E8FEB86659FD93)


@inlined
def workspace(first: Places) -> tuple[Hashes, Small, npt.NDArray[np.bool_], Small, Hashes, Small]:
    """The arrays that n-grams are counted in, long enough for each document: see `begin_running` and `count_ngrams`."""
    longest = np.max(first[1:] - first[:-1]) if len(first) > 1 else 0
    running, ends = np.zeros(longest + 1, np.uint64), np.zeros(longest + 1, np.int32)
    again, slots = np.zeros(longest, np.bool_), np.zeros(longest, np.int32)
    seen, counts = np.zeros(table_size(longest), np.uint64), np.zeros(table_size(longest), np.int32)
    return running, ends, again, slots, seen, counts


@njit
def ngrams(first: Places, chars: Small, hashes: Hashes) -> Places:
    """A row per document: the characters of its most frequent 2, 3, 4-gram, then of its repeated 5 … 10-grams.

    Spaces between the words count in the first three, which are -1 where the document has fewer words than n.
    """
    out = np.zeros((len(first) - 1, 9), np.int64)
    running, ends, again, slots, seen, counts = workspace(first)
    for d in range(len(first) - 1):
        n_words = first[d + 1] - first[d]
        begin_running(first[d], n_words, chars, hashes, running, ends)
        again[:n_words] = True
        for n in range(2, 6):
            most, place = count_ngrams(running, n_words, n, again, slots, seen, counts)
            if n < 5:
                out[d, n - 2] = np.int64(most) * (ends[place + n] - ends[place] + n - 1) if n_words >= n else -1
        if np.any(again[:n_words]):
            for n in range(5, 11):
                out[d, n - 2] = _repeated(running, ends, n_words, n, again, seen)
    return out


@njit
def begin_running(start: Int, n_words: Int, chars: Small, hashes: Hashes, running: Hashes, ends: Small) -> None:
    """Fill a document's running hashes and where its words end, in code points of words."""
    for w in range(n_words):
        running[w + 1] = running[w] * _BASE + hashes[start + w]
        ends[w + 1] = ends[w] + chars[start + w]


@njit
def _power(n: int) -> np.uint64:
    power = np.uint64(1)
    for _ in range(n):
        power *= _BASE
    return power


@njit
def count_ngrams(
    running: Hashes,
    n_words: Int,
    n: int,
    again: npt.NDArray[np.bool_],
    slots: Small,
    seen: Hashes,
    counts: Small,
) -> tuple[Int, Int]:
    """How often the most frequent n-gram occurs and where first: of several as frequent, the one that is seen first.

    `again` says where the (n - 1)-gram occurs more than once, and then where the n-gram does.
    """
    size = table_size(np.count_nonzero(again[:n_words]))
    table, counts = seen[:size], counts[:size]
    table[:] = 0
    counts[:] = 0
    power, most, place = _power(n), 1, 0
    again[max(n_words - n + 1, 0) : n_words] = False
    for w in range(n_words):
        if again[w]:
            key = (running[w + n] - running[w] * power) | np.uint64(1)
            slot = slot_of(table, key)
            table[slot] = key
            slots[w] = slot
            counts[slot] += 1
            most = max(most, counts[slot])
    for w in range(n_words - 1, -1, -1):
        if again[w]:
            again[w] = counts[slots[w]] > 1
            place = w if counts[slots[w]] == most else place
    return most, place if most > 1 else 0


@njit
def _repeated(running: Hashes, ends: Small, n_words: Int, n: int, again: npt.NDArray[np.bool_], seen: Hashes) -> Int:
    """Characters of n-grams that came before, without overlap: behind a repeated one the search goes on.

    Where `again` is false no such n-gram has come before, nor will come again.
    """
    table = seen[: table_size(np.count_nonzero(again[:n_words]))]
    table[:] = 0
    power, characters = _power(n), 0
    w = 0
    while w < n_words - n + 1:
        if not again[w] or is_new(table, running[w + n] - running[w] * power):
            w += 1
        else:
            characters += ends[w + n] - ends[w]
            w += n
    return characters
