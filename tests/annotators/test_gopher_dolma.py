"""dolma's reading of Gopher against a plain reading of its published definition, on any Unicode and on real texts."""

import gzip
import json
import statistics
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from thresher.annotators.gopher_dolma import FIELDS, gopher_dolma_v1
from thresher.filters.gopher_quality_dolma_v1 import GOPHER_QUALITY_DOLMA_V1
from thresher.filters.gopher_repetition_dolma_v1 import GOPHER_REPETITION_DOLMA_V1
from thresher.filters.rule import Rule
from thresher.kernels.counts import STOP_WORDS
from thresher.kernels.unicode import ALPHABETIC, SPACE, classes

from ..kernels.texts import REPETITIVE, TEXTS, joined

DENSE = joined(
    st.sampled_from(
        ("*", "\n* ", "\n- ", "•", "…\n", "…", "...", "#", " the ", " of\u2028", "The ", "a ", "é", "1 ", "\n", "\r\n")
    ),
    40,
)


def twin(text: str) -> dict[str, Any]:
    # Python 3.11 knows Unicode 14, the kernel 15.1: what is a letter or white space is asked of the kernel's table.
    words = "".join(" " if classes(ord(c)) & SPACE else c for c in text).split(" ")
    words = [word for word in words if word]
    lines, size = text.split("\n"), sum(map(len, words))
    often = {line: n for line, n in Counter(lines).items() if n > 1}
    found: dict[str, Any] = {
        "words": len(words),
        "median_word_length": float(statistics.median(map(len, words))) if words else 0.0,
        "stop_words": sum(word in STOP_WORDS for word in words),
        "symbol_words": sum("#" in word or "…" in word for word in words) / (len(words) or 1),
        "alphabetic_words": sum(any(classes(ord(c)) & ALPHABETIC for c in word) for word in words) / (len(words) or 1),
        "bullet_lines": sum(line[:1] in ("*", "-") for line in lines) / len(lines),
        "ellipsis_lines": sum(line[-1:] == "…" for line in lines) / len(lines),
        "duplicate_lines": sum(often.values()) / len(lines),
        "duplicate_line_characters": sum(n * len(line) for line, n in often.items()) / (size or 1),
    }
    for n in range(2, 11):
        grams = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
        times = Counter(grams)
        name = f"top_{n}_gram" if n < 5 else f"duplicate_{n}_grams"
        if not grams:
            found[name] = None
        elif n < 5:
            most = max(times.values())
            top = next(gram for gram in grams if times[gram] == most)
            found[name] = most * sum(map(len, top)) / size
        else:
            sizes = [sum(map(len, gram)) for gram in grams]
            again = sum(s for s, gram in zip(sizes, grams, strict=True) if times[gram] > 1)
            found[name] = again / sum(sizes)
    return found


def measured(texts: list[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = gopher_dolma_v1().measure(pa.array(texts, pa.string())).to_pylist()
    return rows


@given(TEXTS | REPETITIVE | DENSE)
@example("")
@example("word")
@example(" \n ")
@example("a\na\n\n\n")
@example("-\r\n*\r…\n…")
@example("x…" * 3 + "\u2028the the\x85the")
def test_statistics_are_the_published_definitions(text: str) -> None:
    assert measured([text]) == [twin(text)]


def test_on_real_texts_every_statistic_agrees(data_dir: Path) -> None:
    texts = []
    for file in sorted((data_dir / "text").glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            texts += [json.loads(line)["text"][:20_000] for line in lines][::8]
    assert len(texts) > 100
    for row, text in zip(measured(texts), texts, strict=True):
        assert row == twin(text)


def test_a_million_times_one_character() -> None:
    n = 1_000_000
    word, blank, newlines = measured(["é" * n, " " * n, "\n" * n])
    assert (word["words"], word["median_word_length"], word["duplicate_lines"]) == (1, n, 0)
    assert (blank["words"], blank["alphabetic_words"], blank["duplicate_line_characters"]) == (0, 0, 0)
    assert (newlines["duplicate_lines"], newlines["duplicate_line_characters"]) == (1, 0)


RULES = (*GOPHER_QUALITY_DOLMA_V1.rules, *GOPHER_REPETITION_DOLMA_V1.rules)


def breaks(rule: Rule, row: dict[str, Any]) -> bool:
    value = row[rule.signal.removeprefix("gopher_dolma_v1.")]
    if value is None:
        return False
    return (rule.at_least is not None and value < rule.at_least) or (rule.at_most is not None and value > rule.at_most)


WORDS = [f"w{n:03}" for n in range(300)]


def twice(n: int, shared: int, grams: int) -> str:
    """Of so many n-grams of words of one length, the first ones are the last ones again."""
    begin, every = WORDS[: n + shared - 1], grams + n - 1
    return " ".join([*begin, *WORDS[len(begin) : every - len(begin)], *begin])


AT_A_BOUND = (
    ("word_count", " ".join(WORDS[:50]), " ".join(WORDS[:49])),
    ("word_count", "a " * 100_000, "a " * 100_001),
    ("median_word_length", "abc " * 3, "ab ab abc"),
    ("median_word_length", "a " + 2 * ("a" * 10 + " "), "a" * 10 + " " + "a" * 11),
    ("symbol_words", "a b c d e f g h i #", "a b c d e f g h #"),
    ("alphabetic_words", "a b c d 1", "a b c 1"),
    ("stop_words", "the the", "the The"),
    ("bullet_lines", "- a\n" * 9 + "b", "- a\n" * 10 + "b"),
    ("ellipsis_lines", "a…\n" * 3 + "b\n" * 6 + "b", "a…\n" * 4 + "b\n" * 5 + "b"),
    ("duplicate_lines", "x\nx\nx\n1\n2\n3\n4\n5\n6\n7", "x\nx\nx\nx\n1\n2\n3\n4\n5\n6"),
    ("duplicate_line_characters", "abc\nabc\n" + "d" * 14, "abc\nabc\n" + "d" * 13),
    ("top_2_gram", f"a b {'d' * 16} a b", f"a b {'d' * 15} a b"),
    ("top_3_gram", f"a b c d a b c {'e' * 40} a b c", f"a b c d a b c {'e' * 39} a b c"),
    ("top_4_gram", f"a b c d {'e' * 42} a b c d", f"a b c d {'e' * 41} a b c d"),
    *(
        (f"duplicate_{n}_grams", twice(n, shared, grams), twice(n, shared, grams - 1))
        for n, shared, grams in ((5, 3, 40), (6, 7, 100), (7, 13, 200), (8, 3, 50), (9, 11, 200), (10, 1, 20))
    ),
)


@pytest.mark.parametrize(("rule", "at_the_bound", "beyond"), AT_A_BOUND)
def test_what_stands_at_a_bound_passes(rule: str, at_the_bound: str, beyond: str) -> None:
    (found,) = [r for r in RULES if r.name == rule]
    at, over = measured([at_the_bound, beyond])
    assert at[found.signal.removeprefix("gopher_dolma_v1.")] in found.bounds().values()
    assert not breaks(found, at) and breaks(found, over), (at, over)


def test_every_bound_has_its_text() -> None:
    assert sorted(name for name, *_ in AT_A_BOUND) == sorted(rule.name for rule in RULES for _ in rule.bounds())


def test_every_rule_bounds_a_field_that_is_measured() -> None:
    assert {rule.signal for rule in RULES} == {f"gopher_dolma_v1.{field.name}" for field in FIELDS}
