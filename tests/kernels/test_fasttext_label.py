"""A given label's probability against the library itself, on the random models of `test_fasttext`."""

from pathlib import Path

import fasttext
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings

from thresher.kernels.arrow import utf8
from thresher.kernels.fasttext import classify
from thresher.kernels.fasttext_label import probabilities
from thresher.language.fasttext_model import load

from .test_fasttext import RECIPES, TEXTS, Recipe, mixed_words, models, write

__all__ = ["models"]  # a fixture


def scored(path: Path, texts: list[str]) -> list[dict[str, float]]:
    model, text = load(path), utf8(pa.array(texts, pa.string()))
    known = (model.words, model.network, model.memo)
    columns = [probabilities(*known, n, *text).tolist() for n in range(len(model.labels))]
    return [dict(zip(model.labels, row, strict=True)) for row in zip(*columns, strict=True)]


def library(model: fasttext.FastText, text: str) -> dict[str, float]:
    labels, scores = model.predict(text, k=-1)
    return {label.removeprefix("__label__"): score for label, score in zip(labels, scores, strict=True)}


@pytest.mark.parametrize("name", RECIPES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(texts=TEXTS)
def test_every_labels_probability_is_the_librarys(models: dict[str, Path], name: str, texts: list[str]) -> None:
    agree(models[name], [text.replace("\n", " ") for text in texts])


def agree(path: Path, texts: list[str]) -> None:
    """Fail unless each text has the library's probability of each label."""
    known = fasttext.load_model(str(path))
    for text, ours in zip(texts, scored(path, texts), strict=True):
        theirs = library(known, text)
        if not any(ours.values()):
            assert not theirs or not text.strip(" \t\r\v\f\0")
            continue
        assert {label: ours[label] for label in theirs} == pytest.approx(theirs, abs=1e-5)
        assert all(ours[label] < 1.1e-5 for label in ours.keys() - theirs.keys())  # leaves that it does not look for


@pytest.mark.parametrize("name", RECIPES)
def test_of_many_words_they_are_the_librarys_too(models: dict[str, Path], name: str) -> None:
    agree(models[name], [mixed_words(count) for count in (64, 65, 1_500, 3_000)])


@pytest.mark.parametrize("name", ["as lid.176.ftz", "dense, as lid.176.bin", "word n-grams, no end of line"])
def test_of_a_megabyte_of_one_character_too(models: dict[str, Path], name: str) -> None:
    agree(models[name], ["x" * 1_000_000, "中" * 333_333, "\0" * 1_000_000, "x " * 500_000])


@pytest.mark.parametrize("name", RECIPES)
def test_the_best_labels_probability_is_that_of_classify(models: dict[str, Path], name: str) -> None:
    words = [f"w{i:x}" for i in range(3_000)]
    texts = [" ".join(words), "y" * 500 + " the und", "the </s> __label__x мир", "", "\0 \n"]
    model = load(models[name])
    labels, scores = classify(model.words, model.network, model.memo, *utf8(pa.array(texts)))
    for label, score, ours in zip(labels.tolist(), scores.tolist(), scored(models[name], texts), strict=True):
        assert ours[model.labels[label]] == pytest.approx(score, abs=2e-6) if label >= 0 else not any(ours.values())


@pytest.mark.parametrize("loss", [1, 3])
def test_words_without_ngrams_are_many_times_the_room_for_rows(tmp_path: Path, loss: int) -> None:
    recipe = Recipe(loss=loss, ngrams=(0, 0), pruned=False, quantised=False, word_ngrams=2)
    path, text = write(tmp_path / "wordy.bin", recipe), "the und les ça мир 中文 a " * 1_000
    [ours] = scored(path, [text])
    assert ours == pytest.approx(library(fasttext.load_model(str(path)), text), abs=1e-5)
