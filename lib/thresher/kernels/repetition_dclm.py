"""Gopher's repetition statistics as DCLM counts them: all occurrences of what repeats, segments stripped."""

from typing import Any

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit
from thresher.kernels.ngrams import Places, Small, begin_running, count_ngrams, workspace
from thresher.kernels.spans import Hashes, characters, hash_span, slot_of, strip_left, strip_right, table_size
from thresher.kernels.unicode import Bytes, Int

SEGMENTS = np.dtype([(n, np.int64) for n in ("segments", "characters", "repeated", "repeated_characters")])
NGRAMS = (2, 3, 4, 5, 6, 7, 8, 9, 10)
_TOP = 4  # up to here the most frequent n-gram counts, above it all that occur again
_NEWLINE = 0x0A


@njit
def count_segments(data: Bytes, offsets: npt.NDArray[np.int64], newlines: int) -> npt.NDArray[Any]:
    """Of each document, by `SEGMENTS`: what lies between so many newlines, stripped of white space, unless empty.

    `repeated` ones occur more than once, each occurrence counted; `characters` are code points.
    """
    out = np.zeros(len(offsets) - 1, SEGMENTS)
    for d in range(len(offsets) - 1):
        row, begin, end = out[d], offsets[d], offsets[d + 1]
        most = 1
        for i in range(begin, end):
            most += data[i] == _NEWLINE
        seen = np.zeros(table_size(most), np.uint64)
        times, length = np.zeros(len(seen), np.int64), np.zeros(len(seen), np.int64)
        while begin <= end:
            stop = _segment_end(data, begin, end, newlines)
            left = strip_left(data, begin, stop)
            right = strip_right(data, left, stop)
            if left < right:
                key = hash_span(data, left, right) | np.uint64(1)
                slot = slot_of(seen, key)
                seen[slot], length[slot] = key, characters(data, left, right)
                times[slot] += 1
                row.segments += 1
                row.characters += length[slot]
            begin = stop + newlines
        for at in range(len(seen)):
            if times[at] > 1:
                row.repeated += times[at]
                row.repeated_characters += times[at] * length[at]
    return out


@inlined
def _segment_end(data: Bytes, i: Int, end: Int, newlines: int) -> Int:
    """Where the next run of so many newlines begins, else the end; of a longer run the first ones end the segment."""
    run = 0
    while i < end:
        run = run + 1 if data[i] == _NEWLINE else 0
        i += 1
        if run == newlines:
            return i - newlines
    return end


@njit
def ngram_shares(first: Places, chars: Small, hashes: Hashes) -> npt.NDArray[np.float64]:
    """A row per document, a column for each of `NGRAMS`; NaN where the document has fewer words than n.

    For 2, 3 and 4 what the most frequent n-gram (of several, the longest) covers of all words' code points, overlaps
    counted twice, or 0 where none repeats; from 5 on the share of words in n-grams that occur more than once.
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
            most, _ = count_ngrams(running, n_words, n, again, slots, seen, counts)
            covered, end = np.int64(0), 0
            for w in range(n_words - n + 1):
                if not again[w]:
                    continue
                if n <= _TOP:
                    if counts[slots[w]] == most:
                        covered = max(covered, np.int64(most) * (ends[w + n] - ends[w]))
                else:
                    covered += ends[w + n] - ends[max(w, end)]
                    end = w + n
            out[d, k] = covered / np.int64(ends[n_words])
    return out
