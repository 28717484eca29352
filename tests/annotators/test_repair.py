"""Repair of texts that were broken on purpose, and nothing done to texts that are whole."""

import gzip
import json
import re
import unicodedata
from pathlib import Path

import ftfy
import pyarrow as pa
import pytest
from hypothesis import given

from thresher.annotators.repair import repair_v1

from ..kernels.texts import TEXTS

INVISIBLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\u200b\u2060\ufeff]")


def repaired(texts: list[str | None]) -> list[str | None]:
    edit = repair_v1().edit
    assert edit is not None
    left: list[str | None] = edit(pa.array(texts, pa.string())).to_pylist()
    return left


@pytest.fixture(scope="module")
def texts(data_dir: Path) -> list[str]:
    """Real sentences in 75 languages."""
    with gzip.open(data_dir / "lid/lingua75x200.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines][::40]


def test_whole_texts_stay_as_they_are_but_for_their_normal_form(texts: list[str]) -> None:
    whole = [text for text in texts if not INVISIBLE.search(text)]
    assert len(whole) > 300
    pairs = zip(whole, repaired(list(whole)), strict=True)
    changed = [text for text, left in pairs if left != unicodedata.normalize("NFC", text)]
    # Four of them are broken as they were found: quotes of Windows-1252, UTF-8 read as Windows-1252 and as 1250.
    assert changed and all(re.search("[\x80-\x9f]|â€|ďż˝", text) for text in changed), changed


def test_text_decoded_as_windows_1252_is_found_again() -> None:
    whole = ["Où est la bibliothèque ? Là-bas, près du café.", "Grüße aus München – bis später!", "“Quoted”, she said…"]
    broken = [text.encode().decode("sloppy-windows-1252") for text in whole]
    left = repaired(list(broken))
    assert left == whole
    rows = repair_v1().measure(pa.array(broken)).to_pylist()
    assert all(row["mojibake"] and row["changed"] for row in rows)


@given(TEXTS)
def test_what_shows_nothing_goes_and_what_is_left_is_normal(text: str) -> None:
    (left,) = repaired([text])
    assert left is not None and not INVISIBLE.search(left)
    assert unicodedata.is_normalized("NFC", left)
    (row,) = repair_v1().measure(pa.array([text], pa.string())).to_pylist()
    assert row["changed"] == (left != text)


@given(TEXTS)
def test_the_short_way_for_plain_text_gives_what_ftfy_gives(text: str) -> None:
    options = {"unescape_html": False, "fix_latin_ligatures": False, "fix_character_width": False}
    whole = ftfy.fix_text(text, uncurl_quotes=False, normalization="NFC", **options)
    assert repaired([text]) == [whole.translate({0x200B: None, 0x2060: None})]


def test_a_null_stays_null_and_counts_are_the_texts_own() -> None:
    rows = repair_v1().measure(pa.array([None, "a\u200bb\x00c", "line\r\nline"])).to_pylist()
    assert rows == [
        None,
        {"mojibake": False, "invisible": 2, "changed": True},
        {"mojibake": False, "invisible": 1, "changed": True},
    ]
    assert repaired([None, "line\r\nline"]) == [None, "line\nline"]
