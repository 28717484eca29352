"""Gopher's quality statistics (Rae et al. 2021, https://arxiv.org/abs/2112.11446, appendix A.1.1) as DCLM counts them.

Source: the filters of DCLM-Baseline's heuristics (Li et al. 2024, https://arxiv.org/abs/2406.11794).
"""

import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.kernels.arrow import struct
from thresher.kernels.dclm import count_lines, count_words
from thresher.kernels.text import ratio, text_of

FIELDS = pa.struct(
    [
        ("words", pa.int64()),
        ("mean_word_length", pa.float64()),
        ("symbol_ratio", pa.float64()),
        ("bullet_lines", pa.float64()),
        ("ellipsis_lines", pa.float64()),
        ("unalphabetic_words", pa.float64()),
        ("stop_words", pa.int64()),
    ]
)


def measure(text: pa.Array) -> pa.StructArray:
    """The statistics; a ratio is null where it would divide by zero.

    `words` are cut at ASCII white space and begin with a letter or a number. All else counts the words that `str.split`
    gives: `mean_word_length` in code points, `symbol_ratio` signs (hash signs and ellipses of all three kinds) per
    word, `unalphabetic_words` the fraction without a letter, `stop_words` all occurrences of the, be, to, of, and,
    that, have, with in any case. `bullet_lines` begin with one of ● • * - and `ellipsis_lines` end with an ellipsis:
    fractions of the lines that are not blank, without white space at either end.

    >>> measure(pa.array(["To be, or not to be . . ."])).to_pylist()[0]["symbol_ratio"]
    0.1111111111111111
    """
    utf8 = text_of(text).utf8
    words, lines = count_words(utf8.data, utf8.offsets), count_lines(utf8.data, utf8.offsets)
    columns = (
        words["tokens"],
        ratio(words["characters"], words["pieces"]),
        ratio(lines["signs"], words["pieces"]),
        ratio(lines["bullets"], lines["lines"]),
        ratio(lines["ellipsis_ends"], lines["lines"]),
        ratio(words["unlettered"], words["pieces"]),
        words["stop_words"],
    )
    return struct(FIELDS, columns, utf8.valid)


def gopher_dclm_v1() -> Annotator:
    """The annotator `gopher_dclm_v1`: seven statistics of quality."""
    return Annotator("gopher_dclm_v1", FIELDS, measure)
