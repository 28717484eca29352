"""A user's own annotator, named by its import path: it counts vowels, raises at one text, dies at another."""

import os

import pyarrow as pa

from thresher.annotators.base import Annotator

FIELDS = pa.struct([("vowels", pa.int64())])


def count_vowels(text: pa.Array) -> pa.StructArray:
    texts = text.to_pylist()
    if any("this text kills" in value for value in texts):
        os._exit(139)
    if any("this text raises" in value for value in texts):
        raise ValueError("what a text")
    counts = [sum(value.count(vowel) for vowel in "aeiou") for value in texts]
    return pa.StructArray.from_arrays([pa.array(counts, pa.int64())], fields=list(FIELDS))


def vowels_v1() -> Annotator:
    return Annotator("vowels_v1", FIELDS, count_vowels)
