"""The repetition statistics of Gopher (Rae et al. 2021, https://arxiv.org/abs/2112.11446, table A1)."""

import numpy as np
import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.annotators.segmentation import by_words
from thresher.kernels.arrow import struct
from thresher.kernels.ngrams import DUPLICATED, TOP
from thresher.kernels.text import UNICODE, ratio, text_of

NGRAMS = (*(f"top_{n}_gram" for n in TOP), *(f"duplicate_{n}_grams" for n in DUPLICATED))
FIELDS = pa.struct(
    [
        ("characters", pa.int64()),
        ("duplicate_lines", pa.float64()),
        ("duplicate_paragraphs", pa.float64()),
        ("duplicate_line_characters", pa.float64()),
        ("duplicate_paragraph_characters", pa.float64()),
        *((name, pa.float64()) for name in NGRAMS),
    ]
)


def measure(text: pa.Array, words: str = UNICODE) -> pa.StructArray:
    r"""The statistics as datatrove reads the paper: fractions of the lines, of the paragraphs, of the code points.

    A line or paragraph is a duplicate where it came before in the document. `top_N_gram` is what all occurrences of
    the most frequent word n-gram cover, spaces and overlaps included; `duplicate_N_grams` what n-grams that came
    before cover, without spaces and overlaps. Null where the text is empty or, for the top n-gram, shorter than n.

    >>> row = measure(pa.array(["one\ntwo\none"])).to_pylist()[0]
    >>> row["duplicate_lines"], row["duplicate_line_characters"], row["top_4_gram"]
    (0.3333333333333333, 0.2727272727272727, None)
    """
    t = text_of(text)
    repeats, characters, covered = t.repeats, t.marks["characters"], t.ngrams(words)
    ngrams = np.where(covered < 0, np.nan, covered)
    columns = (
        characters,
        ratio(repeats["repeated_lines"], repeats["lines"]),
        ratio(repeats["repeated_paragraphs"], repeats["paragraphs"]),
        ratio(repeats["repeated_line_characters"], characters),
        ratio(repeats["repeated_paragraph_characters"], characters),
        *(ratio(ngrams[:, k], characters) for k in range(len(NGRAMS))),
    )
    return struct(FIELDS, columns, t.utf8.valid)


def repetition_v1(words: str = UNICODE) -> Annotator:
    """The annotator `repetition_v1`: the thirteen repetition statistics, and the length that they are fractions of.

    n-grams are of words by `thresher.annotators.segmentation`.

    >>> rows = [repetition_v1(words).measure(pa.array(["Row, row. Row, row."])) for words in ("unicode", "whitespace")]
    >>> [round(row.field("top_2_gram")[0].as_py(), 2) for row in rows]
    [0.53, 0.95]
    """
    return by_words("repetition_v1", FIELDS, measure, words)
