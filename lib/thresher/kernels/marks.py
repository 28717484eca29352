"""Counts what Gopher's quality rules need beyond words: lines, what they begin and end with, hash signs, ellipses."""

from typing import Any

import numpy as np
import numpy.typing as npt

from thresher.kernels.eight_bytes import eight, equal, has_control
from thresher.kernels.jit import inlined, njit
from thresher.kernels.spans import before, characters, strip_left, strip_right
from thresher.kernels.unicode import LINE_BREAK, Bytes, Int, classes, decode

MARKS = np.dtype([(n, np.int64) for n in ("characters", "lines", "bullets", "ellipsis_ends", "hashes", "ellipses")])
_ELLIPSIS, _BULLET, _HYPHEN, _STOP, _HASH = 0x2026, 0x2022, 45, 46, 35
# The bytes worth a look: # . line breaks, and those that begin U+0085, U+2026, U+2028 and U+2029.
_OF_INTEREST = np.zeros(256, np.bool_)
_OF_INTEREST[[_HASH, _STOP, *range(0x0A, 0x0E), *range(0x1C, 0x1F), 0xC2, 0xE2]] = True


@njit
def marks(data: Bytes, offsets: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Of each document, by `MARKS`: code points, lines as `str.splitlines` cuts them, and what they begin and end with.

    `bullets` counts lines that begin with a bullet or a hyphen and `ellipsis_ends` those that end with an ellipsis,
    white space aside; `hashes` and `ellipses` count signs, three full stops being one ellipsis.
    """
    out = np.zeros(len(offsets) - 1, MARKS)
    for d in range(len(offsets) - 1):
        start, end = offsets[d], offsets[d + 1]
        row = out[d]
        row.characters = characters(data, start, end)
        i = start
        while i < end:
            if i + 8 <= end and not _of_interest(eight(data, i)):
                i += 8
                continue
            if not _OF_INTEREST[data[i]]:
                i += 1
                continue
            at = i
            code, i = decode(data, i, end)
            if code == _STOP:
                while i < end and data[i] == _STOP:
                    i += 1
                row.ellipses += (i - at) // 3
            elif code == _HASH:
                row.hashes += 1
            elif code == _ELLIPSIS:
                row.ellipses += 1
            elif classes(code) & LINE_BREAK:
                _count_line(data, start, at, row)
                if code == 13 and i < end and data[i] == 10:
                    i += 1
                start = i
        if start < end:
            _count_line(data, start, end, row)
    return out


@inlined
def _of_interest(eight_bytes: np.uint64) -> bool:
    """Whether eight bytes may be worth a look: a full stop, a hash sign, a control character, or not ASCII."""
    signs = equal(eight_bytes, _STOP) | equal(eight_bytes, _HASH)
    return has_control(eight_bytes) or signs != np.uint64(0)


@inlined
def _count_line(data: Bytes, start: Int, end: Int, row: Any) -> None:
    row.lines += 1
    start = strip_left(data, start, end)
    end = strip_right(data, start, end)
    if start < end:
        first = decode(data, start, end)[0]
        row.bullets += first == _BULLET or first == _HYPHEN
        stops = end - start >= 3 and data[end - 1] == _STOP and data[end - 2] == _STOP and data[end - 3] == _STOP
        row.ellipsis_ends += stops or decode(data, before(data, start, end), end)[0] == _ELLIPSIS
