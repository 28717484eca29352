"""The sentences of a line against a plain reading of spaCy's rule, on the words of `test_segment`'s twin."""

import re
from operator import add
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from thresher.kernels import unicode
from thresher.kernels.sentences import count_sentences, scratch

from ..conftest import lines as records
from .test_segment import LONGEST, has
from .test_segment import twin as words_of
from .texts import TEXTS, joined

PIECES = (
    *(
        "It",
        "is",
        "he",
        "end.",
        "Why?",
        "no!",
        '"I',
        'so."',
        "(ok.)",
        "Mr.",
        "U.S.",
        "etc.",
        "x.",
        "3.5",
        "3.",
        "a.b",
        "a.m.",
    ),
    *(
        "...",
        "…",
        ".",
        "?",
        "؟",
        "。",
        "中文。",
        "中",
        "עברית.",
        '"',
        "”",
        ")",
        "(",
        "-",
        "$",
        "😀",
        "e\u0301.",
        "\u0301",
        "😀.",
    ),
)
GAPS = (*6 * (" ",), "", "  ", "\xa0", "\u2028", "\r\n", "\r", "\t", "\0")
DENSE = joined(st.builds(add, st.sampled_from(PIECES), st.sampled_from(GAPS)), 20)


def twin(line: str) -> int:
    """A sentence begins at the first word behind a mark, or at white space that is more than one blank."""
    sentences, ended = int(line != ""), False
    for run in re.findall(r"\s+|\S+", line):
        for word in [run] if run.isspace() else words_of(run):
            if has(unicode.TERMINAL, word) if len(word) == 1 else False:
                ended = True
            elif word != " " and not all(has(unicode.PUNCTUAL, c) for c in word):
                sentences, ended = sentences + ended, False
    return sentences


def counted(line: str, before: str = "", behind: str = "") -> int:
    """What the kernel counts in a line among others."""
    data = np.frombuffer(f"{before}{line}{behind}\0".encode(), np.uint8)
    start = len(before.encode())
    return int(count_sentences(data, start, start + len(line.encode()), scratch()))


@settings(max_examples=300)
@given(TEXTS | DENSE)
@example("")
@example("word")
@example(".")
@example("It is. " * 3 + "Is it?\u2028\u2028No.\xa0")
@example("x" * LONGEST + ". " + "x" * (LONGEST - 1) + ". x")
def test_as_many_as_the_definition_says(line: str) -> None:
    assert counted(line) == counted(line, "It ended. ", ". It went on. And on.") == twin(line)


def test_on_real_lines(data_dir: Path) -> None:
    files = ("text/wcxb_dev_gold_all_clean.jsonl.gz", "lid/lingua75x200.jsonl.gz", "text/eltec_10lang.jsonl.gz")
    texts = [str(record["text"])[:3000] for file in files for record in records(data_dir / file, 20_000)[::30]]
    found = {line: counted(line) for text in texts for line in text.split("\n")}
    assert found == {line: twin(line) for line in found}
    assert sum(sentences > 3 for sentences in found.values()) > 40


@pytest.mark.parametrize(
    ("part", "sentences"),
    [
        ("a", 1),
        (".", 1),
        ("Go. ", 250_000),
        ("。", 1),
        ("中。", 166_666),
        ("\0", 1),
        ("\u0301", 1),
        (" ", 1),
        ("\n", 1),
    ],
)
def test_a_megabyte_of_one_thing(part: str, sentences: int) -> None:
    line = part * (1_000_000 // len(part.encode()))
    assert counted(line) == sentences
