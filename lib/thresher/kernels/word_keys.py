"""Words as keys of 64 bits, by which short lists of words are looked up inside kernels: one multiplication a letter."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined
from thresher.kernels.unicode import Int

NO_LETTERS = 1  # the key of no letters: not 0, so that a NUL in front of a word makes another one of it
_BASE = 0x9E3779B97F4A7C15


@inlined
def with_letter(key: np.uint64, code: Int) -> np.uint64:
    """The key of a word with one code point more."""
    return key * np.uint64(_BASE) + np.uint64(code)


def key_of(word: str) -> int:
    """The key of a word, as kernels make it letter by letter.

    >>> with_letter(with_letter(np.uint64(NO_LETTERS), ord("a")), ord("b")) == key_of("ab")
    True
    """
    key = NO_LETTERS
    for char in word:
        key = (key * _BASE + ord(char)) & 0xFFFFFFFFFFFFFFFF
    return key


def sorted_keys(words: Iterable[str]) -> npt.NDArray[np.uint64]:
    """The keys of some words, sorted."""
    return np.array(sorted({key_of(word) for word in words}), np.uint64)
