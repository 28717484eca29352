"""The quality statistics of Gopher (Rae et al. 2021, https://arxiv.org/abs/2112.11446, appendix A.1.1)."""

import numpy as np
import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.annotators.segmentation import by_words
from thresher.kernels.arrow import struct
from thresher.kernels.text import UNICODE, ratio, text_of

FIELDS = pa.struct(
    [
        ("words", pa.int64()),
        ("mean_word_length", pa.float64()),
        ("hash_ratio", pa.float64()),
        ("ellipsis_ratio", pa.float64()),
        ("bullet_lines", pa.float64()),
        ("ellipsis_lines", pa.float64()),
        ("alphabetic_words", pa.float64()),
        ("stop_words", pa.int64()),
    ]
)


def measure(text: pa.Array, words: str = UNICODE) -> pa.StructArray:
    """The statistics as datatrove reads the paper; a ratio is null where it would divide by zero.

    Tokens are what the segmentation gives; `words` are those that are not punctuation alone, and `mean_word_length` is
    theirs, in code points. `hash_ratio` and `ellipsis_ratio` are signs per token, `alphabetic_words` the fraction of
    tokens with a letter, `stop_words` how many of the, be, to, of, and, that, have, with occur at all. `bullet_lines`
    begin with a bullet or hyphen and `ellipsis_lines` end with an ellipsis: fractions of the lines that
    `str.splitlines` gives.

    >>> measure(pa.array(["To be, or not to be...", ""])).to_pylist()[0]["mean_word_length"]
    2.1666666666666665
    """
    t = text_of(text)
    counts, marks = t.counts(words), t.marks
    columns = (
        counts["words"],
        ratio(counts["word_characters"], counts["words"]),
        ratio(marks["hashes"], counts["tokens"]),
        ratio(marks["ellipses"], counts["tokens"]),
        ratio(marks["bullets"], marks["lines"]),
        ratio(marks["ellipsis_ends"], marks["lines"]),
        ratio(counts["lettered"], counts["tokens"]),
        counts["stop_words"],
    )
    return struct(FIELDS, [np.asarray(c) for c in columns], t.utf8.valid)


def gopher_v1(words: str = UNICODE) -> Annotator:
    """The annotator `gopher_v1`: the eight quality statistics over words by `thresher.annotators.segmentation`.

    >>> gopher_v1("whitespace").measure(pa.array(["To be, or not"])).field("words").to_pylist()
    [4]
    """
    return by_words("gopher_v1", FIELDS, measure, words)
