"""DCLM's reading of Gopher against a plain reading of its published definition, on any Unicode and on real texts."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from thresher.annotators.gopher_dclm import FIELDS, gopher_dclm_v1
from thresher.filters.gopher_quality_dclm_v1 import GOPHER_QUALITY_DCLM_V1
from thresher.kernels.counts import STOP_WORDS
from thresher.kernels.unicode import ALPHABETIC, SPACE, WORD, classes

from ..kernels.texts import REPETITIVE, TEXTS

SIGNS = ("#", "...", ". . .", "…")
DENSE = st.lists(st.sampled_from((*SIGNS, *". \n•●*-1_\x00", "The", "tO"))).map("".join)


def is_space(character: str) -> bool:
    # Python 3.11 knows Unicode 14, the kernel 15.1: what is a letter or white space is asked of the kernel's table.
    return bool(classes(ord(character)) & SPACE)


def stripped(line: str) -> str:
    while line and is_space(line[0]):
        line = line[1:]
    while line and is_space(line[-1]):
        line = line[:-1]
    return line


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def twin(text: str) -> dict[str, Any]:
    words = "".join(" " if is_space(c) else c for c in text).split(" ")
    words = [word for word in words if word]
    tokens = [token for token in re.split("[ \n\r\t\v\f\0]", text) if token]
    lines = [line for line in map(stripped, text.split("\n")) if line]
    return {
        "words": sum(bool(classes(ord(token[0])) & WORD) and token[0] != "_" for token in tokens),
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
@example(" \n ")
@example("......... . . . . .")
@example("…\n . . .\u2028\n...")
@example("THE tHAt Kith With\x00with")
def test_statistics_are_the_published_definitions(text: str) -> None:
    assert measured([text]) == [twin(text)]


def test_on_real_texts_every_statistic_agrees(data_dir: Path) -> None:
    texts = []
    for file in sorted((data_dir / "text").glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            texts += [json.loads(line)["text"][:20_000] for line in lines][::4]
    assert len(texts) > 300
    for row, text in zip(measured(texts), texts, strict=True):
        assert row == twin(text)


@pytest.mark.parametrize(
    ("rule", "at_the_bound", "beyond"),
    [
        ("word_count", "a " * 50, "a " * 49 + "(a)"),
        ("mean_word_length", "abc abc", "abc ab"),
        ("symbol_ratio", "a b c d e f g h i #", "a b c d e f g h #"),
        ("bullet_lines", "● a\n\n" * 9 + "b", "- a\n" * 10 + "\n\n"),
        ("ellipsis_lines", "a…\n" * 3 + "b\n" * 7, "a... \n" * 4 + "b\n" * 6),
        ("unalphabetic_words", "a b c d 1", "a b c 1"),
        ("stop_words", "THE the", "the, the"),
    ],
)
def test_what_stands_at_a_bound_passes(rule: str, at_the_bound: str, beyond: str) -> None:
    (found,) = [r for r in GOPHER_QUALITY_DCLM_V1.rules if r.name == rule]
    field = found.signal.removeprefix("gopher_dclm_v1.")
    inside, outside = (row[field] for row in measured([at_the_bound, beyond]))
    low, high = found.at_least or 0, found.at_most or float("inf")
    assert low <= inside <= high and not low <= outside <= high, (inside, outside)


def test_every_field_has_its_rule() -> None:
    assert {r.signal for r in GOPHER_QUALITY_DCLM_V1.rules} == {f"gopher_dclm_v1.{field.name}" for field in FIELDS}
