"""The decoder against Python's own, and the shipped tables against `str`, `re`, datatrove and spaCy."""

import re
import unicodedata

import numpy as np
import pytest
from datatrove.utils.text import PUNCTUATION_SET, TERMINAL_PUNCTUATION
from hypothesis import given
from hypothesis import strategies as st
from spacy.lang.char_classes import ALPHA, ALPHA_LOWER, ALPHA_UPPER, LIST_QUOTES

from thresher.kernels import unicode

ASSIGNED = [c for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")]


def decoded(data: bytes) -> list[int]:
    codes, i, array = [], 0, np.frombuffer(data, np.uint8)
    while i < len(data):
        code, following = unicode.decode(array, i, len(data))
        assert i < following <= len(data)
        codes.append(int(code))
        i = following
    return codes


def twin(data: bytes) -> list[int]:
    """Python's strict decoder at each byte; where it fails, U+FFFD for one byte."""
    codes, i = [], 0
    while i < len(data):
        for size in (1, 2, 3, 4):
            try:
                codes.append(ord(data[i : i + size].decode()))
            except (UnicodeDecodeError, TypeError):
                continue
            break
        else:
            codes.append(0xFFFD)
            size = 1
        i += size
    return codes


@given(st.text() | st.characters())
def test_text_is_decoded(text: str):
    assert decoded(text.encode(errors="replace")) == [ord(c) for c in text.encode(errors="replace").decode()]


@given(
    st.binary()
    | st.lists(st.sampled_from([0x41, 0x80, 0xBF, 0xC1, 0xC3, 0xE0, 0xED, 0xF0, 0xF4, 0xF5, 0xFF])).map(bytes)
)
def test_bytes_that_are_no_text_are_replaced(data: bytes):
    assert decoded(data) == twin(data)


@pytest.mark.parametrize(
    ("bit", "expected"),
    [
        (unicode.WORD, lambda c: re.fullmatch(r"\w", c) is not None),
        (unicode.MARK, lambda c: unicodedata.category(c)[0] == "M" or c in "\u200c\u200d"),
        (unicode.ALPHABETIC, str.isalpha),
        (unicode.SPACE, str.isspace),
        (unicode.LINE_BREAK, lambda c: len(f"a{c}b".splitlines()) == 2),
        (unicode.TERMINAL, TERMINAL_PUNCTUATION.__contains__),
        (unicode.PUNCTUATION, PUNCTUATION_SET.__contains__),
        (unicode.LETTER, re.compile(f"[{ALPHA}]").fullmatch),
        (unicode.LOWER, re.compile(f"[{ALPHA_LOWER}]").fullmatch),
        (unicode.UPPER, re.compile(f"[{ALPHA_UPPER}]").fullmatch),
        (unicode.QUOTE, {quote.replace("\\", "") for quote in LIST_QUOTES}.__contains__),
    ],
    ids=[
        "word",
        "mark",
        "alphabetic",
        "space",
        "line break",
        "terminal",
        "punctuation",
        "letter",
        "lower",
        "upper",
        "quote",
    ],
)
def test_classes_are_those_of_python_datatrove_and_spacy(bit: int, expected):
    wrong = [hex(c) for c in ASSIGNED if bool(unicode.classes(c) & bit) != bool(expected(chr(c)))]
    # A newer Unicode version changes the class of a few old characters; Python 3.11 knows version 14, the table 15.1.
    assert len(wrong) <= (0 if unicodedata.unidata_version >= "15" or bit != unicode.MARK else 3), wrong


def test_scripts_without_spaces():
    spaceless = "中文字ひらカタไทยລາວខ្មែរမြန်မာ々〇"
    spaced = "aéßжωאبहி한국。，、・"
    assert all(unicode.is_spaceless(ord(c)) for c in spaceless if not unicodedata.category(c).startswith("M"))
    assert not any(unicode.is_spaceless(ord(c)) for c in spaced)


def test_lower_case_is_that_of_str():
    assert [c for c in ASSIGNED if len(chr(c).lower()) == 1 and unicode.lower(c) != ord(chr(c).lower())] == []
    assert unicode.lower(0x130) == 0x130
