"""Unicode's default word boundaries against the package uniseg, on any Unicode and on real texts."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from uniseg.wordbreak import words

from thresher.kernels.arrow import utf8
from thresher.kernels.uax29 import words_of
from thresher.kernels.unicode import WORD, classes

from .texts import TEXTS, joined

# One of every class, and more of those that rules look around.
KINDS = "aé'\".·:,;12_ \u3000カﾀאב\u05f4\u0301\u200d\u200b\u00ad\r\n\x85\u2028😀👩🇩🇪🇫中ไ-+"
DENSE = joined(st.sampled_from(KINDS), 24)


def is_alnum(character: str) -> bool:
    # Python 3.11 knows Unicode 14, the kernel 15.1: what is a letter or number is asked of the kernel's table.
    return bool(classes(ord(character)) & WORD) and character != "_"


def twin(text: str) -> list[str]:
    return [word for word in words(text) if is_alnum(word[0])]


def lengths(texts: list[str]) -> list[list[int]]:
    found = words_of(utf8(pa.array(texts, pa.string())))
    return [found.chars[a:b].tolist() for a, b in zip(found.first, found.first[1:], strict=False)]


@given(TEXTS | DENSE)
@example("")
@example("a\u0301'\u0301b 1\u200d.\u200d2 \u05d0\"\u05d1 \u05d0' x_\u30ab_1")
@example("\u0301a\n\u0301b \r\n\u200d😀a")
def test_words_are_unisegs(text: str) -> None:
    assert lengths([text]) == [[len(word) for word in twin(text)]]


@given(st.lists(DENSE, max_size=5))
def test_equal_words_have_equal_hashes(texts: list[str]) -> None:
    found = words_of(utf8(pa.array(texts, pa.string())))
    spelled, hashes = [word for text in texts for word in twin(text)], found.hashes.tolist()
    assert len(set(zip(spelled, hashes, strict=True))) == len(set(spelled)) == len(set(hashes))


@pytest.mark.parametrize(
    ("part", "words"),
    [("a", 1), ("א", 1), ("カ", 1), ("中", 333_333), ("a ", 500_000), ("\u0301", 0), ("🇩", 0), ("'", 0), ("\0", 0)],
)
def test_a_megabyte_of_one_thing(part: str, words: int) -> None:
    """By a formula: uniseg takes up to half a minute, so that it is asked for some repeats alone."""
    times = 1_000_000 // len(part.encode())
    (found,) = lengths([part * times])
    assert len(found) == words and sum(found) == times * (words > 0)
    assert len(twin(part * 100)) == (100 if words > 1 else words)


def test_on_real_texts_words_are_unisegs(data_dir: Path) -> None:
    texts = []
    for file in sorted((data_dir / "text").glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            texts += [json.loads(line)["text"][:2_000] for line in lines][::40]
    assert len(texts) > 30
    assert lengths(texts) == [[len(word) for word in twin(text)] for text in texts]
