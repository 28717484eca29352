"""The exact hash of a document: equal for documents that differ only in case and white space."""

import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.kernels.arrow import utf8
from thresher.kernels.hashing import normalised_hashes

FIELDS = pa.struct([("hash", pa.int64()), ("check", pa.int64())])


def exact_v1() -> Annotator:
    r"""The 128-bit MurmurHash3 (x64, seed 0) of the normalised text, as its two halves: `{"hash": ..., "check": ...}`.

    Normalised: each character in lower case (the package's table, one character for one), runs of white space
    (`str.isspace`) as one space, none at either end. A null document, or one of nothing but white space, gives null, so
    that empty documents are never taken for copies of each other.

    >>> one, other, empty = exact_v1().measure(pa.array(["The  Sea", "the\nsea ", " "])).to_pylist()
    >>> one == other, empty
    (True, None)
    """
    return Annotator("exact_v1", FIELDS, _measure)


def _measure(text: pa.Array) -> pa.StructArray:
    first, second, known = normalised_hashes(*utf8(text))
    return pa.StructArray.from_arrays([pa.array(first), pa.array(second)], fields=list(FIELDS), mask=pa.array(~known))
