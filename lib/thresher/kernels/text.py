"""One array of text and what the kernels found in it: each kernel runs once, however many annotators ask."""

from collections.abc import Callable
from functools import cached_property
from threading import local
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from thresher.kernels import counts as _counts
from thresher.kernels import marks as _marks
from thresher.kernels import ngrams as _ngrams
from thresher.kernels import repeats as _repeats
from thresher.kernels import segment, whitespace
from thresher.kernels.arrow import Utf8, utf8

Column: TypeAlias = npt.NDArray[Any]
Made = TypeVar("Made")
# What a word is, by name: what a tokenizer gives that cuts off punctuation, or what lies between white space.
UNICODE, WHITESPACE = "unicode", "whitespace"
SEGMENTATIONS: dict[str, Callable[[Utf8], segment.Words]] = {
    UNICODE: segment.words_of,
    WHITESPACE: whitespace.pieces_of,
}
KEPT = 3  # the text of a batch, and what each of two edits leaves of it
_last = local()


class Text:
    """An array of text, as bytes, and its measurements, each made when first asked for."""

    def __init__(self, array: pa.Array) -> None:
        self.array = array  # held, so that no other array can come to lie at its address
        self.utf8: Utf8 = utf8(array)
        self._made: dict[str, Any] = {}

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """What `make` gives, kept under this name: what one annotator alone needs, but more than once."""
        if name not in self._made:
            self._made[name] = make()
        made: Made = self._made[name]
        return made

    def words(self, segmentation: str = UNICODE) -> segment.Words:
        """The words of each document, cut by `SEGMENTATIONS`."""
        return self.once(f"words {segmentation}", lambda: SEGMENTATIONS[segmentation](self.utf8))

    def counts(self, segmentation: str = UNICODE) -> Column:
        """A row per document, by `counts.COUNTS`."""
        words = self.words(segmentation)
        return self.once(f"counts {segmentation}", lambda: _counts.counts(*words, _counts.stop_word_hashes()))

    @cached_property
    def marks(self) -> Column:
        """A row per document, by `marks.MARKS`."""
        return _marks.marks(self.utf8.data, self.utf8.offsets)

    @cached_property
    def repeats(self) -> Column:
        """A row per document, by `repeats.REPEATS`."""
        return _repeats.repeats(self.utf8.data, self.utf8.offsets)

    def ngrams(self, segmentation: str = UNICODE) -> Column:
        """A row per document: characters of the top 2, 3, 4-gram and of repeated 5 … 10-grams."""
        first, chars, hashes, _ = self.words(segmentation)
        return self.once(f"ngrams {segmentation}", lambda: _ngrams.ngrams(first, chars, hashes))


def text_of(array: pa.Array) -> Text:
    """The `Text` of an array; each thread keeps the last `KEPT`, because several annotators measure one batch.

    >>> text_of(pa.array(["To be."])).counts()["words"].tolist()
    [2]
    """
    key = (array.type, len(array), array.offset, *(b if b is None else (b.address, b.size) for b in array.buffers()))
    kept: dict[Any, Text] = _last.__dict__.setdefault("texts", {})
    text = kept.pop(key, None) or Text(array)
    kept[key] = text  # as the newest
    if len(kept) > KEPT:
        del kept[next(iter(kept))]
    return text


def forget() -> None:
    """Forget this thread's texts, so that the kernels run again."""
    _last.__dict__.clear()


def ratio(numerator: Column, denominator: Column) -> npt.NDArray[np.float64]:
    """Element by element, NaN where the denominator is 0.

    >>> ratio(np.array([1, 1]), np.array([2, 0])).tolist()
    [0.5, nan]
    """
    out = np.full(len(numerator), np.nan)
    np.divide(numerator, denominator, out=out, where=denominator != 0)
    return out
