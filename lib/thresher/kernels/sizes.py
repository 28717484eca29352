r"""Counts code points, words and lines, without the tokenizer that the published filters need.

A word is a maximal run of characters that `\w` matches, as for MinHash; in scripts without spaces each letter is one.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from thresher.kernels.eight_bytes import eight, has_control, ones, word_bytes
from thresher.kernels.jit import njit
from thresher.kernels.spans import characters
from thresher.kernels.unicode import ASCII_CLASSES, LINE_BREAK, SPACELESS, WORD, Bytes, Int, classes, decode

SIZES = np.dtype([(name, np.int64) for name in ("characters", "words", "lines")])


# Of each ASCII byte: bit 0 where it is part of a word, bit 1 where it ends a line.
_ASCII = (ASCII_CLASSES & WORD > 0) + 2 * (ASCII_CLASSES & LINE_BREAK > 0).astype(np.uint8)


@njit
def sizes(data: Bytes, offsets: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Of each document, by `SIZES`: code points, words, and lines as `str.splitlines` cuts them."""
    out = np.zeros(len(offsets) - 1, SIZES)
    for d in range(len(offsets) - 1):
        words: Int = 0
        inside: Int = 0
        lines, ended = 0, 1
        i, end = offsets[d], offsets[d + 1]
        while i < end:
            if i + 8 <= end and not has_control(eight(data, i)):  # eight bytes of ASCII, and no line ends there
                here = word_bytes(eight(data, i))
                words += ones(here & ~(here << np.uint64(8) | np.uint64(inside) << np.uint64(7)))
                inside, ended, i = np.int64(here >> np.uint64(63)), 0, i + 8
                continue
            if data[i] < 0x80:
                kind = _ASCII[data[i]]
                ended = kind >> 1
                if ended:  # the second of CR LF ends no line of its own
                    lines += not (data[i] == 10 and i > offsets[d] and data[i - 1] == 13)
                words += kind & 1 & ~inside
                inside = kind & 1
                i += 1
                continue
            code, i = decode(data, i, end)
            wide = classes(code)
            words += wide & WORD != 0 and (not inside or wide & SPACELESS != 0)
            inside = 1 if wide & WORD and not wide & SPACELESS else 0
            ended = 1 if wide & LINE_BREAK else 0
            lines += ended
        lines += 1 - ended
        out[d].characters, out[d].words, out[d].lines = characters(data, offsets[d], end), words, lines
    return out
