"""How long a document is."""

import numpy as np
import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.kernels.arrow import struct, utf8
from thresher.kernels.sizes import sizes

FIELDS = pa.struct([(name, pa.int64()) for name in ("bytes", "characters", "words", "lines")])


def measure(text: pa.Array) -> pa.StructArray:
    r"""Bytes of UTF-8, code points, words and lines.

    Words are runs of characters that `\w` matches, and each letter of a script without spaces (`gopher_v1` counts
    words as its paper does); lines are cut as `str.splitlines` cuts them.

    >>> measure(pa.array(["Où est-il ?", None])).to_pylist()
    [{'bytes': 12, 'characters': 11, 'words': 3, 'lines': 1}, None]
    """
    data, offsets, valid = utf8(text)
    counted = sizes(data, offsets)
    return struct(FIELDS, [np.diff(offsets), counted["characters"], counted["words"], counted["lines"]], valid)


def sizes_v1() -> Annotator:
    """The annotator `sizes_v1`: bytes, characters, words, lines."""
    return Annotator("sizes_v1", FIELDS, measure)
