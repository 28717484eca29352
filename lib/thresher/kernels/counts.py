"""Counts words by kind: what Gopher's quality rules need beyond lines."""

from typing import Any

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import njit
from thresher.kernels.segment import LETTERED, SYMBOLIC
from thresher.kernels.spans import hash_span

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
    for d in range(len(first) - 1):
        row, found = out[d], 0
        for w in range(first[d], first[d + 1]):
            if not kinds[w] & SYMBOLIC:
                row.words += 1
                row.word_characters += chars[w]
            if kinds[w] & LETTERED:
                row.lettered += 1
                if chars[w] <= 4:
                    for s in range(len(stop_words)):
                        found |= (hashes[w] == stop_words[s]) << s
        row.tokens = first[d + 1] - first[d]
        while found:
            found &= found - 1
            row.stop_words += 1
    return out


def stop_word_hashes() -> npt.NDArray[np.uint64]:
    """The hashes of `STOP_WORDS` as `segment` gives them; comparison is by case, as in datatrove."""
    texts = (np.frombuffer(word.encode(), np.uint8) for word in STOP_WORDS)
    return np.array([hash_span(text, 0, len(text)) for text in texts], np.uint64)
