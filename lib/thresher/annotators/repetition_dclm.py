"""Gopher's repetition statistics (Rae et al. 2021, https://arxiv.org/abs/2112.11446, table A1) as DCLM counts them.

Source: `massive_web_repetition_filters` of DCLM's baselines (Li et al. 2024, https://arxiv.org/abs/2406.11794).
"""

import numpy as np
import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.kernels import uax29
from thresher.kernels.arrow import struct
from thresher.kernels.repetition_dclm import count_segments, ngram_shares
from thresher.kernels.text import ratio, text_of

NGRAMS = (*(f"top_{n}_gram" for n in (2, 3, 4)), *(f"duplicate_{n}_grams" for n in (5, 6, 7, 8, 9, 10)))
_SEGMENTS = tuple(f"duplicate_{what}" for what in ("lines", "line_characters", "paragraphs", "paragraph_characters"))
FIELDS = pa.struct([("lines", pa.int64()), *((name, pa.float64()) for name in (*_SEGMENTS, *NGRAMS))])


def measure(text: pa.Array) -> pa.StructArray:
    r"""The statistics over lines, paragraphs and the words at Unicode's default boundaries; null where there are none.

    `lines` lie between newlines, paragraphs between two, both without white space at their ends; blank ones are none.
    `duplicate_*` are those that occur more than once, the first occurrences included: fractions of their number and of
    their code points. `top_N_gram` is what the most frequent n-gram (of several, the longest) has of all words' code
    points, `duplicate_N_grams` the share of words, in code points, that lie in an n-gram which occurs more than once.

    >>> row = measure(pa.array(["to be\nor not\nto be"])).to_pylist()[0]
    >>> row["duplicate_lines"], row["top_2_gram"], row["duplicate_5_grams"]
    (0.6666666666666666, 0.6153846153846154, 0.0)
    """
    utf8 = text_of(text).utf8
    lines, paragraphs = (count_segments(utf8.data, utf8.offsets, newlines) for newlines in (1, 2))
    words = uax29.words_of(utf8)
    shares = [
        ratio(found[part], found[whole])
        for found in (lines, paragraphs)
        for part, whole in (("repeated", "segments"), ("repeated_characters", "characters"))
    ]
    grams = ngram_shares(words.first, words.chars, words.hashes).T
    return struct(FIELDS, [lines["segments"], *shares, *map(np.ascontiguousarray, grams)], utf8.valid)


def repetition_dclm_v1() -> Annotator:
    """The annotator `repetition_dclm_v1`: fourteen statistics of repetition."""
    return Annotator("repetition_dclm_v1", FIELDS, measure)
