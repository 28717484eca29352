r"""Counts code points, words and lines, without the tokenizer that the published filters need.

A word is a maximal run of characters that `\w` matches, as for MinHash; in scripts without spaces each letter is one.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import njit
from thresher.kernels.unicode import LINE_BREAK, SPACELESS, WORD, Bytes, Int, classes, decode

SIZES = np.dtype([(name, np.int64) for name in ("characters", "words", "lines")])


@njit
def sizes(data: Bytes, offsets: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    """Of each document, by `SIZES`: code points, words, and lines as `str.splitlines` cuts them."""
    out = np.zeros(len(offsets) - 1, SIZES)
    for d in range(len(offsets) - 1):
        characters = words = lines = 0
        inside = False
        code: Int = np.int64(0)
        kind: Int = np.int64(0)
        i, end = offsets[d], offsets[d + 1]
        while i < end:
            previous = code
            code, i = (np.int64(data[i]), i + 1) if data[i] < 0x80 else decode(data, i, end)
            kind = classes(code)
            characters += 1
            words += kind & WORD != 0 and (not inside or kind & SPACELESS != 0)
            inside = kind & WORD != 0 and kind & SPACELESS == 0
            lines += kind & LINE_BREAK != 0 and not (code == 10 and previous == 13)
        lines += characters > 0 and kind & LINE_BREAK == 0
        out[d].characters, out[d].words, out[d].lines = characters, words, lines
    return out
