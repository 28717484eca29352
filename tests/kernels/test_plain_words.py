"""Words of which case, punctuation and white space make no difference, against their twin and on every letter."""

import unicodedata

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from thresher.kernels.plain_words import next_word

from . import overlap_twin
from .texts import TEXTS, joined

DENSE = joined(
    st.sampled_from(
        (
            "a",
            "A",
            "9",
            "ß",
            "ſ",
            "İ",
            "ı",
            "I",
            "ς",
            "Σ",
            "ﬁ",
            "ʼ",
            "'",
            "-",
            "_",
            "\u0301",
            " ",
            "\xa0",
            "\0",
            "中",
            "ก",
            "ั",
        )
    ),
    30,
)
ASSIGNED = [c for c in map(chr, range(0x110000)) if unicodedata.category(c) not in ("Cn", "Cs", "Co")]


def read(text: str, joined: bool) -> list[tuple[int, int, int]]:
    """Each word's hash, and the bytes where it begins and ends."""
    data, found, i = np.frombuffer(text.encode(), np.uint8), [], 0
    while True:
        word, begin, stop, i = map(int, next_word(data, i, len(data), joined))
        if not word:
            return found
        found.append((word, begin, stop))


@pytest.mark.parametrize("joined", [False, True], ids=["parted", "joined"])
@given(text=TEXTS | DENSE)
@example(text="DON'T don\u2019t «ﬁ FI» \u0301a\u0301'b ŉ ΐ")
def test_words_and_where_they_stand_are_the_twins(text: str, joined: bool) -> None:
    found, expected = read(text, joined), overlap_twin.words(text, joined)
    assert [span for _, *span in found] == [[len(text[:k].encode()) for k in span] for _, *span in expected]
    pairs = {(key, word) for (key, *_), (word, *_) in zip(found, expected, strict=True)}
    assert len(pairs) == len({key for key, _ in pairs}) == len({word for _, word in pairs})


def test_letters_are_alike_that_are_alike_to_the_twin_and_no_others() -> None:
    words = {c: overlap_twin.words(c)[0][0] for c in ASSIGNED if c.isalnum()}
    pairs = {(read(c, False)[0][0], word) for c, word in words.items()}
    assert len(pairs) == len({key for key, _ in pairs}) == len({word for _, word in pairs})


def test_every_letter_is_found_again_in_upper_case_but_for_a_written_few() -> None:
    letters = [c for c in ASSIGNED if c.isalpha()]
    split = {c for c in letters if [key for key, *_ in read(c, False)] != [key for key, *_ in read(c.upper(), False)]}
    assert split == overlap_twin.UNFOLDED


@pytest.mark.parametrize("character", ["a", "_", "\0", "\u0301", "中", "😀"])
@pytest.mark.parametrize("joined", [False, True])
def test_a_megabyte_of_one_character(character: str, joined: bool) -> None:
    size = len(character.encode())
    n = 1_000_000 // size
    expected = {"a": [(0, n)], "中": [(k * size, k * size + size) for k in range(n)]}.get(character, [])
    assert [(begin, stop) for _, begin, stop in read(character * n, joined)] == expected
