"""Cuts text at white space alone, as `str.split` does: the segmentation `whitespace`, of dolma's reading of Gopher."""

from typing import Any

import numpy as np
import numpy.typing as npt

from thresher.kernels.arrow import Utf8
from thresher.kernels.jit import njit
from thresher.kernels.segment import LETTERED, SYMBOLIC, Words
from thresher.kernels.spans import hash_span
from thresher.kernels.unicode import ALPHABETIC, PUNCTUATION, SPACE, Bytes, Int, classes, decode

SIGNED = 1 << 2  # it holds a hash sign or the one-character ellipsis
_HASH, _ELLIPSIS = 0x23, 0x2026


def pieces_of(text: Utf8) -> Words:
    """The pieces between white space of each document; `kinds` are `SYMBOLIC`, `LETTERED`, `SIGNED`.

    >>> import pyarrow as pa
    >>> from thresher.kernels.arrow import utf8
    >>> pieces_of(utf8(pa.array(["Don't stop, #1…"]))).chars.tolist()
    [5, 5, 3]
    """
    return Words(*_pieces(text.data, text.offsets))


@njit
def _pieces(data: Bytes, offsets: npt.NDArray[np.int64]) -> tuple[Any, Any, Any, Any]:
    size = (offsets[-1] - offsets[0]) // 2 + len(offsets)  # each piece but a document's last has white space after it
    first = np.zeros(len(offsets), np.int64)
    chars, hashes, kinds = np.empty(size, np.int32), np.empty(size, np.uint64), np.empty(size, np.uint8)
    n = 0
    for d in range(len(offsets) - 1):
        i, end = offsets[d], offsets[d + 1]
        while i < end:
            every: Int = PUNCTUATION
            start, length, kind = i, 0, 0
            while i < end:
                code, following = decode(data, i, end)
                bits = classes(code)
                if bits & SPACE:
                    break
                length += 1
                every &= bits
                kind |= LETTERED if bits & ALPHABETIC else 0
                kind |= SIGNED if code == _HASH or code == _ELLIPSIS else 0
                i = following
            if length:
                kind |= SYMBOLIC if every else 0
                chars[n], hashes[n], kinds[n] = length, hash_span(data, start, i), kind
                n += 1
            else:
                i = following
        first[d + 1] = n
    return first, chars[:n], hashes[:n], kinds[:n]
