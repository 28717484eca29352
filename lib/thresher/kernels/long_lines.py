"""Counts the lines of a text, and those of at least so many characters."""

from typing import Any

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import njit
from thresher.kernels.spans import characters, find_byte
from thresher.kernels.unicode import Bytes, Int

COUNTS = np.dtype([(name, np.int64) for name in ("lines", "long_lines")])
_NEWLINE = 0x0A


@njit
def count_long_lines(data: Bytes, offsets: npt.NDArray[np.int64], least: int) -> npt.NDArray[Any]:
    r"""Of each document, by `COUNTS`: what lies between newlines, empty lines included.

    >>> text = np.frombuffer("short\na longer line\n".encode(), np.uint8)
    >>> count_long_lines(text, np.array([0, 20]), 10).tolist()
    [(3, 1)]
    """
    out = np.zeros(len(offsets) - 1, COUNTS)
    for d in range(len(offsets) - 1):
        i: Int = offsets[d]
        end = offsets[d + 1]
        lines = 1
        long_lines: Int = 0
        while True:
            stop = find_byte(data, i, end, _NEWLINE)
            long_lines += stop - i >= least and characters(data, i, stop) >= least
            if stop == end:
                break
            lines += 1
            i = stop + 1
        out[d].lines, out[d].long_lines = lines, long_lines
    return out
