"""Gopher's statistics (Rae et al. 2021, https://arxiv.org/abs/2112.11446, appendix A.1.1) as dolma counts them.

Source: dolma's tagger `gopher_v1` (Soldaini et al. 2024, https://arxiv.org/abs/2402.00159), in every field.
"""

import numpy as np
import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.kernels.arrow import struct
from thresher.kernels.counts import stop_word_hashes
from thresher.kernels.dolma import count_lines, count_words, ngram_shares
from thresher.kernels.text import WHITESPACE, text_of

NGRAMS = (*(f"top_{n}_gram" for n in (2, 3, 4)), *(f"duplicate_{n}_grams" for n in (5, 6, 7, 8, 9, 10)))
_SHARES = ("symbol_words", "alphabetic_words", "bullet_lines", "ellipsis_lines", "duplicate_lines")
FIELDS = pa.struct(
    [
        ("words", pa.int64()),
        ("median_word_length", pa.float64()),
        ("stop_words", pa.int64()),
        *((name, pa.float64()) for name in (*_SHARES, "duplicate_line_characters", *NGRAMS)),
    ]
)


def measure(text: pa.Array) -> pa.StructArray:
    r"""The statistics over words that `str.split` gives and lines between newlines; shares of nothing are 0.

    `symbol_words` hold a hash sign or the one-character ellipsis, `alphabetic_words` a letter: fractions of the words.
    `stop_words` counts all occurrences of the, be, to, of, and, that, have, with. `bullet_lines` begin with `*` or `-`,
    `ellipsis_lines` end with the one-character ellipsis, `duplicate_lines` occur more than once: fractions of the
    lines, the first occurrences and empty lines included. `duplicate_line_characters` are their code points per code
    point of all words, so that more than 1 is possible. `top_N_gram` is what all occurrences of the most frequent
    n-gram (of several, the first) have of the words' code points, `duplicate_N_grams` what n-grams that occur more than
    once have of those of all n-grams; null where there is no n-gram.

    >>> row = measure(pa.array(["This is a test."])).to_pylist()[0]
    >>> row["median_word_length"], row["top_2_gram"], row["duplicate_5_grams"]
    (3.0, 0.5, None)
    """
    t = text_of(text)
    pieces = t.words(WHITESPACE)
    words = count_words(*pieces, stop_word_hashes())
    lines = count_lines(t.utf8.data, t.utf8.offsets)
    n_words, n_lines = np.maximum(words["words"], 1), lines["lines"]
    columns = (
        words["words"],
        words["twice_median"] / 2,
        words["stop_words"],
        words["signed"] / n_words,
        words["lettered"] / n_words,
        lines["bullets"] / n_lines,
        lines["ellipsis_ends"] / n_lines,
        lines["repeated"] / n_lines,
        lines["repeated_characters"] / np.maximum(words["characters"], 1),
        *ngram_shares(pieces.first, pieces.chars, pieces.hashes).T,
    )
    return struct(FIELDS, [np.ascontiguousarray(column) for column in columns], t.utf8.valid)


def gopher_dolma_v1() -> Annotator:
    """The annotator `gopher_dolma_v1`: eighteen statistics of quality and repetition."""
    return Annotator("gopher_dolma_v1", FIELDS, measure)
