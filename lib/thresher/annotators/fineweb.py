"""The statistics of FineWeb's quality filter (Penedo et al. 2024, https://arxiv.org/abs/2406.17557, section 3.6)."""

import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.annotators.segmentation import by_words
from thresher.kernels.arrow import struct
from thresher.kernels.text import UNICODE, ratio, text_of

FIELDS = pa.struct(
    [
        ("lines", pa.int64()),
        ("terminal_lines", pa.float64()),
        ("short_lines", pa.float64()),
        ("duplicate_line_characters", pa.float64()),
        ("newline_ratio", pa.float64()),
    ]
)


def measure(text: pa.Array, words: str = UNICODE) -> pa.StructArray:
    r"""The statistics as datatrove computes them; a ratio is null where it would divide by zero.

    `lines` are those between newlines that are not blank; of them `terminal_lines` is the fraction whose last character
    ends a sentence, and `short_lines` the fraction of at most 30 code points. `duplicate_line_characters` is the
    fraction of the text without newlines that lies in lines that came before; `newline_ratio` is newlines per word.

    >>> measure(pa.array(["Yes.\nNo\nYes.\n"])).to_pylist()[0]["duplicate_line_characters"]
    0.4
    """
    t = text_of(text)
    repeats, characters = t.repeats, t.marks["characters"]
    columns = (
        repeats["full_lines"],
        ratio(repeats["terminal_lines"], repeats["full_lines"]),
        ratio(repeats["short_lines"], repeats["full_lines"]),
        ratio(repeats["repeated_full_characters"], characters - repeats["newlines"]),
        ratio(repeats["newlines"], t.counts(words)["tokens"]),
    )
    return struct(FIELDS, columns, t.utf8.valid)


def fineweb_v1(words: str = UNICODE) -> Annotator:
    r"""The annotator `fineweb_v1`: line endings, short lines, duplicate lines, newlines per word.

    Words are those of `thresher.annotators.segmentation`.

    >>> fineweb_v1("whitespace").measure(pa.array(["Yes, no.\nNo, yes."])).field("newline_ratio").to_pylist()
    [0.25]
    """
    return by_words("fineweb_v1", FIELDS, measure, words)
