"""Gopher's statistics as dolma counts them: every occurrence of what repeats, the first one included.

That is where it departs from the reading in `repeats` and `ngrams`: there a line or an n-gram repeats from its second
occurrence on, here all of its occurrences do, and an n-gram's characters are its words' alone.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import njit
from thresher.kernels.ngrams import Places, Small, begin_running, count_ngrams, workspace
from thresher.kernels.segment import LETTERED
from thresher.kernels.spans import Hashes, characters, hash_span, slot_of, table_size
from thresher.kernels.unicode import Bytes
from thresher.kernels.whitespace import SIGNED

WORDS = np.dtype([(n, np.int64) for n in ("words", "characters", "lettered", "signed", "stop_words", "twice_median")])
LINES = np.dtype([(n, np.int64) for n in ("lines", "bullets", "ellipsis_ends", "repeated", "repeated_characters")])
NGRAMS = (2, 3, 4, 5, 6, 7, 8, 9, 10)
_TOP = 4  # up to here the most frequent n-gram counts, above it all that occur again
_NEWLINE, _STAR, _HYPHEN = 0x0A, 0x2A, 0x2D


@njit
def count_words(
    first: Places, chars: Small, hashes: Hashes, kinds: npt.NDArray[np.uint8], stop_words: Hashes
) -> npt.NDArray[Any]:
    """Of each document, by `WORDS`: its words and their code points, how many have a letter or a sign.

    `stop_words` counts occurrences. `twice_median` is the sum of the two middle lengths, 0 without words.
    """
    out = np.zeros(len(first) - 1, WORDS)
    for d in range(len(first) - 1):
        row, n = out[d], first[d + 1] - first[d]
        row.words = n
        for w in range(first[d], first[d + 1]):
            row.characters += chars[w]
            row.lettered += kinds[w] & LETTERED != 0
            row.signed += kinds[w] & SIGNED != 0
            if chars[w] <= 4:
                for s in range(len(stop_words)):
                    row.stop_words += hashes[w] == stop_words[s]
        if n:
            lengths = np.sort(chars[first[d] : first[d + 1]])
            row.twice_median = np.int64(lengths[(n - 1) // 2]) + np.int64(lengths[n // 2])
    return out


@njit
def count_lines(data: Bytes, offsets: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Of each document, by `LINES`: what lies between newlines, empty lines included.

    `bullets` begin with `*` or `-`, `ellipsis_ends` end with the one-character ellipsis; `repeated` lines occur more
    than once, each occurrence counted, and `repeated_characters` are their code points.
    """
    out = np.zeros(len(offsets) - 1, LINES)
    for d in range(len(offsets) - 1):
        row, start, end = out[d], offsets[d], offsets[d + 1]
        row.lines = 1
        for i in range(start, end):
            row.lines += data[i] == _NEWLINE
        seen = np.zeros(table_size(row.lines), np.uint64)
        times, length = np.zeros(len(seen), np.int64), np.zeros(len(seen), np.int64)
        begin = start
        for i in range(start, end + 1):
            if i < end and data[i] != _NEWLINE:
                continue
            if i > begin:
                row.bullets += data[begin] == _STAR or data[begin] == _HYPHEN
                row.ellipsis_ends += i - begin >= 3 and _ends_in_ellipsis(data, i)
            key = hash_span(data, begin, i) | np.uint64(1)
            slot = slot_of(seen, key)
            seen[slot], length[slot] = key, characters(data, begin, i)
            times[slot] += 1
            begin = i + 1
        for at in range(len(seen)):
            if times[at] > 1:
                row.repeated += times[at]
                row.repeated_characters += times[at] * length[at]
    return out


@njit
def _ends_in_ellipsis(data: Bytes, end: int) -> bool:
    return bool(data[end - 3] == 0xE2 and data[end - 2] == 0x80 and data[end - 1] == 0xA6)


@njit
def ngram_shares(first: Places, chars: Small, hashes: Hashes) -> npt.NDArray[np.float64]:
    """A row per document, a column for each of `NGRAMS`; NaN where the document has fewer words than n.

    For 2, 3 and 4 what all occurrences of the most frequent n-gram cover of all words' code points, overlaps counted
    twice; from 5 on the share that n-grams which occur more than once have of the code points of all n-grams.
    """
    out = np.full((len(first) - 1, len(NGRAMS)), np.nan)
    running, ends, again, slots, seen, counts = workspace(first)
    for d in range(len(first) - 1):
        n_words = first[d + 1] - first[d]
        begin_running(first[d], n_words, chars, hashes, running, ends)
        again[:n_words] = True
        for k in range(len(NGRAMS)):
            n = NGRAMS[k]
            if n_words < n:
                break
            most, place = count_ngrams(running, n_words, n, again, slots, seen, counts)
            if n <= _TOP:
                out[d, k] = most * np.int64(ends[place + n] - ends[place]) / max(np.int64(ends[n_words]), np.int64(1))
            else:
                repeated, whole = np.int64(0), np.int64(0)
                for w in range(n_words - n + 1):
                    whole += ends[w + n] - ends[w]
                    repeated += ends[w + n] - ends[w] if again[w] else 0
                out[d, k] = repeated / max(whole, np.int64(1))
    return out
