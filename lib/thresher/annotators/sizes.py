"""How long a document is."""

import numpy as np
import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.kernels.arrow import struct
from thresher.kernels.text import text_of

FIELDS = pa.struct([(name, pa.int64()) for name in ("bytes", "characters", "words", "lines")])


def measure(text: pa.Array) -> pa.StructArray:
    """Bytes of UTF-8, code points, words (those of `gopher_v1`) and lines (as `str.splitlines` cuts them).

    >>> measure(pa.array(["Où est-il ?", None])).to_pylist()
    [{'bytes': 12, 'characters': 11, 'words': 3, 'lines': 1}, None]
    """
    t = text_of(text)
    columns = (np.diff(t.utf8.offsets), t.marks["characters"], t.counts["words"], t.marks["lines"])
    return struct(FIELDS, columns, t.utf8.valid)


def sizes_v1() -> Annotator:
    """The annotator `sizes_v1`: bytes, characters, words, lines."""
    return Annotator("sizes_v1", FIELDS, measure)
