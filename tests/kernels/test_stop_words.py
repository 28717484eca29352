"""Stop words by lists, and documents in Latin letters, against plain-Python twins."""

import numpy as np
import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from thresher.kernels.arrow import utf8
from thresher.kernels.segment import words_of
from thresher.kernels.stop_words import count_stop_words, latin, stop_words_of
from thresher.kernels.unicode import ALPHABETIC, classes

from .test_segment import twin as words_by_twin
from .texts import PARTS, TEXTS, joined

COMMON = ("l'", "'s", "可以", "中", "e\u0301", "the", "don't", "Mr.", "of the", " le")
LISTS = st.lists(
    st.lists(st.sampled_from(COMMON) | st.sampled_from(PARTS).filter(str.strip), min_size=1, max_size=8),
    min_size=1,
    max_size=4,
)
DENSE = joined(st.sampled_from((*COMMON, *COMMON, " ", "\n", "中", ".", "x")), 20)


def twin(text: str, stop_words: list[str]) -> int:
    """A stop word is met as a word, or where its words stand in a row."""
    words = words_by_twin(text)
    spellings = {stop_word: ([stop_word], words_by_twin(stop_word)) for stop_word in stop_words}
    return sum(
        any(spelled == words[k : k + len(spelled)] for spelled in found if spelled for k in range(len(words)))
        for found in spellings.values()
    )


@given(
    st.lists(st.tuples(TEXTS | DENSE, st.integers(-1, 3)), max_size=5),
    LISTS,
)
@example([("the be 可 以", 0), ("可以 l'", 1), ("the", -1)], [["the", "可以", "the"], ["l'", "可以"]])
@example([("le chat", 0), ("le", 1)], [[" le"], ["le\n"]])
def test_stop_words(documents: list[tuple[str, int]], lists: list[list[str]]):
    texts = utf8(pa.array([text for text, _ in documents], pa.string()))
    chosen = np.array([min(number, len(lists) - 1) for _, number in documents], np.int64)
    words = words_of(texts)
    counted = count_stop_words(words.first, words.hashes, chosen, *stop_words_of(lists))
    assert counted.tolist() == [
        0 if number < 0 else twin(text, lists[number]) for (text, _), number in zip(documents, chosen, strict=True)
    ]


@given(st.lists(TEXTS | joined(st.sampled_from("aéệжדɐἀ1 中"), 12), max_size=4))
@example(["aж", "aaж", "", "1"])
def test_latin(texts: list[str]):
    def letters(text: str) -> list[bool]:
        # Python 3.11 knows Unicode 14, the kernel 15.1: what is a letter is asked of the kernel's table.
        known = [ord(c) for c in text if classes(ord(c)) & ALPHABETIC]
        return [code < 0x250 or 0x1E00 <= code < 0x1F00 for code in known]

    data, offsets, _ = utf8(pa.array(texts, pa.string()))
    found = latin(data, offsets, np.ones(len(texts), np.bool_))
    assert found.tolist() == [2 * sum(letters(text)) > len(letters(text)) for text in texts]
    assert not latin(data, offsets, np.zeros(len(texts), np.bool_)).any()
