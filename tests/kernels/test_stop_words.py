"""Stop words by lists, and documents in Latin letters, against plain-Python twins."""

import unicodedata

import numpy as np
import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from thresher.kernels.arrow import utf8
from thresher.kernels.segment import words_of
from thresher.kernels.stop_words import count_stop_words, latin, stop_words_of

from .test_segment import cut_by_kernel
from .texts import PARTS, TEXTS

LISTS = st.lists(
    st.lists(st.sampled_from([*PARTS, "l'", "'s", "可以", "中", "e\u0301"]), max_size=8), min_size=1, max_size=4
)


def twin(text: str, stop_words: list[str]) -> int:
    """A stop word is met as a word, or where its words stand in a row."""
    words = cut_by_kernel(text)[0]
    spellings = {stop_word: ([stop_word], cut_by_kernel(stop_word)[0]) for stop_word in stop_words}
    return sum(
        any(spelled == words[k : k + len(spelled)] for spelled in found if spelled for k in range(len(words)))
        for found in spellings.values()
    )


@given(
    st.lists(st.tuples(TEXTS, st.integers(-1, 3)), max_size=5),
    LISTS.map(lambda lists: [[w for w in words if w.strip()] for words in lists]),
)
@example([("the be 可 以", 0), ("可以 l'", 1), ("the", -1)], [["the", "可以", "the"], ["l'", "可以"]])
def test_stop_words(documents: list[tuple[str, int]], lists: list[list[str]]):
    texts = utf8(pa.array([text for text, _ in documents], pa.string()))
    chosen = np.array([min(number, len(lists) - 1) for _, number in documents], np.int64)
    words = words_of(texts)
    counted = count_stop_words(words.first, words.hashes, chosen, *stop_words_of(lists))
    assert counted.tolist() == [
        0 if number < 0 else twin(text, lists[number]) for (text, _), number in zip(documents, chosen, strict=True)
    ]


@given(st.lists(TEXTS | st.text(st.sampled_from("aéжדb1 中"), max_size=12), max_size=4))
@example(["aж", "aaж", "", "1"])
def test_latin(texts: list[str]):
    def letters(text: str) -> list[bool]:
        known = [c for c in text if c.isalpha() and unicodedata.category(c) != "Cn"]
        return [ord(c) < 0x250 or 0x1E00 <= ord(c) < 0x1F00 for c in known]

    data, offsets, _ = utf8(pa.array(texts, pa.string()))
    found = latin(data, offsets, np.ones(len(texts), np.bool_))
    # Letters that Python's own, older table does not know could only tip a text that is half of each.
    for text, is_latin in zip(texts, found, strict=True):
        assert bool(is_latin) == (2 * sum(letters(text)) > len(letters(text))) or any(ord(c) > 0x1FFFF for c in text)
    assert not latin(data, offsets, np.zeros(len(texts), np.bool_)).any()
