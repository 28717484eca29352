"""C4's line rules in one pass: what they leave of each document, and how many lines fell to which.

Two kernels for four dialects. `c4_lines` is TFDS's `clean_page` and datatrove's `C4QualityFilter`, also as FineWeb
sets it; `c4_dclm_lines` is DCLM's chain of modifiers, each over the whole page, which keeps blank lines and does
not trim. The text left is written into a new buffer, because citations are cut out of the middle of lines.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit
from thresher.kernels.lines import (
    CURLY_BRACKET,
    JAVASCRIPT,
    LOREM_IPSUM,
    POLICY,
    copy_without_citations,
    count_words,
    fold,
    longest_word,
    phrases_in,
    read_line,
)
from thresher.kernels.punkt import count_punkt
from thresher.kernels.punkt_words import Known
from thresher.kernels.sentences import count_sentences, scratch
from thresher.kernels.spans import characters, strip_left, strip_right
from thresher.kernels.unicode import Bytes, Int

FIELDS = (
    *("lines", "kept_lines", "long_word_lines", "unended_lines", "short_lines", "javascript_lines", "policy_lines"),
    *("lorem_ipsum", "curly_brackets", "sentences", "characters"),
)
COUNTS = np.dtype([(name, np.int64) for name in FIELDS])
LONGEST_WORD = 1000
Offsets = npt.NDArray[np.int64]
_NEWLINE = 0x0A
_ENDS_TFDS, _ENDS_DATATROVE = np.frombuffer(b'.?!"', np.uint8), np.frombuffer(b".?!\"'", np.uint8)


@njit
def c4_lines(
    data: Bytes, offsets: Offsets, least_words: Int, datatrove: bool, ended: bool, known: Known
) -> tuple[Any, Any, Any]:
    """The text left, its offsets, and a row of `COUNTS` for each document.

    datatrove lets a line end with an apostrophe, and counts its words before citations are cut; TFDS after. Sentences
    are spaCy's to datatrove; TFDS's are Punkt's, by what is `known` of words. Whether a line has to end as a sentence
    does, `ended` says.
    """
    out, starts = np.empty(offsets[-1] - offsets[0] + len(offsets), np.uint8), np.zeros(len(offsets), np.int64)
    counts, work, folded = np.zeros(len(offsets) - 1, COUNTS), scratch(), np.empty(_longest(offsets), np.uint8)
    ends = _ENDS_DATATROVE if datatrove else _ENDS_TFDS
    for d in range(len(offsets) - 1):
        row, i, end = counts[d], offsets[d], offsets[d + 1]
        at = starts[d]
        while i < end:
            begin, stop, i = read_line(data, i, end)
            row.lines += 1
            if _has_long_word(data, begin, stop):
                row.long_word_lines += 1
                continue
            copied = copy_without_citations(data, begin, stop, out, at)
            if ended and not _is_ended(out, at, copied, ends):
                row.unended_lines += 1
                continue
            words = count_words(data, begin, stop) if datatrove else count_words(out, at, copied)
            if words < least_words:
                row.short_lines += 1
                continue
            found = phrases_in(folded, fold(out, at, copied, folded, False))
            if _is_kept(found, row):
                row.sentences += (
                    count_sentences(out, at, copied, work) if datatrove else count_punkt(out, at, copied, known)
                )
                out[copied] = _NEWLINE
                at = copied + 1
        starts[d + 1] = _trim(out, starts[d], at)
        row.characters = characters(out, starts[d], starts[d + 1])
    return out[: starts[-1]], starts, counts


@njit
def c4_dclm_lines(data: Bytes, offsets: Offsets, known: Known) -> tuple[Any, Any, Any]:
    """As `c4_lines`, after DCLM's reading: lines end at newlines alone, blank ones are kept, none is trimmed.

    Sentences are counted on the page that is left, not line by line.
    """
    out, starts = np.empty(offsets[-1] - offsets[0] + len(offsets), np.uint8), np.zeros(len(offsets), np.int64)
    counts, folded = np.zeros(len(offsets) - 1, COUNTS), np.empty(_longest(offsets), np.uint8)
    for d in range(len(offsets) - 1):
        row, begin, end = counts[d], offsets[d], offsets[d + 1]
        at = starts[d]
        for i in range(begin, end + 1):
            if i < end and data[i] != _NEWLINE:
                continue
            row.lines += 1
            if _has_long_word(data, begin, i):
                row.long_word_lines += 1
            else:
                copied = copy_without_citations(data, begin, i, out, at)
                kept = copied == at or _passes_dclm(out, at, copied, folded, row)
                if kept:
                    out[copied] = _NEWLINE
                    at = copied + 1
            begin = i + 1
        starts[d + 1] = _trim(out, starts[d], at)
        row.sentences = count_punkt(out, starts[d], starts[d + 1], known)
        row.characters = characters(out, starts[d], starts[d + 1])
    return out[: starts[-1]], starts, counts


@inlined
def _longest(offsets: Offsets) -> int:
    longest = 0
    for d in range(len(offsets) - 1):
        longest = max(longest, offsets[d + 1] - offsets[d])
    return longest


@inlined
def _has_long_word(data: Bytes, start: Int, end: Int) -> bool:
    return bool(end - start > LONGEST_WORD and longest_word(data, start, end) > LONGEST_WORD)


@inlined
def _is_ended(line: Bytes, start: Int, end: Int, ends: Bytes) -> bool:
    """Whether a line ends with one of these bytes, and not with three full stops."""
    if end == start or (end - start >= 3 and line[end - 1] == 0x2E and line[end - 2] == 0x2E and line[end - 3] == 0x2E):
        return False
    for mark in ends:
        if line[end - 1] == mark:
            return True
    return False


@inlined
def _is_kept(found: Int, row: Any) -> bool:
    """Count the phrases found, in the order in which `clean_page` looks for them; whether the line stays."""
    row.lorem_ipsum += found & LOREM_IPSUM != 0
    if found & JAVASCRIPT:
        row.javascript_lines += 1
        return False
    row.curly_brackets += found & CURLY_BRACKET != 0
    if found & POLICY:
        row.policy_lines += 1
        return False
    row.kept_lines += 1
    return True


@inlined
def _passes_dclm(out: Bytes, start: Int, end: Int, folded: Bytes, row: Any) -> bool:
    """DCLM's checks of a line that is not empty; the white space at its end is passed over, not cut."""
    if not _is_ended(out, start, strip_right(out, start, end), _ENDS_TFDS):
        row.unended_lines += 1
        return False
    if count_words(out, start, end) < 5:
        row.short_lines += 1
        return False
    found = phrases_in(folded, fold(out, start, end, folded, True))
    if found & LOREM_IPSUM:  # looked for on the page in lower case, the others in lines whatever the case
        found ^= LOREM_IPSUM
        found |= phrases_in(folded, fold(out, start, end, folded, False)) & LOREM_IPSUM
    return _is_kept(found, row)


@inlined
def _trim(out: Bytes, start: Int, end: Int) -> Int:
    """Cut the white space at both ends of what was written from `start` on; returns where it ends now."""
    begin = strip_left(out, start, end)
    end = strip_right(out, begin, end)
    for i in range(begin, end):
        out[start + i - begin] = out[i]
    return start + end - begin
