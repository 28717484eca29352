"""Which words an annotator counts: a choice with a name, `unicode` where nothing is said.

    unicode      what a tokenizer gives: punctuation is a word of its own, contractions lose their tail, and in scripts
                 without spaces each letter is a word; near to datatrove's (`kernels.segment`)
    whitespace   what `str.split` gives, punctuation included, as dolma and DCLM count words (`kernels.whitespace`)

`minhash_v1` knows the same two names; there `unicode` words are runs of letters and digits, without punctuation, for
shingles must not differ by it.
"""

from collections.abc import Callable
from functools import partial

import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.errors import UsageError
from thresher.kernels.text import SEGMENTATIONS, UNICODE


def by_words(name: str, fields: pa.DataType, measure: Callable[..., pa.StructArray], words: str) -> Annotator:
    """The annotator that measures text by `words`, a segmentation; the default is no part of its identity.

    Raises UsageError where no segmentation is so called.
    """
    if words not in SEGMENTATIONS:
        raise UsageError(f"{name}: `words` is {words!r}, but must be {' or '.join(SEGMENTATIONS)}")
    settings = {} if words == UNICODE else {"words": words}
    return Annotator(name, fields, partial(measure, words=words), settings=settings)
