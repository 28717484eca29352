"""Lines and paragraphs against their plain twin, over arbitrary Unicode."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thresher.kernels.edits import without
from thresher.kernels.units import FORMS, UNITS, units

from .line_twin import form, spans
from .test_hashing import murmur3_of
from .texts import TEXTS, joined

LINES = joined(
    st.sampled_from(("a", "B", "9", "\n", "\n\n", "\r\n", "\r", " \n", "\u2028", "\x00", "…", "İ", "\xa0\n")), 30
)
SETTINGS = [(unit, normalise) for unit in UNITS for normalise in FORMS]


def found(texts: list[str], unit: str, normalise: str, shortest: int = 1) -> list[list[tuple[int, int, bytes]]]:
    """What the kernel finds: of each text the units' starts, ends and hashes."""
    raw = [text.encode() for text in texts]
    data, offsets = np.frombuffer(b"".join(raw), np.uint8), np.cumsum([0, *map(len, raw)], dtype=np.int64)
    first, starts, sizes, hashes, whole = units(data, offsets, unit == "paragraph", FORMS.index(normalise), shortest)
    rows = [
        (int(start), int(start + size), int(value).to_bytes(8, "little", signed=True))
        for start, size, value in zip(starts, sizes, hashes, strict=True)
    ]
    assert whole.tolist() == [sum(end - start for start, end, _ in spans(text, unit)) for text in texts]
    return [rows[first[d] : first[d + 1]] for d in range(len(texts))]


def meant(text: str, unit: str, normalise: str, shortest: int = 1) -> list[tuple[int, int, bytes]]:
    said = [(start, end, form(said, normalise)) for start, end, said in spans(text, unit)]
    return [(start, end, murmur3_of(f.encode())[:8]) for start, end, f in said if len(f) >= shortest or shortest == 1]


@pytest.mark.parametrize(("unit", "normalise"), SETTINGS)
@given(texts=st.lists(TEXTS | LINES, max_size=4), shortest=st.integers(1, 4))
def test_units_and_hashes_are_those_of_the_twin(unit: str, normalise: str, texts: list[str], shortest: int) -> None:
    texts = [text.encode(errors="replace").decode() for text in texts]
    expected = [meant(text, unit, normalise, shortest) for text in texts]
    assert found(texts, unit, normalise, shortest) == expected


@pytest.mark.parametrize(("unit", "normalise"), SETTINGS)
@pytest.mark.parametrize("text", ["", "\n", "\r\n\r\n", "\x00", "a" * 2**20, "Ⱥ" * 2**19 + "\n\nend", "…\n\x07\n－"])
def test_odd_texts(unit: str, normalise: str, text: str) -> None:
    assert found([text, "x", text], unit, normalise)[::2] == [meant(text, unit, normalise)] * 2


@pytest.mark.parametrize(("unit", "normalise"), SETTINGS)
@given(text=st.binary(max_size=60))
def test_bytes_that_are_no_utf8_are_cut_whole(unit: str, normalise: str, text: bytes) -> None:
    data, offsets = np.frombuffer(text, np.uint8), np.array([0, len(text)])
    _, starts, sizes, _, _ = units(data, offsets, unit == "paragraph", FORMS.index(normalise), 1)
    ends = starts + sizes
    assert all(starts[1:] >= ends[:-1]) and all(sizes > 0) and all(ends <= len(text))
    assert all(end == len(text) or text[end - 1] == ord("\n") for end in ends)


def test_many_short_lines_of_a_large_document() -> None:
    assert len(found(["a\n" * 200_000], "line", "folded")[0]) == 200_000


SPANS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)))


@given(st.lists(st.tuples(st.binary(max_size=20), SPANS), max_size=4))
def test_what_is_left_is_every_byte_outside_the_cuts(cases: list[tuple[bytes, list[tuple[int, int]]]]) -> None:
    raw = [text for text, _ in cases]
    cuts = [sorted((min(cut), max(cut)) for cut in cuts) for _, cuts in cases]
    data, offsets = np.frombuffer(b"".join(raw), np.uint8), np.cumsum([0, *map(len, raw)], dtype=np.int64)
    first = np.cumsum([0, *map(len, cuts)], dtype=np.int64)
    flat = np.array([cut for of_one in cuts for cut in of_one], np.int64).reshape(-1, 2)
    left, places = without(data, offsets, first, flat[:, 0].copy(), flat[:, 1].copy())
    for d, text in enumerate(raw):
        kept = bytes(b for i, b in enumerate(text) if not any(start <= i < end for start, end in cuts[d]))
        assert bytes(left[places[d] : places[d + 1]]) == kept
