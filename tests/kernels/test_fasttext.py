"""The classifier against the library itself, on models that it did not ship: dense and quantised, tree and softmax.

The models are random and small, written here byte by byte in the library's format, so that every branch is met: pruned
and whole n-grams, a dictionary with and without an end of line, quantised norms and outputs.
"""

import random
import struct
from dataclasses import dataclass
from itertools import pairwise
from operator import add
from pathlib import Path

import fasttext
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thresher.errors import ThresherError
from thresher.kernels.arrow import utf8
from thresher.kernels.fasttext import classify
from thresher.kernels.fasttext_mean import SHORT_TEXT, new_memo
from thresher.kernels.fasttext_rows import remainder
from thresher.kernels.fasttext_words import fnv1a
from thresher.language import fasttext_model
from thresher.language.fasttext_model import load

from .texts import joined

WORDS = ["the", "und", "les", "ça", "мир", "中文", "a", "</s>"]
LABELS = [f"__label__{name}" for name in ("en", "de", "fr", "ru", "zh")]
HIERARCHICAL, SOFTMAX = 1, 3


@dataclass(frozen=True)
class Recipe:
    """What a random model is made of; the defaults are those of lid.176.ftz in small."""

    loss: int = HIERARCHICAL
    words: tuple[str, ...] = tuple(WORDS)
    dim: int = 10
    ngrams: tuple[int, int] = (2, 4)
    buckets: int = 64
    pruned: bool = True
    quantised: bool = True
    norms: bool = True
    quantised_output: bool = False
    kind: int = 3
    word_ngrams: int = 1


RECIPES = {
    "as lid.176.ftz": Recipe(),
    "dense, as lid.176.bin": Recipe(pruned=False, quantised=False),
    "softmax": Recipe(loss=SOFTMAX, pruned=False, quantised=False, dim=16),
    "quantised softmax": Recipe(loss=SOFTMAX, quantised_output=True, dim=37),
    "no norms": Recipe(norms=False, pruned=False),
    "single characters": Recipe(ngrams=(1, 3)),
    "no n-grams": Recipe(ngrams=(0, 0), pruned=False, quantised=False),
    "no end of line": Recipe(words=tuple(WORDS[:-1])),
    "word n-grams": Recipe(ngrams=(0, 0), word_ngrams=2, pruned=False, quantised=False, loss=SOFTMAX),
    "word n-grams, pruned": Recipe(word_ngrams=3),
    "word n-grams, no end of line": Recipe(words=tuple(WORDS[:-1]), word_ngrams=3),
    "few labels": Recipe(loss=SOFTMAX, dim=4),
}


def write(path: Path, recipe: Recipe) -> Path:
    """Write a random model in fastText's format 12."""
    random = np.random.default_rng(len(str(recipe)))
    entries = [*recipe.words, *LABELS]
    kept = random.permutation(recipe.buckets)[:20] if recipe.pruned else []
    rows = len(recipe.words) + (20 if recipe.pruned else recipe.buckets)
    low, high = recipe.ngrams
    header = (recipe.dim, 5, 5, 1, 5, recipe.word_ngrams, recipe.loss, recipe.kind, recipe.buckets, low, high, 100)
    parts = [struct.pack("<2i12id", 793712314, 12, *header, 1e-4)]
    parts.append(struct.pack("<3i2q", len(entries), len(recipe.words), len(LABELS), 999, len(kept) or -1))
    for i, entry in enumerate(entries):
        parts.append(entry.encode() + b"\0" + struct.pack("<qb", 1000 // (i + 1), i >= len(recipe.words)))
    parts += [struct.pack("<2i", bucket, place) for place, bucket in enumerate(kept)]
    parts.append(struct.pack("<?", recipe.quantised))
    parts.append(matrix(random, rows, recipe.dim, recipe.quantised, recipe.norms))
    parts.append(struct.pack("<?", recipe.quantised_output))
    parts.append(matrix(random, len(LABELS), recipe.dim, recipe.quantised_output, recipe.norms))
    path.write_bytes(b"".join(parts))
    return path


def matrix(random: np.random.Generator, height: int, width: int, quantised: bool, norms: bool) -> bytes:
    if not quantised:
        return struct.pack("<2q", height, width) + random.normal(size=(height, width)).astype("<f4").tobytes()
    out = struct.pack("<?2q", norms, height, width) + quantiser(random, height, width, 2, codes_first=True)
    return out + (quantiser(random, height, 1, 1, codes_first=False) if norms else b"")


def quantiser(random: np.random.Generator, height: int, width: int, part: int, codes_first: bool) -> bytes:
    parts, last = -(-width // part), width % part or part
    codes = random.integers(0, 256, height * parts).astype(np.uint8).tobytes()
    centroids = random.normal(size=width * 256).astype("<f4").tobytes()
    size = struct.pack("<i", len(codes)) if codes_first else b""
    return size + codes + struct.pack("<4i", width, parts, part, last) + centroids


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    return {name: write(folder / f"{i}.bin", recipe) for i, (name, recipe) in enumerate(RECIPES.items())}


def classified(path: Path, texts: list[str]) -> list[tuple[str | None, float]]:
    model = load(path)
    labels, scores = classify(model.words, model.network, model.memo, *utf8(pa.array(texts, pa.string())))
    names = [model.labels[label] if label >= 0 else None for label in labels]
    return list(zip(names, scores.tolist(), strict=True))


WORDY = st.sampled_from([*WORDS[:-1], "unknown", "ünknöwn", "日本語", "x", "_", "🦀", "__label_", "<s>"])
MIXED = joined(st.builds(add, WORDY | st.text(max_size=6), st.sampled_from(" \t\0\r\v\f\xa0")), 16)
TEXTS = st.lists(MIXED, min_size=1, max_size=4)


@pytest.mark.parametrize("name", RECIPES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(texts=TEXTS)
def test_labels_and_scores_are_the_librarys(models: dict[str, Path], name: str, texts: list[str]) -> None:
    agree(models[name], [text.replace("\n", " ") for text in texts])


def agree(path: Path, texts: list[str]) -> None:
    """Fail unless each text has the library's label and score."""
    library = fasttext.load_model(str(path))
    for text, (label, score) in zip(texts, classified(path, texts), strict=True):
        labels, scores = library.predict(text, k=2)
        if label is None:
            assert not labels or not text.strip(" \t\r\v\f\0")
            continue
        (expected, *runner_up), (expected_score, *next_score) = labels, scores
        assert score == pytest.approx(expected_score, abs=1e-5)
        near_tie = next_score and abs(next_score[0] - expected_score) < 1e-6
        assert f"__label__{label}" == expected or (near_tie and f"__label__{label}" in runner_up)


def mixed_words(count: int) -> str:
    """Words of the dictionary and others, long and short ones, in an order of no pattern."""
    chance = random.Random(count)
    known = [*WORDS[:-1], "unknown", "ünknöwn", "日本語", "_", "🦀", "__label_", "<s>", "x" * 40, "é" * 20]
    return " ".join(
        chance.choice(known) if chance.random() < 0.7 else f"w{chance.randrange(9999)}" for _ in range(count)
    )


@pytest.mark.parametrize("name", RECIPES)
def test_a_text_of_many_words_is_the_librarys_too(models: dict[str, Path], name: str) -> None:
    """Words are read by the 64, and over a text of up to 16 KiB summed in another order than the library's."""
    texts = [mixed_words(count) for count in (63, 64, 65, 129, 1_500, 3_000)]
    assert [len(text.encode()) <= SHORT_TEXT for text in texts] == [True] * 5 + [False]
    agree(models[name], texts)
    chance = random.Random(name)
    for letters in (100, 120, 130, 300, 700):
        long = ["".join(chance.choices("abcdeéß", k=letters)) for _ in range(14_000 // letters)]
        agree(models[name], [" ".join(long), " und ".join(long[::2])])


def test_a_word_met_before_counts_as_much_as_one_met_first(models: dict[str, Path]) -> None:
    """Words that fall into one place of the memo push each other out; nothing of that shows in a result."""
    words = [f"w{i:x}" for i in range(150_000)]
    long, longer = "y" * 500, "yé" * 1500
    texts = [" ".join(words), " ".join(words[::-1][:500]), f"{long} {long} w1 {longer} w2 {longer}", *words[:50]]
    path = models["dense, as lid.176.bin"]
    assert classified(path, texts) == [classified(path, [text])[0] for text in texts]


@pytest.mark.parametrize("word", ["y" * 1021, "y" * 1022, "y" * 1023, "y" * 5000, "中" * 5000, "é" * 9000])
def test_words_with_more_rows_than_there_is_room_for(models: dict[str, Path], word: str) -> None:
    for name in ("as lid.176.ftz", "dense, as lid.176.bin", "no n-grams"):
        library = fasttext.load_model(str(models[name]))
        for text in (word, f"the {word} und", f"{word} {word} les"):
            (_, score), (expected,) = classified(models[name], [text])[0], library.predict(text)[1]
            assert score == pytest.approx(expected, abs=1e-5)


@given(st.integers(0, 2**32 - 1), st.integers(1, 2**31 - 1) | st.sampled_from([1, 2, 64, 2_000_000, 2**31 - 1]))
def test_the_remainder_by_a_product_is_the_remainder(number: int, divisor: int) -> None:
    near = (number // divisor * divisor + step for step in (-1, 0, 1))
    for n in (number, *(n for n in near if 0 <= n < 2**32)):
        assert remainder(np.uint32(n), divisor, np.uint64(2**32 // divisor)) == n % divisor


def test_fnv1a_takes_bytes_from_128_up_as_negative_numbers() -> None:
    def twin(text: bytes) -> int:
        state = 2166136261
        for byte in text:
            state = (state ^ (byte | 0xFFFFFF00 if byte >= 128 else byte)) * 16777619 % 2**32
        return state

    for text in (b"", b"a", "é中".encode(), bytes(range(256))):
        assert int(fnv1a(np.frombuffer(text, np.uint8))) == twin(text)


@pytest.mark.parametrize("size", [4, 60, 140, 200, 400, -100, -1])
def test_a_model_that_was_cut_short_is_told(models: dict[str, Path], tmp_path: Path, size: int) -> None:
    path = tmp_path / "cut.bin"
    path.write_bytes(models["as lid.176.ftz"].read_bytes()[:size])
    with pytest.raises(ThresherError, match=r"cut\.bin"):
        load(path)


def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ThresherError, match=r"none\.bin: cannot read"):
        load(tmp_path / "none.bin")


@pytest.mark.parametrize("recipe", [Recipe(kind=1), Recipe(loss=2)])
def test_a_model_of_another_kind_is_told(tmp_path: Path, recipe: Recipe) -> None:
    with pytest.raises(ThresherError, match="only fastText classifiers"):
        load(write(tmp_path / "other.bin", recipe))


def test_the_names_in_the_dictionary_are_found_by_their_spelling(models: dict[str, Path]) -> None:
    model = load(models["no n-grams"])
    starts = model.words.starts.tolist()
    spelling = bytes(model.words.spelling)
    assert [spelling[a:b].decode() for a, b in pairwise(starts)] == WORDS


def test_a_large_models_rows_are_laid_down_once_and_mapped(
    models: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, texts = models["dense, as lid.176.bin"], ["the und les", "ünknöwn мир " * 3000]
    expected = classified(path, texts)
    monkeypatch.setattr(fasttext_model, "SHARED_BYTES", 0)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for _ in range(2):
        load.cache_clear()
        assert classified(path, texts) == expected
    (rows,) = tmp_path.glob("thresher/models/*.rows.npy")
    assert str(rows) in Path("/proc/self/maps").read_text()


def test_where_nothing_can_be_written_a_large_models_rows_are_each_processs_own(
    models: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, texts = models["dense, as lid.176.bin"], ["the und les"]
    expected = classified(path, texts)
    monkeypatch.setattr(fasttext_model, "SHARED_BYTES", 0)
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    load.cache_clear()
    assert classified(path, texts) == expected


@pytest.mark.parametrize("name", RECIPES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=TEXTS)
def test_what_is_remembered_changes_no_bit(models: dict[str, Path], name: str, texts: list[str]) -> None:
    model, known = load(models[name]), utf8(pa.array([" ".join(texts), *reversed(texts), *texts]))
    fresh = [classify(model.words, model.network, new_memo(model.words), *utf8(pa.array([t]))) for t in texts]
    labels, scores = classify(model.words, model.network, model.memo, *known)
    assert labels[-len(texts) :].tolist() == [int(found[0]) for found, _ in fresh]
    assert scores[-len(texts) :].tobytes() == np.concatenate([score for _, score in fresh]).tobytes()
