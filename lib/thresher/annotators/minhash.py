"""The MinHash signature of a document, from which near duplicates are found without comparing texts.

Source: Broder 1997, "On the resemblance and containment of documents"; the defaults, word 5-grams and 14 bands of 8
values, are those of FineWeb (Penedo et al. 2024, https://arxiv.org/abs/2406.17557).
"""

from functools import partial

import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.errors import UsageError
from thresher.kernels.arrow import utf8
from thresher.kernels.minhash import SEGMENTATIONS, VALUE_BYTES, signatures

FIELDS = pa.struct([("signature", pa.binary())])


def minhash_v1(ngram: int = 5, permutations: int = 112, seed: int = 1, words: str = "unicode") -> Annotator:
    r"""Each document's signature: `{"signature": b"..."}`, four little-endian bytes (uint32) a permutation.

    Shingles are the runs of `ngram` words, in lower case. `words` says what a word is: by `unicode` a run of what `\w`
    matches, and in scripts without spaces a single letter; by `whitespace` what lies between white space, punctuation
    included. A document of fewer words has a null signature: too short to shingle, it is like no other. A null document
    gives null. Raises UsageError for a number below 1 (or a seed below 0) and for another name of words.

    >>> text = pa.array(["to be or not to be that is the question", "to be", None])
    >>> [row and row["signature"] and len(row["signature"]) for row in minhash_v1().measure(text).to_pylist()]
    [448, None, None]
    """
    for name, number, least in (("ngram", ngram, 1), ("permutations", permutations, 1), ("seed", seed, 0)):
        if number < least:
            raise UsageError(f"minhash_v1: `{name}` is {number}, but must be at least {least}")
    if words not in SEGMENTATIONS:
        raise UsageError(f"minhash_v1: `words` is {words!r}, but must be {' or '.join(SEGMENTATIONS)}")
    settings: dict[str, int | str] = {"ngram": ngram, "permutations": permutations, "seed": seed}
    if words != "unicode":  # signatures that were made before there was a choice keep their fingerprint
        settings["words"] = words
    return Annotator("minhash_v1", FIELDS, partial(_measure, ngram, permutations, seed, words), settings=settings)


def _measure(ngram: int, permutations: int, seed: int, words: str, text: pa.Array) -> pa.StructArray:
    data, offsets, valid = utf8(text)
    values, known = signatures(data, offsets, valid, ngram, permutations, seed, words)
    packed = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(VALUE_BYTES * permutations),
        len(known),
        [pa.array(known).buffers()[1], pa.py_buffer(values.astype("<u4", copy=False))],
    )
    return pa.StructArray.from_arrays([packed.cast(pa.binary())], fields=list(FIELDS), mask=pa.array(~valid))
