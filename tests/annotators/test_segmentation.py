"""Words by white space where an annotator is asked for them: against plain Python, and as a recipe's setting."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from datatrove.utils.text import PUNCTUATION_SET
from hypothesis import example, given
from hypothesis import strategies as st

from thresher.annotators.base import Annotator
from thresher.annotators.fineweb import fineweb_v1
from thresher.annotators.gopher import gopher_v1
from thresher.annotators.registry import make
from thresher.annotators.repetition import repetition_v1
from thresher.errors import UsageError
from thresher.recipe import read_recipe

from ..kernels.test_statistics import covered, top
from ..kernels.texts import REPETITIVE, TEXTS

FACTORIES = (gopher_v1, repetition_v1, fineweb_v1)


def by_white_space(factory: Callable[[str], Annotator], text: str) -> dict[str, float | None]:
    (row,) = factory("whitespace").measure(pa.array([text])).to_pylist()
    return dict(row)


@given(TEXTS)
@example("")
@example("one")
@example("the -- of\u2028 #1 \u00a0and…")
def test_gopher_counts_what_lies_between_white_space(text: str):
    row, tokens = by_white_space(gopher_v1, text), text.split()
    words = [token for token in tokens if not all(char in PUNCTUATION_SET for char in token)]
    assert row["words"] == len(words)
    assert row["mean_word_length"] == (sum(map(len, words)) / len(words) if words else None)
    assert row["hash_ratio"] == (text.count("#") / len(tokens) if tokens else None)
    assert row["stop_words"] == len({"the", "be", "to", "of", "and", "that", "have", "with"} & set(tokens))


@given(TEXTS | REPETITIVE)
@example("")
@example("one")
def test_n_grams_are_of_what_lies_between_white_space(text: str):
    row, tokens = by_white_space(repetition_v1, text), text.split()
    for n in (2, 3, 4):
        count, length = top(tokens, n)
        assert row[f"top_{n}_gram"] == (count * length / len(text) if len(tokens) >= n else None)
    for n in range(5, 11):
        assert row[f"duplicate_{n}_grams"] == (covered(tokens, n) / len(text) if text else None)


@given(TEXTS)
@example("")
def test_newlines_are_counted_for_each_of_them(text: str):
    tokens = text.split()
    assert by_white_space(fineweb_v1, text)["newline_ratio"] == (text.count("\n") / len(tokens) if tokens else None)


@pytest.mark.parametrize("factory", FACTORIES)
def test_the_usual_words_are_no_part_of_an_identity_and_others_are(factory: Callable[..., Annotator]):
    assert factory().settings == factory("unicode").settings == {}
    assert factory("whitespace").settings == {"words": "whitespace"}
    with pytest.raises(UsageError, match=r"`words` is 'spaces', but must be unicode or whitespace"):
        make(factory.__name__, {"words": "spaces"})


def test_a_recipe_chooses_words(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\nannotate: {gopher_v1: {words: whitespace}}\ndedup: null\n")
    (annotator,) = read_recipe(str(path)).annotators
    assert annotator.measure(pa.array(["To be, or not."])).field("words").to_pylist() == [4]
    path.write_text("name: mine\nannotate: {gopher_v1: {words: spaces}}\ndedup: null\n")
    with pytest.raises(
        UsageError, match=r"mine.yaml: gopher_v1: `words` is 'spaces', but must be unicode or whitespace"
    ):
        read_recipe(str(path))


@given(st.text(alphabet="中文ไทย a.", max_size=30))
def test_scripts_without_spaces_are_cut_at_white_space_alone(text: str):
    assert by_white_space(gopher_v1, text)["words"] == sum(token.strip(".") != "" for token in text.split())
