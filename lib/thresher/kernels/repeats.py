"""Counts lines and paragraphs that came before in a document, and FineWeb's line endings and short lines.

FineWeb's rules cut at each newline and leave blank lines out; Gopher's cut at each run of newlines, and end a
paragraph at two or more. The lines of both differ in empty and blank ones only, so that one set of hashes serves both.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit
from thresher.kernels.spans import (
    Hashes,
    before,
    characters,
    count_byte,
    find_byte,
    hash_span,
    is_new,
    strip_left,
    strip_right,
    table_size,
)
from thresher.kernels.unicode import TERMINAL, Bytes, Int, classes, decode

SHORT = 30
REPEATS = np.dtype(
    [
        (name, np.int64)
        for name in (
            *("newlines", "full_lines", "terminal_lines", "short_lines", "repeated_full_characters"),
            *("lines", "repeated_lines", "repeated_line_characters"),
            *("paragraphs", "repeated_paragraphs", "repeated_paragraph_characters"),
        )
    ]
)
_NEWLINE = 10
_MULTIPLY = np.uint64(0x9E3779B97F4A7C15)


@njit
def repeats(data: Bytes, offsets: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Of each document, by `REPEATS`: its newlines, its lines and paragraphs, how many came before and how long.

    `full_lines` are those between single newlines that are not blank; of them `terminal_lines` end a sentence and
    `short_lines` have at most `SHORT` code points.
    """
    out = np.zeros(len(offsets) - 1, REPEATS)
    lines, paragraphs = np.zeros(16, np.uint64), np.zeros(16, np.uint64)
    for d in range(len(offsets) - 1):
        start, end = offsets[d], offsets[d + 1]
        newlines = count_byte(data, start, end, _NEWLINE)
        n_lines, n_paragraphs = newlines + 1, newlines // 2 + 1  # at most: two newlines end a paragraph
        lines, paragraphs = _cleared(lines, n_lines), _cleared(paragraphs, n_paragraphs)
        out[d].newlines = newlines
        _count_lines(data, start, end, lines[: table_size(n_lines)], paragraphs[: table_size(n_paragraphs)], out[d])
    return out


@njit
def _cleared(table: Hashes, entries: Int) -> Hashes:
    """The table, or a larger one, with room for so many entries and none in it."""
    size = table_size(entries)
    if size > len(table):
        return np.zeros(size, np.uint64)
    table[:size] = 0
    return table


@inlined
def _count_lines(data: Bytes, start: Int, end: Int, lines: Hashes, paragraphs: Hashes, row: Any) -> None:
    """One walk over the lines; a paragraph's hash is made of its lines', without the white space around the text."""
    left = strip_left(data, start, end)
    right = strip_right(data, left, end)
    i, paragraph = start, np.uint64(0)
    length: Int = 0
    while i < end:
        begin = i
        i = find_byte(data, i, end, _NEWLINE)
        if i > begin:
            key = hash_span(data, begin, i)
            _count_line(data, begin, i, key, lines, row)
            if begin < right and i > left:
                if begin < left or i > right:
                    begin, stop = max(begin, left), min(i, right)
                    key, more = hash_span(data, begin, stop), characters(data, begin, stop)
                else:
                    more = characters(data, begin, i)
                length += more + (1 if length else 0)
                paragraph = (paragraph ^ key) * _MULTIPLY + np.uint64(1)
        elif length:
            _count_paragraph(paragraph, length, paragraphs, row)
            paragraph, length = np.uint64(0), 0
        i += 1
    if length or row.paragraphs == 0:
        _count_paragraph(paragraph, length, paragraphs, row)
    if end > start:  # a run of newlines at either end leaves an empty line there; the second of two is a repeated one
        empty = (data[start] == _NEWLINE) + (data[end - 1] == _NEWLINE and (row.lines > 0 or data[start] == _NEWLINE))
        row.lines += empty
        row.repeated_lines += empty == 2


@inlined
def _count_line(data: Bytes, start: Int, end: Int, key: np.uint64, seen: Hashes, row: Any) -> None:
    new, length = is_new(seen, key), characters(data, start, end)
    row.lines += 1
    if not new:
        row.repeated_lines += 1
        row.repeated_line_characters += length
    if strip_left(data, start, end) < end:
        row.full_lines += 1
        row.short_lines += length <= SHORT
        row.terminal_lines += classes(decode(data, before(data, start, end), end)[0]) & TERMINAL != 0
        row.repeated_full_characters += 0 if new else length


@inlined
def _count_paragraph(key: np.uint64, length: Int, seen: Hashes, row: Any) -> None:
    row.paragraphs += 1
    if not is_new(seen, key):
        row.repeated_paragraphs += 1
        row.repeated_paragraph_characters += length
