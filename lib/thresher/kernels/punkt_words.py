"""Punkt's words: how it cuts text into tokens, what it knows of each, and what kind of token it is at first sight.

Source: Kiss and Strunk 2006, "Unsupervised Multilingual Sentence Boundary Detection", as NLTK's `PunktLanguageVars` and
`PunktToken` have it. Words are known by a key of their lower-cased letters, numbers by one key for all.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit
from thresher.kernels.spans import Hashes, before, slot_of, table_size
from thresher.kernels.unicode import DECIMAL, SPACE, Bytes, Int, classes, decode, load_table, lower
from thresher.kernels.word_keys import NO_LETTERS, key_of, with_letter

ABBREVIATION, STARTER, COLLOCATION = 1 << 0, 1 << 7, 1 << 8  # what is known of a word, or of two in a row
# How a word was seen in training: with a capital at a sentence's beginning, amid one, or where it is not known which
# (bits 1 to 3), and so in lower case (bits 4 to 6).
AMID_UPPER, ANY_UPPER = 1 << 2, 1 << 1 | 1 << 2 | 1 << 3
BEGAN_LOWER, ANY_LOWER = 1 << 4, 1 << 4 | 1 << 5 | 1 << 6
ENDS, ABBREVIATED, ELLIPSIS = 1, 2, 3  # what a token is at first sight: ends a sentence, …
NUMBER = np.uint64(key_of("##number##"))
_PAIR = np.uint64(0xD6E8FEB86659FD93)
_POINT, _HYPHEN, _COMMA = 0x2E, 0x2D, 0x2C


def _ascii(chars: str) -> npt.NDArray[np.bool_]:
    """Of each byte, whether it is one of these characters."""
    table = np.zeros(256, np.bool_)
    table[list(chars.encode())] = True
    return table


ENDS_SENTENCE, CLOSES = _ascii(".?!"), _ascii("\"')]}")
ENDS_WORD, BEGINS_NO_WORD = _ascii("?!)\";}]*:@'({["), _ascii('("`{[:;&#*@)}]-,')


class Known(NamedTuple):
    """What is known of words and pairs of words, by their keys: a hash table, and marks in the slots of the keys."""

    keys: Hashes
    marks: npt.NDArray[np.uint16]


@lru_cache(maxsize=1)
def english() -> Known:
    """NLTK's model of English, trained on the Wall Street Journal (`tools/make_punkt_table.py` writes it)."""
    table = load_table("punkt_english.npy")
    return Known(*_planted(table["key"], table["marks"]))


@njit
def _planted(keys: Hashes, marks: npt.NDArray[np.uint16]) -> tuple[Hashes, npt.NDArray[np.uint16]]:
    table = np.zeros(table_size(len(keys)), np.uint64)
    found = np.zeros(len(table), np.uint16)
    for k in range(len(keys)):
        slot = slot_of(table, keys[k])
        table[slot], found[slot] = keys[k], marks[k]
    return table, found


@inlined
def known_of(known: Known, key: np.uint64) -> Int:
    """What is known of a word or of a pair; 0 where nothing is."""
    slot = slot_of(known.keys, key)
    return np.int64(known.marks[slot]) if known.keys[slot] == key else np.int64(0)


@inlined
def pair_key(first: np.uint64, second: np.uint64) -> np.uint64:
    """The key of two words in a row."""
    return first * _PAIR + second


@inlined
def _signs(data: Bytes, i: Int, end: Int) -> Int:
    """The bytes of a token of several signs: hyphens, full stops, or three and more of these with blanks between."""
    sign = data[i]
    if sign != _HYPHEN and sign != _POINT:
        return 0
    run = i + 1
    while run < end and data[run] == sign:
        run += 1
    if run - i > 1 or sign == _HYPHEN:
        return run - i if run - i > 1 else 0
    spaced, points = run, 1
    while spaced < end:
        code, following = decode(data, spaced, end)
        if not (classes(code) & SPACE and following < end and data[following] == _POINT):
            break
        spaced, points = following + 1, points + 1
    return spaced - i if points > 2 else 0


@inlined
def _ends_word(data: Bytes, i: Int, end: Int) -> bool:
    """Whether a word ends before byte i: at the text's end, white space, a sign that stands in none, several signs."""
    if i == end or ENDS_WORD[data[i]] or _signs(data, i, end):
        return True
    code, _ = decode(data, i, end)
    return bool(classes(code) & SPACE)


@inlined
def token_end(data: Bytes, i: Int, end: Int) -> Int:
    """Where the token that begins at byte i ends, which is no white space."""
    several = _signs(data, i, end)
    if several:
        return i + several
    _, stop = decode(data, i, end)
    if BEGINS_NO_WORD[data[i]]:
        return stop
    while not (_ends_word(data, stop, end) or (data[stop] == _COMMA and _ends_word(data, stop + 1, end))):
        _, stop = decode(data, stop, end)
    return stop


@inlined
def is_number(data: Bytes, start: Int, end: Int) -> bool:
    """Whether a token is a number: a digit behind a sign or two, then digits, commas, full stops and hyphens alone."""
    i = start + (data[start] == _HYPHEN)
    i += i < end and (data[i] == _POINT or data[i] == _COMMA)
    digits = 0
    while i < end:
        code, following = decode(data, i, end)
        digit = classes(code) & DECIMAL
        if not digit and (digits == 0 or not (code == _POINT or code == _COMMA or code == _HYPHEN)):
            return False
        digits += 1
        i = following
    return digits > 0


@inlined
def key_between(data: Bytes, start: Int, end: Int) -> np.uint64:
    """The key of a span in lower case."""
    key = np.uint64(NO_LETTERS)
    i = start
    while i < end:
        code, i = decode(data, i, end)
        key = with_letter(key, lower(code))
    return key


@inlined
def word_key(data: Bytes, start: Int, end: Int, without_point: bool) -> np.uint64:
    """The key of a token, less a final full stop if so wished and if there is more than that."""
    if is_number(data, start, end):
        return NUMBER
    _, second = decode(data, start, end)
    drops = without_point and second < end and data[end - 1] == _POINT
    return key_between(data, start, end - drops)


@inlined
def first_sight(known: Known, data: Bytes, start: Int, end: Int) -> Int:
    """What a token is by itself: 0, or one of `ENDS`, `ABBREVIATED` and `ELLIPSIS`."""
    if end - start == 1 and ENDS_SENTENCE[data[start]]:
        return ENDS
    if data[end - 1] != _POINT:
        return 0
    if data[end - 2] == _POINT:
        run = start
        while run < end and data[run] == _POINT:
            run += 1
        return ELLIPSIS if run == end else 0
    last = end - 1
    while last > start and data[last - 1] != _HYPHEN:
        last = before(data, start, last)
    stop = end - 1
    if known_of(known, key_between(data, start, stop)) & ABBREVIATION:
        return ABBREVIATED
    return ABBREVIATED if known_of(known, key_between(data, last, stop)) & ABBREVIATION else ENDS
