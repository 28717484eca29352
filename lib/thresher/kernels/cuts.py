"""Takes spans out of texts: what is left, byte for byte, and how many characters went."""

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import njit
from thresher.kernels.spans import characters
from thresher.kernels.unicode import Bytes

Places = npt.NDArray[np.int64]


@njit
def without(data: Bytes, offsets: Places, spans: Places, ends: Places) -> tuple[Bytes, Places]:
    """The texts without these spans, and their offsets.

    Rows of `spans` are (start, stop) in bytes of `data`, in order and apart; `ends` counts them up to the end of each
    text.

    >>> data, offsets = np.frombuffer(b"one two", np.uint8), np.array([0, 3, 7])
    >>> left, starts = without(data, offsets, np.array([[0, 1], [3, 4]]), np.array([1, 2]))
    >>> bytes(left), starts.tolist()
    (b'netwo', [0, 2, 5])
    """
    out, starts, at, span = np.empty(offsets[-1] - offsets[0], np.uint8), np.zeros(len(offsets), np.int64), 0, 0
    for d in range(len(offsets) - 1):
        i = offsets[d]
        while i < offsets[d + 1]:
            has_span = span < ends[d]
            stop = spans[span, 0] if has_span else offsets[d + 1]
            out[at : at + stop - i] = data[i:stop]
            at += stop - i
            i = spans[span, 1] if has_span else stop
            span += has_span
        starts[d + 1] = at
    return out[:at].copy(), starts


@njit
def covered(data: Bytes, spans: Places, ends: Places) -> Places:
    """The code points of each text that lie in its spans, which are given as `without` takes them."""
    counts, span = np.zeros(len(ends), np.int64), 0
    for d in range(len(ends)):
        while span < ends[d]:
            counts[d] += characters(data, spans[span, 0], spans[span, 1])
            span += 1
    return counts
