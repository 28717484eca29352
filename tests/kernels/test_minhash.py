"""MinHash signatures against a twin in plain Python, against the theory, and beside another library's."""

import gzip
import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from thresher.kernels.arrow import Utf8, utf8
from thresher.kernels.hashing import mix64, random64
from thresher.kernels.minhash import SHINGLE_BASE, Values, agreements, signatures, similarity
from thresher.kernels.shingle_units import FNV_PRIME, FNV_SEED, SEGMENTATIONS, UNITS, normal_texts
from thresher.kernels.unicode import SPACELESS, WORD, classes, lower

from .texts import TEXTS, joined

MASK = 2**64 - 1
GOLDEN = [878465301, 966997518, 455967111, 493891279]
SHORT = joined(st.sampled_from("aAbÉß_9 .,-\n中文かกကİ\u0301\U0001f600\u00a0"), 40)


def words_of(text: str) -> list[str]:
    """Runs of word characters, in lower case; letters of scripts without spaces one by one."""
    lowered = (chr(lower(ord(c))) if classes(ord(c)) & WORD else " " for c in text)
    return "".join(f" {c} " if classes(ord(c)) & SPACELESS else c for c in lowered).split(" ")


def pieces_of(text: str) -> list[str]:
    return ["".join(chr(lower(ord(c))) for c in piece) for piece in text.split()]


def word_hash(word: str) -> int:
    if classes(ord(word[0])) & SPACELESS:
        return int(mix64(np.uint64(ord(word) + int(FNV_SEED) & MASK)))
    return piece_hash(word)


def piece_hash(word: str) -> int:
    state = int(FNV_SEED)
    for character in word:
        state = (state ^ ord(character)) * int(FNV_PRIME) & MASK
    return int(mix64(np.uint64(state)))


def normal(text: str, segmentation: str = "unicode") -> str:
    """The words with one space between two."""
    return " ".join(pieces_of(text) if segmentation == "whitespace" else filter(None, words_of(text)))


def twin(
    text: str,
    ngram: int,
    permutations: int,
    seed: int,
    segmentation: str = "unicode",
    unit: str = "words",
    bits: int = 32,
) -> list[int] | None:
    if unit == "characters":
        words = [int(mix64(np.uint64(ord(c) + int(FNV_SEED) & MASK))) for c in normal(text, segmentation)]
    elif segmentation == "whitespace":
        words = [piece_hash(piece) for piece in pieces_of(text)]
    else:
        words = [word_hash(word) for word in words_of(text) if word]
    salt = int(mix64(np.uint64(seed + int(SHINGLE_BASE) & MASK)))
    shingles = set()
    for i in range(len(words) - ngram + 1):
        total = 0
        for word in words[i : i + ngram]:
            total = total * int(SHINGLE_BASE) + word & MASK
        shingles.add(int(mix64(np.uint64(total ^ salt))))
    if not shingles:
        return None
    keys = [int(key) >> 64 - bits | 1 for key in random64(seed, 2 * permutations)]
    if bits == 32:
        halves = [(s & 0xFFFFFFFF, s >> 32) for s in shingles]
    else:
        halves = [(s, int(mix64(np.uint64(s + int(SHINGLE_BASE) & MASK)))) for s in shingles]
    return [
        min((a * low + b * high) % 2**bits for low, high in halves) for a, b in zip(keys[::2], keys[1::2], strict=True)
    ]


def measured(texts: list[str], ngram: int, permutations: int, seed: int, *kind: Any) -> list[list[int] | None]:
    values, known = signatures(*utf8(pa.array(texts, pa.string())), ngram, permutations, seed, *kind)
    return [row.tolist() if has else None for row, has in zip(values, known, strict=True)]


@given(st.lists(SHORT, min_size=1, max_size=4), st.integers(1, 5), st.integers(0, 2**63 - 1))
def test_signatures_are_the_twins(texts: list[str], ngram: int, seed: int) -> None:
    assert measured(texts, ngram, 16, seed) == [twin(text, ngram, 16, seed) for text in texts]


@given(st.lists(SHORT, min_size=1, max_size=4), st.integers(1, 5), st.integers(0, 2**63 - 1))
def test_over_what_lies_between_white_space_too(texts: list[str], ngram: int, seed: int) -> None:
    found = measured(texts, ngram, 16, seed, "whitespace")
    assert found == [twin(text, ngram, 16, seed, "whitespace") for text in texts]


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("words", SEGMENTATIONS)
@given(text=TEXTS | st.text(max_size=60))
def test_any_text_at_all(words: str, unit: str, bits: int, text: str) -> None:
    text = text.encode(errors="replace").decode()
    assert measured([text], 2, 8, 1, words, unit, bits) == [twin(text, 2, 8, 1, words, unit, bits)]


def test_the_usual_signature_stays_what_it_is() -> None:
    [signature] = measured(["It was the best of times, it was the worst of times"], 5, 4, 1)
    assert signature == GOLDEN


def test_words_are_those_of_the_regular_expression_in_languages_with_spaces(data_dir: Path) -> None:
    with gzip.open(data_dir / "lid" / "lingua75x200.jsonl.gz", "rt") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    spaced = [text for text in texts if not any(classes(ord(c)) & SPACELESS or c == "İ" for c in text)]
    assert len(spaced) > 14_000
    for text in spaced:
        assert [word for word in words_of(text) if word] == re.findall(r"\w+", text.lower())


@pytest.mark.parametrize("words", SEGMENTATIONS)
@given(texts=st.lists(st.none() | TEXTS | st.text(max_size=60), max_size=4), skip=st.integers(0, 2))
def test_the_normalised_text_is_the_words_with_a_space_between(words: str, texts: list[str | None], skip: int) -> None:
    texts = [text and text.encode(errors="replace").decode() for text in texts]
    data, offsets, valid = normal_texts(utf8(pa.array(texts, pa.string()).slice(skip)), words)
    found = [bytes(data[a:b]).decode() for a, b in pairwise(offsets)]
    assert found == [normal(text or "", words) for text in texts[skip:]]
    assert valid.tolist() == [text is not None for text in texts[skip:]]


def test_a_long_document_is_the_twins_across_many_chunks() -> None:
    text = " ".join(f"w{i * i % 9973}" for i in range(10_000))
    for kind in (("unicode", "words", 32), ("whitespace", "words", 64), ("unicode", "characters", 32)):
        assert measured([text], 5, 8, 3, *kind) == [twin(text, 5, 8, 3, *kind)]


@given(st.lists(st.binary(max_size=30), max_size=5))
def test_bytes_that_are_no_utf8_separate_words(texts: list[bytes]) -> None:
    values, known = signatures(*utf8(pa.array(texts, pa.binary())), 2, 8, 1)
    found = [row.tolist() if has else None for row, has in zip(values, known, strict=True)]
    assert found == [twin(text.decode(errors="replace"), 2, 8, 1) for text in texts]


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize(("size", "shared"), [(40, 30), (400, 300), (2000, 1200)])
def test_values_agree_as_often_as_theory_says_one_by_one_and_eight_together(size: int, shared: int, bits: int) -> None:
    """Over seeds, the share of agreeing values is the Jaccard similarity s, that of agreeing bands s^8."""
    sets = [" ".join(f"w{i}" for i in range(start, start + size)) for start in (0, size - shared)]
    s, seeds, permutations = shared / (2 * size - shared), 1000, 112
    text = utf8(pa.array(sets))
    agree = np.array([np.equal(*_signed(text, permutations, seed, bits)) for seed in range(seeds)])
    values, bands = agree.mean(1), agree.reshape(seeds, -1, 8).all(2).mean(1)
    for found, expected in ((values, s), (bands, s**8)):
        assert abs(found.mean() - expected) < 3.3 * found.std() / np.sqrt(seeds)
    assert values.var() == pytest.approx(s * (1 - s) / permutations, rel=0.2)


def _signed(text: Utf8, permutations: int, seed: int, bits: int) -> Values:
    return signatures(*text, 1, permutations, seed, "unicode", "words", bits)[0]


def test_estimates_are_as_close_as_datasketchs() -> None:
    """Root mean square error over pairs of known similarity, with as many permutations."""
    random = np.random.default_rng(0)
    ours, theirs = [], []
    for pair in range(60):
        shared = int(random.integers(20, 280))
        sets = [[f"w{i}" for i in range(start, start + 300)] for start in (0, 300 - shared)]
        exact = shared / (600 - shared)
        rows = measured([" ".join(words) for words in sets], 1, 112, pair)
        ours.append(np.mean(np.equal(*rows)) - exact)
        minhashes = [MinHash(112, seed=pair) for _ in sets]
        for minhash, words in zip(minhashes, sets, strict=True):
            minhash.update_batch([word.encode() for word in words])
        theirs.append(minhashes[0].jaccard(minhashes[1]) - exact)
    assert np.sqrt(np.mean(np.square(ours))) < 1.3 * np.sqrt(np.mean(np.square(theirs)))


# Places among a value's bytes that are set: any one of them makes it another value.
SIGNATURE = st.none() | st.lists(st.sampled_from([None, 0, 1, 3, -1]), max_size=4)


def packed(places: list[int | None] | None, width: int) -> bytes | None:
    if places is None:
        return None
    values = (0 if at is None else 1 << 8 * (at % width) for at in places)
    return b"".join(value.to_bytes(width, "little") for value in values)


@given(st.lists(st.tuples(SIGNATURE, SIGNATURE)), st.booleans(), st.integers(0, 2), st.sampled_from([4, 8]))
def test_similarity_is_the_share_of_equal_values(
    pairs: list[tuple[Any, Any]], same: bool, skip: int, width: int
) -> None:
    pairs = [(packed(left, width), packed(left if same else right, width)) for left, right in pairs]
    left, right = (pa.array([pair[side] for pair in pairs], pa.binary()).slice(skip) for side in (0, 1))
    expected = []
    for one, other in pairs[skip:]:
        if not one or not other or len(one) != len(other):
            expected.append(None)
        else:
            equal = [one[i : i + width] == other[i : i + width] for i in range(0, len(one), width)]
            expected.append(sum(equal) / len(equal))
    found = similarity(left, right, width)
    assert found.type == pa.float64() and found.to_pylist() == expected


def test_only_as_many_signatures_as_many_can_be_compared() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        similarity(pa.array([b"abcd"]), pa.array([b"abcd", b"abcd"]))


@given(st.integers(1, 5), st.integers(0, 9), st.integers(0, 7), st.integers(0, 2**32 - 1), st.sampled_from([32, 64]))
def test_agreements_are_the_twins(width: int, left: int, right: int, seed: int, bits: int) -> None:
    drawn = np.random.default_rng(seed)
    # Of numbers of 64 bits the lower half alone says nothing.
    one, other = (drawn.integers(0, 3, (count, width)).astype(f"u{bits // 8}") << (bits - 8) for count in (left, right))
    expected = [[sum(a == b for a, b in zip(x, y, strict=True)) for y in other] for x in one]
    assert agreements(one, other).tolist() == expected
