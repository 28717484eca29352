"""Finds how much of a text its repeated word n-grams cover, as Gopher's repetition rules ask.

An n-gram's hash is a difference of two running hashes, so each costs the same whatever n is. The sets are open tables
of 64-bit hashes, cleared for each document and n, no larger than the document needs.
"""

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import njit
from thresher.kernels.spans import Hashes, is_new, slot_of, table_size
from thresher.kernels.unicode import Int

TOP, DUPLICATED = (2, 3, 4), (5, 6, 7, 8, 9, 10)
_BASE = np.uint64(0xD6E8FEB86659FD93)


@njit
def ngrams(first: npt.NDArray[np.int64], chars: npt.NDArray[np.int32], hashes: Hashes) -> npt.NDArray[np.int64]:
    """A row per document: the characters of its most frequent 2, 3, 4-gram, then of its repeated 5 … 10-grams.

    Spaces between the words count in the first three, which are -1 where the document has fewer words than n.
    """
    out = np.zeros((len(first) - 1, 9), np.int64)
    longest = np.max(first[1:] - first[:-1]) if len(first) > 1 else 0
    running, ends = np.zeros(longest + 1, np.uint64), np.zeros(longest + 1, np.int64)
    seen, counts = np.zeros(table_size(longest), np.uint64), np.zeros(table_size(longest), np.int32)
    for d in range(len(first) - 1):
        n_words = first[d + 1] - first[d]
        for w in range(n_words):
            running[w + 1] = running[w] * _BASE + hashes[first[d] + w]
            ends[w + 1] = ends[w] + chars[first[d] + w]
        size = table_size(n_words)
        for k in range(3):
            seen[:size] = 0
            counts[:size] = 0
            out[d, k] = _most_frequent(running, ends, n_words, TOP[k], seen[:size], counts[:size])
        for k in range(6):
            seen[:size] = 0
            out[d, 3 + k] = _repeated(running, ends, n_words, DUPLICATED[k], seen[:size])
    return out


@njit
def _power(n: int) -> np.uint64:
    power = np.uint64(1)
    for _ in range(n):
        power *= _BASE
    return power


@njit
def _most_frequent(
    running: Hashes, ends: npt.NDArray[np.int64], n_words: Int, n: int, seen: Hashes, counts: npt.NDArray[np.int32]
) -> int:
    """Characters of all occurrences of the most frequent n-gram, overlaps included; of several, the one seen first."""
    if n_words < n:
        return -1
    power, most = _power(n), 0
    for w in range(n_words - n + 1):
        key = (running[w + n] - running[w] * power) | np.uint64(1)
        slot = slot_of(seen, key)
        seen[slot] = key
        counts[slot] += 1
        most = max(most, counts[slot])
    for w in range(n_words - n + 1):
        key = (running[w + n] - running[w] * power) | np.uint64(1)
        if counts[slot_of(seen, key)] == most:
            return int(most * (ends[w + n] - ends[w] + n - 1))
    return 0


@njit
def _repeated(running: Hashes, ends: npt.NDArray[np.int64], n_words: Int, n: int, seen: Hashes) -> int:
    """Characters of n-grams that came before, without overlap: after a repeated one the search goes on behind it."""
    power, w, characters = _power(n), 0, 0
    while w < n_words - n + 1:
        if is_new(seen, running[w + n] - running[w] * power):
            w += 1
        else:
            characters += ends[w + n] - ends[w]
            w += n
    return characters
