"""The script of a document against a twin over fontTools' copy of the property, on any Unicode and on real texts."""

import gzip
import json
import sys
import unicodedata
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from fontTools.unicodedata import script
from hypothesis import example, given
from hypothesis import strategies as st

from thresher.kernels.arrow import utf8
from thresher.kernels.scripts import NAMES, script_of, scripts

from .texts import TEXTS, joined

MIXED = joined(st.sampled_from("abz{@[`é日中国のカーя가שا٣ก1 ,.\u0301\u200d😀\x00\u2028\ufffd𝒳𐍈"), 120)
WRITTEN_IN = {"en": "Latn", "ja": "Jpan", "zh": "Hani", "ko": "Hang", "ru": "Cyrl", "ar": "Arab", "hi": "Deva"}
property_of = cache(script)


def twin(text: str) -> tuple[str, float]:
    counts = Counter(property_of(c) for c in text if property_of(c) not in ("Zyyy", "Zinh", "Zzzz"))
    total, kana = counts.total(), counts.pop("Hira", 0) + counts.pop("Kana", 0)
    counts["Jpan"] = kana + (counts.pop("Hani", 0) if 10 * kana >= kana + counts["Hani"] else 0)
    best = min(counts, key=lambda name: (-counts[name], name))
    return (best, counts[best] / total) if total else ("Zyyy", 0.0)


def found(texts: list[str] | list[bytes], kind: pa.DataType) -> list[tuple[str, float]]:
    data, offsets, _ = utf8(pa.array(texts, kind))
    places, shares = scripts(data, offsets)
    return [(NAMES[place], share) for place, share in zip(places.tolist(), shares.tolist(), strict=True)]


def expected(texts: list[str]) -> list[tuple[str, float]]:
    return [(name, float(np.float32(share))) for name, share in map(twin, texts)]


@given(st.lists(MIXED | TEXTS | st.text(max_size=100), max_size=4))
@example(["a" * 31 + "é" + "b" * 33 + "中", "", "x" * 64, "\u0301", "日" * 9 + "の", "日" * 10 + "の"])
@example(["Abя", "яaカ日", "日" * 40 + "ab", "_" * 40])
def test_scripts_and_shares_are_the_twins(texts: list[str]) -> None:
    texts = [text.encode(errors="replace").decode() for text in texts]
    assert found(texts, pa.string()) == expected(texts)


@given(st.lists(st.binary(max_size=80), max_size=4))
def test_bytes_that_are_no_utf8_are_of_no_script(texts: list[bytes]) -> None:
    assert found(texts, pa.binary()) == expected([text.decode(errors="replace") for text in texts])


def test_the_table_is_the_property_of_every_character() -> None:
    """Of those that every Python knows: a newer package may give characters to those that were free."""
    places = {"Zinh": "Zyyy", "Zzzz": "Zyyy"}
    for code in range(sys.maxunicode + 1):
        if unicodedata.category(chr(code)) not in ("Cn", "Cs"):
            assert NAMES[script_of(code)] == places.get(script(chr(code)), script(chr(code)))


def test_on_real_texts_in_75_languages(data_dir: Path) -> None:
    with gzip.open(data_dir / "lid/lingua75x200.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    texts = [record["text"] for record in records]
    measured = found(texts, pa.string())
    assert measured == expected(texts)
    scripts_of: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (name, _), record in zip(measured, records, strict=True):
        scripts_of[record["lang"]][name] += 1
    assert {lang: scripts_of[lang].most_common(1)[0][0] for lang in WRITTEN_IN} == WRITTEN_IN
    assert scripts_of["ja"].keys() == {"Jpan"} and scripts_of["zh"].keys() <= {"Hani", "Latn"}


@pytest.mark.parametrize("character", ["x", "\0", "字", "\u0301"])
def test_a_megabyte_of_one_character(character: str) -> None:
    texts = [character * (1_000_000 // len(character.encode()))]
    assert found(texts, pa.string()) == expected(texts)
