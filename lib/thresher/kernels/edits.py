"""Carries out cuts: what is left of texts without these spans, byte for byte, and how many characters went."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from thresher.kernels.arrow import strings, utf8
from thresher.kernels.jit import njit
from thresher.kernels.spans import characters
from thresher.kernels.unicode import Bytes

Places = npt.NDArray[np.int64]


def cut_out(text: pa.Array, cuts: pa.ListArray) -> pa.StringArray:
    """The texts without their spans, structs of `start` and `end` in bytes, sorted; as they are where `cuts` is null.

    >>> cuts = pa.array([[{"start": 0, "end": 5}], None, []])
    >>> cut_out(pa.array(["Home It rained.", "Two", None]), cuts).to_pylist()
    ['It rained.', 'Two', None]
    """
    data, offsets, valid = utf8(text)
    first = np.zeros(len(cuts) + 1, np.int64)
    np.cumsum(cuts.value_lengths().fill_null(0).to_numpy(zero_copy_only=False), out=first[1:])
    starts, ends = (column.cast(pa.int64()).to_numpy() for column in cuts.flatten().flatten())
    left, places = without(data, offsets, first, starts, ends)
    return strings(left, places, valid)


@njit
def without(data: Bytes, offsets: Places, first: Places, starts: Places, ends: Places) -> tuple[Bytes, Places]:
    """The texts without their spans, and their offsets.

    Text d loses the spans `first[d]` to `first[d + 1]`, in bytes of the text and by their starts; they may overlap.

    >>> data, offsets = np.frombuffer(b"one two", np.uint8), np.array([0, 3, 7])
    >>> first, starts, ends = np.array([0, 0, 2]), np.array([0, 1]), np.array([2, 3])
    >>> left, places = without(data, offsets, first, starts, ends)
    >>> bytes(left), places.tolist()
    (b'oneo', [0, 3, 4])
    """
    out, places, n = np.empty(offsets[-1] - offsets[0], np.uint8), np.zeros(len(offsets), np.int64), 0
    for d in range(len(offsets) - 1):
        i, end = offsets[d], offsets[d + 1]
        for span in range(first[d], first[d + 1]):
            start = min(max(offsets[d] + starts[span], i), end)
            out[n : n + start - i] = data[i:start]
            n += start - i
            i = min(max(offsets[d] + ends[span], i), end)
        out[n : n + end - i] = data[i:end]
        n += end - i
        places[d + 1] = n
    return out[:n].copy(), places


@njit
def covered(data: Bytes, spans: Places, ends: Places) -> Places:
    """The code points of each text that lie in its spans.

    Rows of `spans` are (start, stop) in bytes of `data`, apart; `ends` counts them up to the end of each text.
    """
    counts, span = np.zeros(len(ends), np.int64), 0
    for d in range(len(ends)):
        while span < ends[d]:
            counts[d] += characters(data, spans[span, 0], spans[span, 1])
            span += 1
    return counts
