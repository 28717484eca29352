"""The kernels beside their twins on real texts: 75 languages, web pages, books, papers, chats, and personal data."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..conftest import lines
from . import pii_twin, test_minhash, test_pii, test_segment, test_statistics, test_uax29, test_units

EVERY = {  # of each folder every so many texts, and how much of a text
    "lid": (25, 5_000),
    "text": (15, 3_000),
    "quality": (80, 2_000),
}


@pytest.fixture(scope="module")
def texts(data_dir: Path) -> list[str]:
    found = []
    for folder, (step, length) in EVERY.items():
        for path in sorted((data_dir / folder).glob("*.jsonl.gz")):
            found += [str(record["text"])[:length] for record in lines(path, 100_000)[::step]]
    assert len(found) > 700
    return found


def segmented(text: str, rules: int) -> tuple[list[str], list[str]]:
    return test_segment.cut_by_kernel(text, rules)[0], test_segment.twin(text, rules)


def bounded(text: str) -> tuple[list[int], list[int]]:
    return test_uax29.lengths([text])[0], [len(word) for word in test_uax29.twin(text)]


def measured(text: str, name: str) -> tuple[Any, Any]:
    return test_statistics.ours(name, text), test_statistics.TWINS[name](text)


def signed(text: str, *kind: Any) -> tuple[Any, Any]:
    return test_minhash.measured([text], 5, 8, 1, *kind)[0], test_minhash.twin(text, 5, 8, 1, *kind)


def cut(text: str, unit: str, form: str) -> tuple[Any, Any]:
    return test_units.found([text], unit, form)[0], test_units.meant(text, unit, form)


PAIRS: dict[str, Callable[[str], tuple[Any, Any]]] = {
    "words": lambda text: segmented(text, 0),
    "words by all other rules": lambda text: segmented(text, 63),
    "words at Unicode's boundaries": lambda text: bounded(text[:1_000]),
    **{name: lambda text, of=name: measured(text, of) for name in test_statistics.TWINS},
    "signatures": signed,
    "signatures between white space": lambda text: signed(text, "whitespace"),
    "signatures of characters": lambda text: signed(text[:500], "unicode", "characters", 64),
    **{f"{unit}s, {form}": lambda text, of=(unit, form): cut(text, *of) for unit, form in test_units.SETTINGS},
    "personal data": lambda text: (test_pii.found(text), pii_twin.spans(text)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_kernel_says_what_its_twin_says(name: str, texts: list[str]) -> None:
    for text in texts:
        found, expected = PAIRS[name](text)
        assert found == expected, text[:200]


def test_personal_data_is_its_twins_where_there_is_much_of_it(data_dir: Path) -> None:
    texts = [str(record["text"]) for record in lines(data_dir / "pii/presidio_synth_v2.jsonl.gz", 100_000)]
    spans = {text: test_pii.found(text, public=False) for text in texts}
    assert spans == {text: pii_twin.spans(text, public=False) for text in texts}
    assert {kind for found in spans.values() for *_, kind in found} >= {"emails", "phones", "cards", "ipv4", "ipv6"}
