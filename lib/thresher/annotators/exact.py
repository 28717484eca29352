"""The exact hash of a document: equal for documents whose texts are the same in a normal form."""

from functools import partial

import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.errors import UsageError
from thresher.kernels.arrow import utf8
from thresher.kernels.hashing import NORMAL_FORMS, normalised_hashes

FIELDS = pa.struct([("hash", pa.int64()), ("check", pa.int64())])
_DEFAULT = "case_and_space"


def exact_v1(normalise: str = _DEFAULT) -> Annotator:
    r"""The 128-bit MurmurHash3 (x64, seed 0) of the normalised text, as its two halves: `{"hash": ..., "check": ...}`.

    `normalise` names what does not matter. By `none` everything does, byte for byte. By `case_and_space` each character
    is taken in lower case (the package's table, one character for one), runs of white space (`str.isspace`) as one
    space, none at either end. By `words` only the words count, in lower case, punctuation and white space do not; words
    are those of `minhash_v1`. A null document, or one of which nothing is left, gives null, so that empty documents
    are never taken for copies of each other. Raises UsageError for another name.

    >>> one, other, empty = exact_v1().measure(pa.array(["The  Sea", "the\nsea ", " "])).to_pylist()
    >>> one == other, empty
    (True, None)
    >>> one, other = exact_v1(normalise="words").measure(pa.array(["Hello, World!", "hello world"])).to_pylist()
    >>> one == other
    True
    """
    if normalise not in NORMAL_FORMS:
        *others, last = NORMAL_FORMS
        raise UsageError(f"exact_v1: `normalise` is {normalise!r}, but must be {', '.join(others)} or {last}")
    # Hashes that were made before there was a choice keep their fingerprint.
    settings = {} if normalise == _DEFAULT else {"normalise": normalise}
    return Annotator("exact_v1", FIELDS, partial(hashes, NORMAL_FORMS.index(normalise)), settings=settings)


def hashes(form: int, text: pa.Array) -> pa.StructArray:
    """The hash of each text in a normal form, a place in `NORMAL_FORMS`, as a struct of `FIELDS`."""
    first, second, known = normalised_hashes(*utf8(text), form)
    return pa.StructArray.from_arrays([pa.array(first), pa.array(second)], fields=list(FIELDS), mask=pa.array(~known))
