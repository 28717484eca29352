"""The MinHash signature of a document, from which near duplicates are found without comparing texts.

Source: Broder 1997, "On the resemblance and containment of documents"; the defaults, word 5-grams and 14 bands of 8
values, are those of FineWeb (Penedo et al. 2024, https://arxiv.org/abs/2406.17557). Signatures of other programs are
those of `thresher.kernels.minhash_families`.
"""

from collections.abc import Collection
from functools import partial
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.errors import UsageError
from thresher.kernels.arrow import utf8
from thresher.kernels.minhash import signatures
from thresher.kernels.minhash_families import FAMILIES, MOST_SEED, family_signatures
from thresher.kernels.shingle_units import SEGMENTATIONS, UNITS

FIELDS = pa.struct([("signature", pa.binary())])
BITS = (32, 64)
OWN = "thresher"
# Settings that came later, by the values that signatures had before: left at these they are in no fingerprint.
_LATER = {"words": "unicode", "unit": "words", "bits": 32, "family": OWN}


class _Settings(NamedTuple):
    """The settings of `minhash_v1`."""

    ngram: int
    permutations: int
    seed: int
    words: str
    unit: str
    bits: int
    family: str


def minhash_v1(
    ngram: int = 5,
    permutations: int = 112,
    seed: int = 1,
    words: str = "unicode",
    unit: str = "words",
    bits: int = 32,
    family: str = OWN,
) -> Annotator:
    r"""Each document's signature: `{"signature": b"..."}`, a little-endian number of `bits` 32 or 64 a permutation.

    Shingles are the runs of `ngram` units: `words` in lower case, or the `characters` (code points) of the normalised
    text, which is these words with one space between two. `words` says what a word is: by `unicode` a run of what `\w`
    matches, and in scripts without spaces a single letter; by `whitespace` what lies between white space, punctuation
    included. A document of fewer units has a null signature: too short to shingle, it is like no other. A null document
    gives null.

    `family` is the hashes and permutations: `thresher`, or those of another program, whose values come out where it is
    given the same shingles (words with one space between two, as UTF-8):

    - `datasketch`: its `MinHash(permutations, seed)` from version 2 on; with 64 bits, its scheme `affine64`.
    - `datasketch_legacy`: the same before version 2, or its scheme `legacy`; of 32 bits.
    - `datatrove`, `datatrove_sha1`: its `MinhashDedupSignature` with that seed and `permutations` as buckets times
      hashes per bucket, by xxHash (what it does unless told otherwise, with 64 bits) or SHA-1.

    datatrove normalises more than this does (numbers, accents) and cuts words by a tokenizer, so that a text's shingles
    are the same only where its words are.

    Raises UsageError for a number below 1 (or a seed below 0), for another name, and for what a family does not have.

    >>> text = pa.array(["to be or not to be that is the question", "to be", None])
    >>> [row and row["signature"] and len(row["signature"]) for row in minhash_v1().measure(text).to_pylist()]
    [448, None, None]
    >>> [row and len(row["signature"]) for row in minhash_v1(unit="characters", bits=64).measure(text).to_pylist()]
    [896, 896, None]
    """
    chosen = _Settings(ngram, permutations, seed, words, unit, bits, family)
    _check(chosen)
    settings = {name: value for name, value in chosen._asdict().items() if _LATER.get(name) != value}
    return Annotator("minhash_v1", FIELDS, partial(_measure, chosen), settings=settings)


def _check(chosen: _Settings) -> None:
    for name, least in (("ngram", 1), ("permutations", 1), ("seed", 0)):
        _require(getattr(chosen, name) >= least, name, chosen, f"at least {least}")
    families: Collection[str] = (OWN, *FAMILIES)
    for name, known in (("words", SEGMENTATIONS), ("unit", UNITS), ("bits", BITS), ("family", families)):
        _require(getattr(chosen, name) in known, name, chosen, " or ".join(map(str, known)))
    if chosen.family in FAMILIES:
        bits = FAMILIES[chosen.family].bits
        _require(chosen.bits in bits, "bits", chosen, f"{' or '.join(map(str, bits))} for family {chosen.family}")
        _require(chosen.seed <= MOST_SEED, "seed", chosen, f"at most {MOST_SEED} for family {chosen.family}")


def _require(right: bool, name: str, chosen: _Settings, needed: str) -> None:
    if not right:
        raise UsageError(f"minhash_v1: `{name}` is {getattr(chosen, name)!r}, but must be {needed}")


def _measure(chosen: _Settings, text: pa.Array) -> pa.StructArray:
    found = utf8(text)
    ngram, permutations, seed, words, unit, bits, family = chosen
    if family == OWN:
        values, known = signatures(*found, ngram, permutations, seed, words, unit, bits)
    else:
        values, known = family_signatures(found, ngram, permutations, seed, family, words, unit, bits)
    packed = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(bits // 8 * permutations),
        len(known),
        [pa.array(known).buffers()[1], pa.py_buffer(values.astype(np.dtype(f"<u{bits // 8}"), copy=False))],
    )
    return pa.StructArray.from_arrays([packed.cast(pa.binary())], fields=list(FIELDS), mask=pa.array(~found.valid))
