"""Counts words by kind: what Gopher's quality rules need beyond lines."""

from typing import Any

import numpy as np
import numpy.typing as npt

from thresher.kernels.eight_bytes import ones
from thresher.kernels.jit import njit
from thresher.kernels.segment import LETTERED, SYMBOLIC
from thresher.kernels.spans import hash_span
from thresher.kernels.unicode import Int

STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
COUNTS = np.dtype([(n, np.int64) for n in ("tokens", "words", "word_characters", "lettered", "stop_words")])


@njit
def counts(
    first: npt.NDArray[np.int64],
    chars: npt.NDArray[np.int32],
    hashes: npt.NDArray[np.uint64],
    kinds: npt.NDArray[np.uint8],
    stop_words: npt.NDArray[np.uint64],
) -> npt.NDArray[Any]:
    """Of each document, by `COUNTS`: all tokens; those that are not punctuation alone; their code points.

    `lettered` tokens have a letter; `stop_words` says how many of at most 63 stop words occur.
    """
    out = np.zeros(len(first) - 1, COUNTS)
    mask = np.uint64(0)  # of a stop word's hash the low six bits, as one bit: it spares most comparisons
    for stop_word in stop_words:
        mask |= np.uint64(1) << (stop_word & np.uint64(63))
    for d in range(len(first) - 1):
        words: Int = 0  # sums in the row would each wait for the one before to be written
        word_characters: Int = 0
        found = lettered = 0
        for w in range(first[d], first[d + 1]):
            worded: Int = np.int64(kinds[w] & SYMBOLIC == 0)
            words += worded
            word_characters += worded * chars[w]
            lettered += kinds[w] & LETTERED != 0
            if mask >> (hashes[w] & np.uint64(63)) & np.uint64(1) and chars[w] <= 4:
                for s in range(len(stop_words)):
                    found |= (hashes[w] == stop_words[s]) << s
        row = out[d]
        row.tokens, row.words, row.word_characters = first[d + 1] - first[d], words, word_characters
        row.lettered, row.stop_words = lettered, ones(np.uint64(found))
    return out


def stop_word_hashes() -> npt.NDArray[np.uint64]:
    """The hashes of `STOP_WORDS` as `segment` gives them; comparison is by case, as in datatrove."""
    texts = (np.frombuffer(word.encode(), np.uint8) for word in STOP_WORDS)
    return np.array([hash_span(text, 0, len(text)) for text in texts], np.uint64)
