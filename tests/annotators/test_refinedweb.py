"""RefinedWeb's line rules against a plain reading of DCLM's chain of modifiers, and on real texts."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from thresher.annotators.refinedweb import FIELDS, refinedweb_lines_v1
from thresher.filters.refinedweb_lines_v1 import REFINEDWEB_LINES_V1
from thresher.kernels.unicode import WORD, classes

from ..kernels.texts import TEXTS

COUNTED = "likes|shares|comments|retweets|reposts|quotes|bookmarks|upvotes|downvotes|downloads|views|followers"
COUNTER = re.compile(rf"^\W*\d(?:,|\.|\d)*(?:k|m|b)?\s+(?:{COUNTED})\W*$")
CUTS = {
    "cart_lines": re.compile(r"\s?items in cart", re.IGNORECASE),
    "read_more_lines": re.compile(r"\s?read more...$", re.IGNORECASE),
    "sign_in_lines": re.compile(r"^sign-in\s?", re.IGNORECASE),
}
DENSE = st.lists(
    st.sampled_from(
        (
            *("\n", "\n\n", " ", "  ", "\t", "\xa0", "one", "Two three", "ABC", "É", "123", "²", "٣", "1,000", "3.5K"),
            *(
                "likes",
                "Views",
                "liKes",
                "followers!",
                "• 3 comments",
                "items in cart",
                "ITEMS ıN CART",
                "itemſ in cart",
            ),
            *("Read more...", "read More »→.", "Read more", "Sign-in", "ſİgn-in", "a b c d e f g h i j k", "x"),
        )
    )
).map("".join)


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


def words(text: str) -> int:
    tokens = [token for token in re.split("[ \n\r\t\v\f\0]", text) if token]
    # Python 3.11 knows Unicode 14, the kernel 15.1: what is a letter or number is asked of the kernel's table.
    return sum(bool(classes(ord(token[0])) & WORD) and token[0] != "_" for token in tokens)


def twin(text: str) -> tuple[str, dict[str, Any]]:
    row: dict[str, Any] = {"words": words(text)}
    left, row["uppercase_lines"] = rejoin(text, lambda line: share(line, str.isupper) <= 0.5)
    left, row["numeric_lines"] = rejoin(left.strip(), lambda line: share(line, str.isdigit) <= 0.999999)
    left, row["counter_lines"] = rejoin(left.strip(), lambda line: not COUNTER.search(line.lower()))
    left, row["short_lines"] = rejoin(left.strip(), lambda line: len(line.split()) >= 2 or not line)
    for name, pattern in CUTS.items():
        left, row[name] = cut(left, pattern)
    row["removed_words"] = (row["words"] - words(left)) / row["words"] if row["words"] else None
    return left, row


def run(texts: list[str]) -> list[tuple[str, dict[str, Any]]]:
    array, annotator = pa.array(texts, pa.string()), refinedweb_lines_v1()
    assert annotator.edit is not None
    return list(zip(annotator.edit(array).to_pylist(), annotator.measure(array).to_pylist(), strict=True))


@given(TEXTS | DENSE)
@example("")
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
    [("words", "a b", "... !"), ("removed_words", "a b c d e f g h i j k l m n o p q r s\nt", "a b c\nd")],
)
def test_what_stands_at_a_bound_passes(rule: str, at_the_bound: str, beyond: str) -> None:
    (found,) = [r for r in REFINEDWEB_LINES_V1.rules if r.name == rule]
    inside, outside = (row[found.signal.split(".")[1]] for _, row in run([at_the_bound, beyond]))
    low, high = found.at_least or 0, found.at_most or float("inf")
    assert low <= inside <= high and not low <= outside <= high, (inside, outside)


def test_a_null_stays_null() -> None:
    annotator = refinedweb_lines_v1()
    assert annotator.edit is not None
    assert annotator.edit(pa.array([None, "a b"])).to_pylist() == [None, "a b"]
    assert annotator.measure(pa.array([None], pa.string())).to_pylist() == [None]
    assert annotator.fields == FIELDS
