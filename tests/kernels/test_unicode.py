"""The decoder against Python's own, and the shipped tables against `str`, `re`, datatrove, spaCy and fontTools."""

import re
import unicodedata

import numpy as np
import pytest
from datatrove.utils.text import PUNCTUATION_SET, TERMINAL_PUNCTUATION
from fontTools.unicodedata import script
from hypothesis import given
from hypothesis import strategies as st
from spacy.lang.char_classes import ALPHA, ALPHA_LOWER, ALPHA_UPPER, HYPHENS, LIST_PUNCT, LIST_QUOTES

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


ICONS = "".join(
    filter(lambda c: unicodedata.category(c) == "So", map(chr, ASSIGNED))
)  # spaCy's are of an older Unicode
CLASSES = {
    "word": (unicode.WORD, re.compile(r"\w").fullmatch),
    "mark": (unicode.MARK, lambda c: unicodedata.category(c)[0] == "M" or c in "\u200c\u200d"),
    "alphabetic": (unicode.ALPHABETIC, str.isalpha),
    "space": (unicode.SPACE, str.isspace),
    "line break": (unicode.LINE_BREAK, lambda c: len(f"a{c}b".splitlines()) == 2),
    "terminal": (unicode.TERMINAL, TERMINAL_PUNCTUATION.__contains__),
    "punctuation": (unicode.PUNCTUATION, PUNCTUATION_SET.__contains__),
    "punctual": (unicode.PUNCTUAL, lambda c: unicodedata.category(c)[0] == "P"),
    "decimal": (unicode.DECIMAL, str.isdecimal),
    "digit": (unicode.DIGIT, str.isdigit),
    "capital": (unicode.CAPITAL, str.isupper),
    "currency": (unicode.CURRENCY, lambda c: unicodedata.category(c) == "Sc"),
    "letter": (unicode.LETTER, re.compile(f"[{ALPHA}]").fullmatch),
    "lower": (unicode.LOWER, re.compile(f"[{ALPHA_LOWER}]").fullmatch),
    "upper": (unicode.UPPER, re.compile(f"[{ALPHA_UPPER}]").fullmatch),
    "quote": (unicode.QUOTE, re.compile("|".join(LIST_QUOTES)).fullmatch),
    "edge": (unicode.EDGE, re.compile("|".join(("[–—]", f"[{ICONS}]", *LIST_PUNCT, *LIST_QUOTES))).fullmatch),
    "hyphen": (unicode.HYPHEN, re.compile(HYPHENS).fullmatch),
    "symbol": (unicode.SYMBOL, f"{ICONS}…".__contains__),
}


@pytest.mark.parametrize("name", CLASSES)
def test_classes_are_those_of_python_datatrove_and_spacy(name: str):
    bit, expected = CLASSES[name]
    wrong = [hex(c) for c in ASSIGNED if bool(unicode.classes(c) & bit) != bool(expected(chr(c)))]
    # A newer Unicode version changes the class of a few old characters; Python 3.11 knows version 14, the table 15.1.
    assert len(wrong) <= (0 if unicodedata.unidata_version >= "15" or bit != unicode.MARK else 3), wrong


# Of these scripts, but with words and spaces to the kernels: signs of minorities' Myanmar, Khmer fractions, Suzhou
# numerals, kana of half width and of old, Vietnamese reading marks. And the other way: the closing and the long mark.
SPACED = ((0x1063, 0x1064), (0x1090, 0x1099), (0x17F0, 0x17F9), (0x3021, 0x3029), (0x3038, 0x303B), (0xA9E6, 0xA9E6),
          (0xA9F0, 0xA9F9), (0xAA70, 0xAA70), (0xAA74, 0xAA76), (0xFF66, 0xFF6F), (0xFF71, 0xFF9D), (0x16FE3, 0x16FE3),
          (0x16FF0, 0x16FF1), (0x1B002, 0x1B11E))  # fmt: skip
SPACELESS = ((0x3006, 0x3006), (0x30FC, 0x30FC))


def test_scripts_without_spaces_are_those_of_the_property():
    known = {"Hani", "Hira", "Kana", "Thai", "Laoo", "Khmr", "Mymr"}
    of_them = {c for c in ASSIGNED if script(chr(c)) in known and unicodedata.category(chr(c))[0] in "LMN"}
    spaced, spaceless = ({c for a, b in ranges for c in range(a, b + 1)} for ranges in (SPACED, SPACELESS))
    expected = (of_them - spaced) | spaceless
    assert [hex(c) for c in ASSIGNED if unicode.is_spaceless(c) != (c in expected)] == []


def test_lower_case_is_that_of_str():
    assert [c for c in ASSIGNED if len(chr(c).lower()) == 1 and unicode.lower(c) != ord(chr(c).lower())] == []
    assert unicode.lower(0x130) == 0x130
