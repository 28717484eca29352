"""C4's line rules (Raffel et al. 2020, https://jmlr.org/papers/v21/20-074.html, section 2.2), in four dialects.

Each measures what the rules cut from a text and what is left, and, as an edit, leaves it. Sources: `clean_page` of
TensorFlow Datasets' `c4_utils`, `C4QualityFilter` of datatrove, `c4.yaml` of DCLM's baselines.

    a line is kept when                              TFDS            datatrove         DCLM
    no word is longer than                           1,000           1,000             1,000
    it ends with                                     . ? ! "         . ? ! " '         . ? ! "
    and not with                                     ...             ...               ... or …
    it has words                                     5               3                 5
    it holds none of: javascript, terms of use, privacy policy, cookie policy, uses cookies, use of cookies, use cookies

Citations (`[12]`, `[edit]`, `[citation needed]`) are cut out first. Lines are cut where `str.splitlines` does and
trimmed, in DCLM's reading at newlines alone and not; DCLM keeps blank lines, passes over blanks at a line's end and
counts the sentences of the page that is left, TFDS those of each line. `c4_fineweb_v1` is datatrove's dialect as
FineWeb sets it (Penedo et al. 2024, https://arxiv.org/abs/2406.17557): a line may end as it likes.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.kernels.arrow import strings, struct
from thresher.kernels.c4 import FIELDS as NAMES
from thresher.kernels.c4 import c4_dclm_lines, c4_lines
from thresher.kernels.punkt_words import english
from thresher.kernels.text import text_of

FIELDS = pa.struct([(name, pa.int64()) for name in NAMES])
LEAST_WORDS = {"c4_v1": 5, "c4_datatrove_v1": 3, "c4_fineweb_v1": 3}


def _run(dialect: str, text: pa.Array) -> Any:
    """The kernel's result on an array, once for the measurement and the edit."""
    shared = text_of(text)
    data, offsets, _ = shared.utf8

    def run() -> Any:
        if dialect == "c4_dclm_v1":
            return c4_dclm_lines(data, offsets, english())
        return c4_lines(data, offsets, LEAST_WORDS[dialect], dialect != "c4_v1", dialect != "c4_fineweb_v1", english())

    return shared.once(dialect, run)


def measure(dialect: str, text: pa.Array) -> pa.StructArray:
    r"""How many lines there are, are kept, and fell to each rule, each to the first that cuts it.

    Of the lines kept: `lorem_ipsum` and `curly_brackets`, lines that hold these; `sentences`, as TFDS and DCLM
    count them by NLTK's Punkt (`kernels.punkt`), datatrove by spaCy's rule (`kernels.sentences`); `characters` of the
    text left.

    >>> page = pa.array(["Home\nThe fox ran over the hill.[3] It was red.\nThis site uses cookies for your comfort."])
    >>> row = measure("c4_v1", page).to_pylist()[0]
    >>> row["lines"], row["unended_lines"], row["policy_lines"], row["kept_lines"], row["sentences"]
    (3, 1, 1, 1, 2)
    """
    _, _, counts = _run(dialect, text)
    return struct(FIELDS, [counts[name] for name in NAMES], text_of(text).utf8.valid)


def leave(dialect: str, text: pa.Array) -> pa.Array:
    r"""The text without the lines that the rules cut, and without citations; null where it was.

    >>> leave("c4_v1", pa.array(["Home\nThe fox ran over the hill.[3]"])).to_pylist()
    ['The fox ran over the hill.']
    """
    data, offsets, _ = _run(dialect, text)
    return strings(data, offsets, text_of(text).utf8.valid)


def _dialect(name: str) -> Callable[[], Annotator]:
    return lambda: Annotator(name, FIELDS, partial(measure, name), edit=partial(leave, name))


c4_v1, c4_datatrove_v1 = _dialect("c4_v1"), _dialect("c4_datatrove_v1")
c4_fineweb_v1, c4_dclm_v1 = _dialect("c4_fineweb_v1"), _dialect("c4_dclm_v1")
