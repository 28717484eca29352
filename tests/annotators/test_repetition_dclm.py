"""DCLM's reading of Gopher's repetition against a plain reading of its published definition, and on real texts."""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from thresher.annotators.repetition_dclm import FIELDS, repetition_dclm_v1
from thresher.filters.gopher_repetition_dclm_v1 import GOPHER_REPETITION_DCLM_V1

from ..kernels.test_uax29 import twin as words_of
from ..kernels.texts import REPETITIVE, TEXTS, joined

DENSE = joined(st.sampled_from(("a", "b c", "the end", "\n", "\n\n", " ", "é", ".", "a b c d e f ")), 40)


def segments(text: str, separator: str) -> dict[str, float | None]:
    found = [stripped for segment in text.split(separator) if (stripped := segment.strip())]
    again = {segment: count for segment, count in Counter(found).items() if count > 1}
    characters = sum(map(len, found))
    return {
        "s": sum(again.values()) / len(found) if found else None,
        "_characters": sum(len(segment) * count for segment, count in again.items()) / characters if found else None,
    }


def share(words: list[str], n: int) -> float | None:
    grams = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
    if not grams:
        return None
    counts, total = Counter(grams), sum(map(len, words))
    most = max(counts.values())
    if most == 1:
        return 0.0
    if n <= 4:
        return max(sum(map(len, gram)) for gram, count in counts.items() if count == most) * most / total
    covered = {place for i, gram in enumerate(grams) if counts[gram] > 1 for place in range(i, i + n)}
    return sum(len(words[place]) for place in covered) / total


def twin(text: str) -> dict[str, Any]:
    lines, paragraphs, words = segments(text, "\n"), segments(text, "\n\n"), words_of(text)
    return {
        "lines": sum(1 for line in text.split("\n") if line.strip()),
        **{f"duplicate_line{key}": value for key, value in lines.items()},
        **{f"duplicate_paragraph{key}": value for key, value in paragraphs.items()},
        **{f"top_{n}_gram": share(words, n) for n in (2, 3, 4)},
        **{f"duplicate_{n}_grams": share(words, n) for n in range(5, 11)},
    }


def measured(texts: list[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = repetition_dclm_v1().measure(pa.array(texts, pa.string())).to_pylist()
    return rows


@given(TEXTS | REPETITIVE | DENSE)
@example("")
@example("word")
@example(" \n ")
@example("a\n\n\na\n\n\n\na")
@example("a b c d e f a b c d e f a b c d e")
def test_statistics_are_the_published_definitions(text: str) -> None:
    assert measured([text]) == [twin(text)]


def test_on_real_texts_every_statistic_agrees(data_dir: Path) -> None:
    texts = []
    for file in sorted((data_dir / "text").glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            texts += [json.loads(line)["text"][:8_000] for line in lines][::16]
    assert len(texts) > 80
    for row, text in zip(measured(texts), texts, strict=True):
        assert row == twin(text)


def twice(n: int, letters: int, between: int) -> str:
    """N words of so many letters before a word of so many, and again behind it."""
    words = " ".join(letter * letters for letter in "abcdefghij"[:n])
    return f"{words} {'z' * between} {words}"


AT_A_BOUND = (
    ("empty", "a", " \n"),
    ("duplicate_lines", "a\n" * 3 + "\n".join("bcdefgh"), "a\n" * 3 + "\n".join("bcdefg")),
    ("duplicate_paragraphs", "a\n\n" * 3 + "\n\n".join("bcdefgh"), "a\n\n" * 3 + "\n\n".join("bcdefg")),
    ("duplicate_line_characters", "a\na\nbbbbbbbb", "a\na\nbbbbbbb"),
    ("duplicate_paragraph_characters", "a\n\na\n\nbbbbbbbb", "a\n\na\n\nbbbbbbb"),
    ("top_2_gram", "a b c a b " + "d" * 15, "a b c a b " + "d" * 14),
    ("top_3_gram", f"a b c d a b c {'e' * 40} a b c", f"a b c d a b c {'e' * 39} a b c"),
    ("top_4_gram", f"a b c d {'e' * 42} a b c d", f"a b c d {'e' * 41} a b c d"),
    *(
        (f"duplicate_{n}_grams", twice(n, letters, between), twice(n, letters, between - 1))
        for n, letters, between in ((5, 3, 170), (6, 7, 516), (7, 13, 1218), (8, 3, 352), (9, 11, 1602), (10, 1, 180))
    ),
)


@pytest.mark.parametrize(("rule", "at_the_bound", "beyond"), AT_A_BOUND)
def test_what_stands_at_a_bound_passes(rule: str, at_the_bound: str, beyond: str) -> None:
    (found,) = [r for r in GOPHER_REPETITION_DCLM_V1.rules if r.name == rule]
    inside, outside = (row[found.signal.split(".")[1]] for row in measured([at_the_bound, beyond]))
    low, high = found.at_least or 0, 2 if found.at_most is None else found.at_most
    assert inside in found.bounds().values() and not low <= outside <= high, (inside, outside)


def test_every_bound_has_its_text() -> None:
    bounds = [rule.name for rule in GOPHER_REPETITION_DCLM_V1.rules for _ in rule.bounds()]
    assert sorted(name for name, *_ in AT_A_BOUND) == sorted(bounds)


def test_every_field_has_its_rule() -> None:
    assert {r.signal for r in GOPHER_REPETITION_DCLM_V1.rules} == {
        f"repetition_dclm_v1.{field.name}" for field in FIELDS
    }
