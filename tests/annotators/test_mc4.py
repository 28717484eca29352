"""mC4's rule on long lines, against a plain reading and against datatrove's filter on all real texts."""

from pathlib import Path

import pyarrow as pa
import pytest
from datatrove.data import Document
from datatrove.pipeline.filters import C4ParagraphFilter
from hypothesis import example, given
from hypothesis import strategies as st

from thresher.annotators.mc4 import mc4_v1
from thresher.filters.registry import ruleset

from ..filters.real_texts import pages, prose, sentences
from ..kernels.texts import TEXTS, joined

LINES = joined(st.sampled_from(("a" * 199, "é" * 200, "\u0301" * 201, "\n", "\n", "\r\n", "\u2028", "\0", " ")), 12)


def run(texts: list[str]) -> list[dict[str, int]]:
    rows: list[dict[str, int]] = mc4_v1().measure(pa.array(texts)).to_pylist()
    return rows


@given(TEXTS | LINES)
@example("")
@example("one")
@example("a" * 199 + "\n" + "a" * 200)
def test_lines_and_long_ones_are_counted(text: str) -> None:
    lines = text.split("\n")
    assert run([text]) == [{"lines": len(lines), "long_lines": sum(len(line) >= 200 for line in lines)}]


@pytest.mark.parametrize("char", ["a", "\n", "中", "\0"])
def test_a_megabyte_of_one_character(char: str) -> None:
    newlines = 1_000_000 * (char == "\n")
    assert run([char * 1_000_000]) == [{"lines": newlines + 1, "long_lines": int(not newlines)}]


def test_verdicts_are_datatroves_on_every_text(data_dir: Path) -> None:
    (rule,) = ruleset("mc4_v1").rules
    texts = ["", "one", *prose(data_dir), *pages(data_dir), *sentences(data_dir)]
    kept = [row[rule.signal.split(".")[1]] >= (rule.at_least or 0) for row in run(texts)]  # type: ignore[operator]
    assert kept == [C4ParagraphFilter().filter(Document(text, "0")) is True for text in texts]
    assert 500 < sum(kept) < 2_000
