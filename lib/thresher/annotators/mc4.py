"""What mC4's rule on the length of lines looks at (Xue et al. 2021, "mT5", https://arxiv.org/abs/2010.11934).

Source: `paragraph_filter` of TensorFlow Datasets' `c4_utils`, `C4ParagraphFilter` of datatrove.
"""

import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.kernels.arrow import struct
from thresher.kernels.long_lines import count_long_lines
from thresher.kernels.text import text_of

FIELDS = pa.struct([("lines", pa.int64()), ("long_lines", pa.int64())])
LONG = 200  # characters


def measure(text: pa.Array) -> pa.StructArray:
    r"""How many lines there are between newlines, and how many of 200 code points and more.

    >>> measure(pa.array(["Menu\n" + "a" * 200, None])).to_pylist()
    [{'lines': 2, 'long_lines': 1}, None]
    """
    data, offsets, valid = text_of(text).utf8
    counted = count_long_lines(data, offsets, LONG)
    return struct(FIELDS, [counted["lines"], counted["long_lines"]], valid)


def mc4_v1() -> Annotator:
    """The annotator `mc4_v1`: lines, and long ones."""
    return Annotator("mc4_v1", FIELDS, measure)
