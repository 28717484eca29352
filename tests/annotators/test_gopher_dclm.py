"""DCLM's reading of Gopher against a plain reading of its published definition, on any Unicode and on real texts."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import fasttext
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from thresher.annotators.gopher_dclm import FIELDS, gopher_dclm_v1
from thresher.filters.gopher_quality_dclm_v1 import GOPHER_QUALITY_DCLM_V1
from thresher.kernels.counts import STOP_WORDS
from thresher.kernels.unicode import ALPHABETIC, SPACE, classes

from ..kernels.test_fasttext import Recipe, write
from ..kernels.texts import REPETITIVE, TEXTS, joined
from .dclm_words import SEPARATORS, count_words

SIGNS = ("#", "...", ". . .", "…")
DENSE = joined(
    st.sampled_from((*SIGNS, *". \n•●*-1_\x00", "The", "tO", " THE ", " with\n", "\xa0", "\u2028", "é ")), 40
)


# Python 3.11 knows Unicode 14, the kernel 15.1: what is a letter or white space is asked of the kernel's table.
SPACES = "".join(c for c in map(chr, range(0x110000)) if classes(ord(c)) & SPACE)


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def twin(text: str) -> dict[str, Any]:
    words = [word for word in re.split(f"[{SPACES}]", text) if word]
    lines = [line for line in (line.strip(SPACES) for line in text.split("\n")) if line]
    return {
        "words": count_words(text),
        "mean_word_length": share(sum(map(len, words)), len(words)),
        "symbol_ratio": share(sum(text.count(sign) for sign in SIGNS), len(words)),
        "bullet_lines": share(sum(line.startswith(("●", "•", "*", "-")) for line in lines), len(lines)),
        "ellipsis_lines": share(sum(line.endswith(("...", ". . .", "…")) for line in lines), len(lines)),
        "unalphabetic_words": share(
            sum(not any(classes(ord(c)) & ALPHABETIC for c in word) for word in words), len(words)
        ),
        "stop_words": sum(word.lower() in STOP_WORDS for word in words),
    }


def measured(texts: list[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = gopher_dclm_v1().measure(pa.array(texts, pa.string())).to_pylist()
    return rows


@given(TEXTS | REPETITIVE | DENSE)
@example("")
@example("word")
@example(" \n ")
@example("......... . . . . .")
@example("…\n . . .\u2028\n...")
@example("THE tHAt Kith With\x00with")
def test_statistics_are_the_published_definitions(text: str) -> None:
    assert measured([text]) == [twin(text)]


def test_fasttext_cuts_where_the_twin_does(tmp_path: Path) -> None:
    """Two known words are two where the library sees them; it takes one line, so that newlines are not asked."""
    recipe = Recipe(words=("a", "b", "</s>"), ngrams=(0, 0), loss=3, pruned=False, quantised=False)
    model = fasttext.load_model(str(write(tmp_path / "words.bin", recipe)))
    whole, parted = model.predict("ab"), model.predict("a b")
    found = {c: model.predict(f"a{c}b") for c in map(chr, range(0x3100)) if c != "\n"}
    assert whole != parted and set(found.values()) <= {whole, parted}
    assert {c for c, cut in found.items() if cut == parted} | {"\n"} == set(SEPARATORS)


def test_on_real_texts_every_statistic_agrees(data_dir: Path) -> None:
    texts = []
    for file in sorted((data_dir / "text").glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            texts += [json.loads(line)["text"][:20_000] for line in lines][::4]
    assert len(texts) > 300
    for row, text in zip(measured(texts), texts, strict=True):
        assert row == twin(text)


AT_A_BOUND = (
    ("word_count", "a " * 50, "a " * 49 + "(a)"),
    ("word_count", "a " * 100_000, "a " * 100_001),
    ("mean_word_length", "abc abc", "abc ab"),
    ("mean_word_length", "a" * 9 + " " + "a" * 11, "a" * 10 + " " + "a" * 11),
    ("symbol_ratio", "a b c d e f g h i #", "a b c d e f g h #"),
    ("bullet_lines", "● a\n\n" * 9 + "b", "- a\n" * 10 + "\n\n"),
    ("ellipsis_lines", "a…\n" * 3 + "b\n" * 7, "a... \n" * 4 + "b\n" * 6),
    ("unalphabetic_words", "a b c d 1", "a b c 1"),
    ("stop_words", "THE the", "the, the"),
)


@pytest.mark.parametrize(("rule", "at_the_bound", "beyond"), AT_A_BOUND)
def test_what_stands_at_a_bound_passes(rule: str, at_the_bound: str, beyond: str) -> None:
    (found,) = [r for r in GOPHER_QUALITY_DCLM_V1.rules if r.name == rule]
    field = found.signal.removeprefix("gopher_dclm_v1.")
    inside, outside = (row[field] for row in measured([at_the_bound, beyond]))
    low, high = found.at_least or 0, found.at_most or float("inf")
    assert inside in found.bounds().values() and not low <= outside <= high, (inside, outside)


def test_every_bound_has_its_text() -> None:
    bounds = [rule.name for rule in GOPHER_QUALITY_DCLM_V1.rules for _ in rule.bounds()]
    assert sorted(name for name, *_ in AT_A_BOUND) == sorted(bounds)


def test_every_field_has_its_rule() -> None:
    assert {r.signal for r in GOPHER_QUALITY_DCLM_V1.rules} == {f"gopher_dclm_v1.{field.name}" for field in FIELDS}
