"""Sets of shingles are the words' n-grams, their similarity the sets' own; the words are those of MinHash."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thresher.kernels.arrow import utf8
from thresher.kernels.minhash import signatures
from thresher.kernels.shingle_units import UNITS
from thresher.kernels.shingles import jaccard, shingle_sets

from .test_minhash import pieces_of, words_of
from .texts import TEXTS, joined

WORDS = {"unicode": lambda text: list(filter(None, words_of(text))), "whitespace": pieces_of}
TEXT = TEXTS | joined(st.sampled_from("aAbB ,.\n\x00éß中文のกข\u0301🦀\u2028\xa0"), 60)


def grams(text: str, ngram: int, kind: str, unit: str) -> set[tuple[str, ...]]:
    words = list(" ".join(WORDS[kind](text))) if unit == "characters" else WORDS[kind](text)
    return {tuple(words[i : i + ngram]) for i in range(len(words) - ngram + 1)}


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("kind", WORDS)
@given(one=TEXT, other=TEXT, ngram=st.integers(1, 4))
def test_as_many_as_there_are_n_grams_and_as_alike(one: str, other: str, ngram: int, kind: str, unit: str) -> None:
    left, right = grams(one, ngram, kind, unit), grams(other, ngram, kind, unit)
    sets = shingle_sets(pa.array([one, other, None]), ngram, kind, unit)
    assert [s and len(s) // 8 for s in sets.to_pylist()] == [len(left) or None, len(right) or None, None]
    (share,) = jaccard(sets.slice(0, 1), sets.slice(1, 1)).to_pylist()
    assert share == (len(left & right) / len(left | right) if left and right else None)


@pytest.mark.parametrize("unit", UNITS)
@given(texts=st.lists(TEXT, max_size=5), ngram=st.integers(1, 4))
def test_a_text_has_shingles_where_it_has_a_signature(texts: list[str], ngram: int, unit: str) -> None:
    text = pa.array(texts, pa.string())
    _, known = signatures(*utf8(text), ngram, 4, 1, "unicode", unit)
    assert [s is not None for s in shingle_sets(text, ngram, unit=unit).to_pylist()] == known.tolist()


def test_a_long_text_and_a_slice() -> None:
    text = pa.array(["skip me, please", " ".join(str(n) for n in range(5000)), "x " * 500_000])
    sets = shingle_sets(text.slice(1), 5)
    assert [len(s) // 8 for s in sets.to_pylist()] == [4996, 1]
    assert jaccard(sets, sets).to_pylist() == [1.0, 1.0]
