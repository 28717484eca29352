"""RefinedWeb's line-wise corrections (Penedo et al. 2023, https://arxiv.org/abs/2306.01116, appendix G.2).

As DCLM-Baseline has them (`dclm_baseline_refinedweb.yaml`, Li et al. 2024, https://arxiv.org/abs/2406.11794), in order:

    a line goes when                               or loses, if it has at most 10 words
    more than half of it is upper case             `items in cart`, wherever it is
    all of it are digits                           `read more` and three characters at its end
    it is a counter (3 likes, 1.2k views …)        `sign-in` at its beginning
    it has one word, and is not empty

The page is trimmed after each of these but the last of the left column. What DCLM does before (addresses of the web cut
out, at most two newlines in a row) is `addresses_dclm_v1`.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.kernels.arrow import strings, struct
from thresher.kernels.dclm import count_words
from thresher.kernels.refinedweb import CAUSES, refinedweb_lines
from thresher.kernels.text import ratio, text_of

FIELDS = pa.struct(
    [
        ("words", pa.int64()),
        ("removed_words", pa.float64()),
        *((f"{cause}_lines", pa.int64()) for cause in CAUSES),
    ]
)


def _run(text: pa.Array) -> Any:
    """The kernel's result on an array, once for the measurement and the edit."""
    shared = text_of(text)
    return shared.once("refinedweb_lines_v1", lambda: refinedweb_lines(shared.utf8.data, shared.utf8.offsets))


def measure(text: pa.Array) -> pa.StructArray:
    r"""What the rules cut: `removed_words`, a fraction of the `words`, and how many lines each rule cut or cut from.

    Words are cut at ASCII white space and begin with a letter or a number; without any `removed_words` is null.

    >>> page = pa.array(["THE NEWS\nIt was a day like any other.\n3.5k likes\nRead more..."])
    >>> row = measure(page).to_pylist()[0]
    >>> row["words"], round(row["removed_words"], 2), row["uppercase_lines"], row["counter_lines"]
    (13, 0.46, 1, 1)
    """
    data, offsets, counts = _run(text)
    utf8 = text_of(text).utf8
    words = count_words(utf8.data, utf8.offsets)["tokens"]
    removed = words - count_words(data, offsets)["tokens"]
    return struct(FIELDS, [words, ratio(removed, words), *map(np.ascontiguousarray, counts.T)], utf8.valid)


def leave(text: pa.Array) -> pa.Array:
    r"""The text without what the rules cut; null where it was.

    >>> leave(pa.array(["SIGN UP\nIt was a day like any other.\n12 comments"])).to_pylist()
    ['It was a day like any other.']
    """
    data, offsets, _ = _run(text)
    return strings(data, offsets, text_of(text).utf8.valid)


def refinedweb_lines_v1() -> Annotator:
    """The annotator and edit `refinedweb_lines_v1`."""
    return Annotator("refinedweb_lines_v1", FIELDS, measure, edit=leave)
