"""RefinedWeb's line rules against a plain reading of DCLM's chain of modifiers, and on real texts."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from thresher.annotators.refinedweb import FIELDS, refinedweb_lines_v1
from thresher.filters.refinedweb_lines_v1 import REFINEDWEB_LINES_V1

from ..kernels.texts import TEXTS, joined
from .dclm_words import count_words

COUNTED = "likes|shares|comments|retweets|reposts|quotes|bookmarks|upvotes|downvotes|downloads|views|followers"
COUNTER = re.compile(rf"^\W*\d(?:,|\.|\d)*(?:k|m|b)?\s+(?:{COUNTED})\W*$")
CUTS = {
    "cart_lines": re.compile(r"\s?items in cart", re.IGNORECASE),
    "read_more_lines": re.compile(r"\s?read more...$", re.IGNORECASE),
    "sign_in_lines": re.compile(r"^sign-in\s?", re.IGNORECASE),
}
COUNTERS = st.builds(
    "{}{}{}{}{}{}".format,
    st.sampled_from(("", "", "", "• ", "..", "\u0301", "a", "中")),
    st.sampled_from(("3", "12", "1,000", "3.5", "1,0.", "٣", "²", "")),
    st.sampled_from(("", "", "k", "K", "\u212a", "M", "b", "kk")),
    st.sampled_from((" ", " ", "  ", "\xa0", "\u2028", "")),
    st.sampled_from((*COUNTED.split("|"), "Views", "liKes", "like", "ſhares", "vıews", "")),
    st.sampled_from(("", "", "!", " .", "\u200b", "x", " x")),
)
CAPITALS = joined(st.sampled_from("AÉǅßaé1 "), 8)  # half of a line is not more than half
NUMBERS = joined(st.sampled_from("0²٣①½. "), 3)
PHRASES = (
    *(
        "items in cart",
        "ITEMS ıN CART",
        " itemſ in cart",
        "Read more...",
        " read More »→.",
        "Read more",
        "read more…..",
    ),
    *("Sign-in", "ſİgn-in ", "Sign-in\xa0", "sign in"),
)
BEFORE = ("", "", "", "a ", "a b c d e f g ", "a b c d e f g h ")  # of a phrase of three words: up to ten are cut from
CUT = st.builds("{}{}{}".format, *map(st.sampled_from, (BEFORE, PHRASES, ("", "", " b", "\r"))))
OTHERS = st.sampled_from(("", " ", "one", "one two", "one two three"))
LINES = joined(st.builds("{}\n".format, COUNTERS | CAPITALS | NUMBERS | OTHERS), 8)
CUT_LINES = joined(st.builds("{}\n".format, CUT | CUT | OTHERS), 8)


def rejoin(text: str, stays: Callable[[str], bool]) -> tuple[str, int]:
    lines = text.split("\n")
    left = [line for line in lines if stays(line)]
    return "\n".join(left), len(lines) - len(left)


def share(line: str, test: Callable[[str], bool]) -> float:
    return sum(map(test, line)) / len(line) if line else 0


def cut(text: str, pattern: re.Pattern[str]) -> tuple[str, int]:
    left, changed = [], 0
    for line in text.split("\n"):
        new = pattern.sub("", line) if len(line.split()) <= 10 else line
        changed += new != line or (line != "" and not new.strip())
        if not line or new.strip():
            left.append(new)
    return "\n".join(left).strip(), changed


def twin(text: str) -> tuple[str, dict[str, Any]]:
    row: dict[str, Any] = {"words": count_words(text)}
    left, row["uppercase_lines"] = rejoin(text, lambda line: share(line, str.isupper) <= 0.5)
    left, row["numeric_lines"] = rejoin(left.strip(), lambda line: share(line, str.isdigit) <= 0.999999)
    left, row["counter_lines"] = rejoin(left.strip(), lambda line: not COUNTER.search(line.lower()))
    left, row["short_lines"] = rejoin(left.strip(), lambda line: len(line.split()) >= 2 or not line)
    for name, pattern in CUTS.items():
        left, row[name] = cut(left, pattern)
    row["removed_words"] = (row["words"] - count_words(left)) / row["words"] if row["words"] else None
    return left, row


def run(texts: list[str]) -> list[tuple[str, dict[str, Any]]]:
    array, annotator = pa.array(texts, pa.string()), refinedweb_lines_v1()
    assert annotator.edit is not None
    return list(zip(annotator.edit(array).to_pylist(), annotator.measure(array).to_pylist(), strict=True))


@settings(max_examples=200)
@given(TEXTS | LINES | CUT_LINES)
@example("")
@example("word")
@example("ABab\nABCab")
@example("a b c d e f g items in cart\na b c d e f g h items in cart")
@example("\n\nABC\n 123\n\n")
@example("Sign-in\nread more...\n items in cart items in cart")
@example("a read more...\nb c\n3 likes\n.. 1,2.k  views ..")
def test_what_is_cut_is_the_definitions(text: str) -> None:
    assert run([text]) == [twin(text)]


def test_on_real_texts_what_is_cut_is_the_definitions(data_dir: Path) -> None:
    texts = []
    for file in sorted((data_dir / "text").glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            texts += [json.loads(line)["text"][:20_000] for line in lines][::2]
    rows = run(texts)
    assert len(texts) > 700
    for row, text in zip(rows, texts, strict=True):
        assert row == twin(text)
    for cause in ("uppercase", "numeric", "counter", "short"):
        assert any(row[f"{cause}_lines"] for _, row in rows), cause


@pytest.mark.parametrize(
    ("rule", "at_the_bound", "beyond"),
    [("words", "word ...", "... !"), ("removed_words", "a b c d e f g h i j k l m n o p q r s\nt", "a b c\nd")],
)
def test_what_stands_at_a_bound_passes(rule: str, at_the_bound: str, beyond: str) -> None:
    (found,) = [r for r in REFINEDWEB_LINES_V1.rules if r.name == rule]
    inside, outside = (row[found.signal.split(".")[1]] for _, row in run([at_the_bound, beyond]))
    low, high = found.at_least or 0, found.at_most or float("inf")
    assert inside in found.bounds().values() and not low <= outside <= high, (inside, outside)


def test_a_null_stays_null() -> None:
    annotator = refinedweb_lines_v1()
    assert annotator.edit is not None
    assert annotator.edit(pa.array([None, "a b"])).to_pylist() == [None, "a b"]
    assert annotator.measure(pa.array([None], pa.string())).to_pylist() == [None]
    assert annotator.fields == FIELDS
