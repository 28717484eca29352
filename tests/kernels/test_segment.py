"""Words against a plain-Python twin, and against spaCy's on real text."""

import gzip
import json
import re
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from datatrove.utils.text import PUNCTUATION_SET, split_into_words
from hypothesis import example, given
from hypothesis import strategies as st

from thresher.kernels import unicode
from thresher.kernels.affixes import (
    ABBREVIATIONS,
    DASHES,
    ELISION,
    HYPHENS,
    LEADING,
    ORDINALS,
    POINTS,
    TAILS,
    UNITS,
    WHOLE,
)
from thresher.kernels.arrow import utf8
from thresher.kernels.clitics import (
    FRENCH,
    FRENCH_ABBREVIATIONS,
    FRENCH_SUFFIXES,
    FRENCH_WHOLE,
    ROMANIAN,
    ROMANIAN_ABBREVIATIONS,
    ROMANIAN_PREFIXES,
    ROMANIAN_SUFFIXES,
    ROMANIAN_WHOLE,
)
from thresher.kernels.segment import LETTERED, LONGEST, SYMBOLIC, words_of
from thresher.kernels.spans import hash_span
from thresher.language.word_rules import word_rules

from .texts import TEXTS

CLITICS = st.lists(
    st.sampled_from(
        (
            *(
                "dit",
                "a",
                "-il",
                "-t",
                "—ce",
                "-Ce",
                "-VOUS",
                "peut-être",
                "aujourd’hui",
                "Mme.",
                "av",
                ".",
                ",",
                "'",
                " ",
            ),
            *(
                "s-",
                "Și-",
                "şi-",
                "si-",
                "într-",
                "-l",
                "-Ul",
                "-i",
                "-ți",
                "-ţi",
                "d-voastră",
                "nr.",
                "12-a",
                "-",
                " ",
            ),
        )
    ),
    max_size=12,
).map("".join)


def has(bit: int, char: str) -> bool:
    return bool(char) and bool(unicode.classes(ord(char)) & bit)


def twin(text: str, rules: int = 0) -> list[str]:
    """Cut at white space, cut off punctuation at both ends, then contractions, then what stands between letters."""
    pieces = ("".join(" " if c.isspace() else c for c in text)).split(" ")
    parts = (piece[k : k + LONGEST] for piece in pieces for k in range(0, len(piece), LONGEST))
    return [word for part in parts for word in cut(part, rules)]


def cut(piece: str, rules: int) -> list[str]:
    before: list[str] = []
    after: list[str] = []
    while piece and piece not in TAILS and not stays_whole(piece, rules) and (size := prefix(piece, rules)):
        before.append(piece[:size])
        piece = piece[size:]
    while piece and piece not in TAILS and not stays_whole(piece, rules) and (size := suffix(piece, rules)):
        after.insert(0, piece[-size:])
        piece = piece[:-size]
    whole = stays_whole(piece, rules) and not has(unicode.QUOTE, piece[0])
    return before + ([piece] if whole else middle(piece, rules)) + after


def stays_whole(piece: str, rules: int) -> bool:
    return piece in (FRENCH_WHOLE if rules & FRENCH else ROMANIAN_WHOLE if rules & ROMANIAN else ())


def prefix(piece: str, rules: int) -> int:
    if rules & ROMANIAN and (start := piece.partition("-")[0] + "-") in ROMANIAN_PREFIXES and piece.startswith(start):
        return len(start)
    if rules & LEADING and piece[0] in "–—":
        return 0
    if piece[0] == ".":
        run = len(piece) - len(piece.lstrip("."))
        return (1 if rules & POINTS else run) if run > 1 else 0
    if has(unicode.EDGE | unicode.CURRENCY, piece[0]) or piece[0] in "%=§":
        return 1
    return int(re.match(r"\+(?![0-9])", piece) is not None)


def suffix(piece: str, rules: int) -> int:
    if time := re.fullmatch(r"(?:[1-9]|1[0-2])([ap](?:m|\.m\.))", piece):
        return len(time[1])
    if piece[-1] == ".":
        run = len(piece) - len(piece.rstrip("."))
        if run > 1:
            return 1 if rules & POINTS else run
        if rules & ORDINALS and piece[-2:-1] in tuple("0123456789"):
            return 0
        return int(len(piece) > 1 and sentence_ends(piece[:-1], rules))
    if has(unicode.EDGE, piece[-1]):
        return 1
    if size := clitic(piece, rules):
        return size
    if re.search("['’][sS]$", piece):
        return 2
    if len(piece) > 1 and piece[-2] in "0123456789" and (piece[-1] in "%+" or has(unicode.CURRENCY, piece[-1])):
        return 1
    unit = re.search(f"(?<=[0-9])({'|'.join(UNITS)})$", piece)
    return len(unit[0]) if unit else 0


def clitic(piece: str, rules: int) -> int:
    before, hyphen, word = re.fullmatch("(?s:(.*?)([-‐‑–—]?)([^-‐‑–—]*))", piece).groups()  # type: ignore[union-attr]
    if rules & FRENCH:
        return 1 + len(word) if has(unicode.LETTER, before[-1:]) and hyphen and word in FRENCH_SUFFIXES else 0
    return 1 + len(word) if rules & ROMANIAN and hyphen + word in ROMANIAN_SUFFIXES else 0


def sentence_ends(piece: str, rules: int) -> bool:
    known = FRENCH_ABBREVIATIONS if rules & FRENCH else ROMANIAN_ABBREVIATIONS if rules & ROMANIAN else ABBREVIATIONS
    if piece + "." in known or re.fullmatch("[a-z]", piece):
        return False
    if has(unicode.LOWER | unicode.EDGE, piece[-1]) or piece[-1] in "0123456789%²-+":
        return True
    return len(piece) > 1 and has(unicode.UPPER, piece[-1]) and has(unicode.UPPER, piece[-2])


def middle(piece: str, rules: int) -> list[str]:
    if not piece:
        return []
    if piece in WHOLE:
        return [piece]
    plain = all(has(unicode.WORD | unicode.MARK, c) and not has(unicode.SPACELESS, c) for c in piece)
    if (
        not plain
        and not rules & ELISION
        and (tail := re.search("(?<=.)(n['’]t|['’](ll|re|ve|d|m))$", piece, re.DOTALL))
    ):
        return [piece[: tail.start()], tail[0]]
    whole, found, start, k = is_address(piece), [], 0, 0
    while k < len(piece):
        size = spaceless(piece, k) or (0 if whole or k == 0 else infix(piece, k, rules))
        if rules & ELISION and not whole and elides(piece, k):
            found.append(piece[start : k + 1])
            start = k + 1
        elif size:
            found += [piece[start:k], piece[k : k + size]]
            start = k + size
        k += max(size, 1)
    return [word for word in [*found, piece[start:]] if word]


def spaceless(piece: str, k: int) -> int:
    beside = piece[max(k - 1, 0) : k + 2]
    if not has(unicode.SPACELESS, piece[k]) and not (
        has(unicode.EDGE, piece[k]) and any(has(unicode.SPACELESS, c) for c in beside)
    ):
        return 0
    size = 1
    while k + size < len(piece) and has(unicode.MARK, piece[k + size]):
        size += 1
    return size


def elides(piece: str, k: int) -> bool:
    beside = (piece[k - 1 : k] if k else "", piece[k + 1 : k + 2])
    return piece[k] in "'’" and all(has(unicode.LETTER, c) for c in beside)


def infix(piece: str, k: int, rules: int) -> int:
    char, left, right = piece[k], piece[k - 1], piece[k + 1 : k + 2]
    alphanumeric = has(unicode.LETTER, left) or left in "0123456789"
    if has(unicode.SYMBOL, char):
        return 1
    if run := re.match(r"\.\.+", piece[k:]):
        return 1 if rules & POINTS else len(run[0])
    if char == ".":
        return int(has(unicode.LOWER | unicode.QUOTE, left) and has(unicode.UPPER | unicode.QUOTE, right))
    if char == ",":
        return int(has(unicode.LETTER, left) and has(unicode.LETTER, right))
    if re.match("[*+^-][0-9-]", piece[k:]) and left in "0123456789":
        return 1
    if alphanumeric and has(unicode.HYPHEN, char):
        size = len(re.match(re.escape(char) + "{1,3}", piece[k:])[0])  # type: ignore[index]
        if size == 1 and rules & (DASHES if char in "–—" else HYPHENS):
            return 0
        return size if has(unicode.LETTER, piece[k + size : k + size + 1]) else 0
    return int(alphanumeric and char in ":<=>/" and has(unicode.LETTER, right))


def is_address(piece: str) -> bool:
    def of_word(c: str) -> bool:
        return has(unicode.WORD, c)

    scheme = piece.partition("://")[0]
    rest = piece
    if "://" in piece and all(of_word(c) or c in "+-." for c in scheme) and len(piece) > len(scheme) + 2:
        rest = piece[len(scheme) + 3 :]
    host = re.split("[/:?#]", rest.rpartition("@")[2])[0]
    labels = host.split(".")
    if len(labels) < 2 or not all(labels[:-1]) or len(labels[-1]) < 2:
        return False
    allowed = all(of_word(c) or has(unicode.MARK, c) or c == "-" for label in labels for c in label)
    return allowed and all(has(unicode.LOWER, c) for c in labels[-1])


def cut_by_kernel(text: str, rules: int = 0) -> tuple[list[str], np.ndarray, np.ndarray]:
    words = words_of(utf8(pa.array([text])), np.array([rules], np.uint8))
    letters = "".join(c for c in text if not c.isspace())
    ends = [0, *accumulate(words.chars.tolist())]
    assert ends[-1] == len(letters) and words.first.tolist() == [0, len(words.chars)]
    return [letters[a:b] for a, b in pairwise(ends)], words.hashes, words.kinds


@given(TEXTS)
@example("a://b")
@example("x" * (LONGEST + 5) + "é" * (LONGEST + 5))
@example("x" * LONGEST + ", " + "x" * (LONGEST - 1) + ".")
@example("'s 'em ’ll (Mr.) e.g. U.S. U.S.A.. wait... 'don't' can't! 10km/h 5kg. $5 -5€ C++ a--b—c")
@example("中文，字! end.Start x.y.de/a-b http://a.b")
@example("\0Mr. x \0e.g. \0\0a.m. 5\0km '\0s")
def test_words_are_those_of_the_twin(text: str):
    cut_words, hashes, kinds = cut_by_kernel(text)
    assert cut_words == twin(text)
    for word, key, kind in zip(cut_words, hashes, kinds, strict=True):
        data = np.frombuffer(word.encode(), np.uint8)
        assert int(key) == int(hash_span(data, 0, len(data)))
        assert bool(kind & SYMBOLIC) == all(c in PUNCTUATION_SET for c in word)
        assert bool(kind & LETTERED) == any(has(unicode.ALPHABETIC, c) for c in word)


@given(TEXTS | CLITICS, st.integers(0, 255))
@example("porta-voz l'homme qu’il a—b –ab— 1. 12... ab.. a...b ''l'l' --a a--b L'' 'a'b", 63)
@example("porta-voz l'homme can't qu’il a—b –ab— 1. 12... ab.. a...b", ELISION)
@example("can't l'l'l www.l'a.de http://l'a.b/c'd", ELISION)
@example("(peut-être) dit-il, a-t-il? -il x—CE aujourd’hui! 5-il 'peut-être Mme. etc.", FRENCH | ELISION)
@example("și-a s-l într-un d-voastră, DÂNDU-I d-l. 1-a e-mail Dr. nr. a-", ROMANIAN | HYPHENS | DASHES)
def test_words_by_other_rules_are_those_of_the_twin(text: str, rules: int):
    assert cut_by_kernel(text, rules)[0] == twin(text, rules)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Mr. Smith can't go.", ["Mr.", "Smith", "ca", "n't", "go", "."]),
        ('"Wait..." (she said)', ['"', "Wait", "...", '"', "(", "she", "said", ")"]),
        ("well-known and/or x,y", ["well", "-", "known", "and/or", "x", ",", "y"]),
        ("See www.example.org/a-b, ok?", ["See", "www.example.org/a-b", ",", "ok", "?"]),
        ("3.5% of 10km, $1,000", ["3.5", "%", "of", "10", "km", ",", "$", "1,000"]),
        ("at 9am, 12p.m. or 3:21pm", ["at", "9", "am", ",", "12", "p.m.", "or", "3:21pm"]),
        ("70km/h 5m² 0am 13pm", ["70", "km/h", "5", "m²", "0am", "13pm"]),
        ("今天好。ไทย", ["今", "天", "好", "。", "ไ", "ท", "ย"]),
    ],
)
def test_examples(text: str, words: list[str]):
    assert cut_by_kernel(text)[0] == words
    assert spacy_words(text) == words or has(unicode.SPACELESS, text[0])


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        ("fra_Latn", "l'homme qu'il aime", ["l'", "homme", "qu'", "il", "aime"]),
        ("por_Latn", "porta-voz a—b", ["porta-voz", "a", "—", "b"]),
        ("deu_Latn", "E-Mail Alt—neu am 1. Mai", ["E-Mail", "Alt—neu", "am", "1.", "Mai"]),
        ("hun_Latn", "—Nem", ["—Nem"]),
        (
            "fra_Latn",
            "a-t-il dit: peut-être, Mme. Est-ce",
            ["a", "-t", "-il", "dit", ":", "peut-être", ",", "Mme.", "Est", "-ce"],
        ),
        (
            "ron_Latn",
            "s-a dus într-un loc, dându-i-l d-voastră",
            ["s-", "a", "dus", "într-", "un", "loc", ",", "dându", "-i", "-l", "d-voastră"],
        ),
        ("pol_Latn", "nie...", ["nie", ".", ".", "."]),
        ("ukr_Cyrl", "будь-що 1.", ["будь", "-", "що", "1", "."]),
    ],
)
def test_other_languages_are_cut_as_spacy_cuts_them(code: str, text: str, words: list[str]):
    assert cut_by_kernel(text, word_rules(code))[0] == words == split_into_words(text, code)


def test_real_text_is_cut_nearly_as_spacy_cuts_it(data_dir: Path):
    file = data_dir / "text" / "wcxb_dev_gold_all_clean.jsonl.gz"
    texts = [json.loads(line)["text"][:5000] for line in gzip.open(file, "rt", encoding="utf-8")][::40]
    alike = total = 0
    for text in texts:
        ours, theirs = (set(accumulate(len(w) for w in words)) for words in (cut_by_kernel(text)[0], spacy_words(text)))
        alike += len(ours & theirs)
        total += len(ours | theirs)
    assert alike / total > 0.997


def spacy_words(text: str) -> list[str]:
    return ["".join(word.split()) for word in split_into_words(text)]
