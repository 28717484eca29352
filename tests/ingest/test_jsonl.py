"""JSON Lines: whatever the lines, each is one row, and what a document holds is what its line held."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thresher.ingest.jsonl import lines, read_jsonl
from thresher.ingest.row import Arrival, batched
from thresher.ingest.settings import IngestSettings
from thresher.ingest.stream import StoredStream
from thresher.ingest.table_row import as_text

SOURCE = SimpleNamespace(path="/in/a.jsonl", name="a.jsonl")


def rows_of(data: bytes, **settings: object) -> list[Arrival]:
    return list(read_jsonl(StoredStream(io.BytesIO(data)), SOURCE, IngestSettings(**settings)))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(st.sampled_from(["text", "id", "url", "date", "other"]), values | st.text(min_size=1))


@given(st.lists(objects))
def test_each_line_is_one_row_with_what_it_held(records: list[dict]) -> None:
    data = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    rows = rows_of(data)
    assert [row.offset for row in rows] == list(range(1, len(records) + 1))
    for row, record in zip(rows, records, strict=True):
        text = record.get("text")
        assert (row.kind == "document") == (isinstance(text, str) and bool(text.strip()))
        if row.kind == "document":
            assert row.text == text.encode()
            assert row.record_id == expected_name(record, row.offset)
    for batch in batched(rows):
        batch.validate(full=True)


def expected_name(record: dict, line: int) -> str:
    """The twin: an id that is a string is the name, any other but null is named by its JSON text."""
    name = record.get("id")
    if name is None or name == "":
        return f"a.jsonl:{line}"
    return name if isinstance(name, str) else as_text(name)


@given(st.lists(st.binary(max_size=30)))
def test_whatever_the_bytes_every_line_that_is_not_blank_is_one_row(parts: list[bytes]) -> None:
    data = b"\n".join([b"{}", *parts])  # a first line that no compression begins with
    rows = rows_of(data, max_record_bytes=20)
    expected = [i for i, line in enumerate(data.split(b"\n"), 1) if len(line) > 20 or (line and not line.isspace())]
    assert [row.offset for row in rows] == expected
    for batch in batched(rows):
        batch.validate(full=True)


class Trickle(io.BytesIO):
    """Hands out a few bytes at a time, so that every line is cut in every place."""

    def read(self, n: int | None = -1) -> bytes:
        return super().read(3)


@given(st.binary(max_size=100).map(lambda data: data.replace(b"\0", b"\n")), st.integers(0, 12))
def test_lines_are_those_of_split(data: bytes, limit: int) -> None:
    data = b"x" + data  # a first byte that no compression begins with
    expected = data.split(b"\n")
    if not expected[-1]:
        expected.pop()
    found = list(lines(StoredStream(Trickle(data)), limit))
    assert [number for number, _, _ in found] == list(range(1, len(expected) + 1))
    assert [whole for _, _, whole in found] == [len(line) <= limit for line in expected]
    assert [line for _, line, whole in found if whole] == [line for line in expected if len(line) <= limit]
    assert all(line.startswith(part) for (_, part, _), line in zip(found, expected, strict=True))


def test_columns_are_mapped_and_the_others_kept() -> None:
    line = (
        b'{"content": "Tea.", "uuid": 17, "link": "https://example.org", "text": "not this", "when": "2024-02-29",'
        b' "n": 1.50, "tags": ["a", null], "none": null}\n'
    )
    columns = {"text": "content", "id": "uuid", "url": "link", "date": "when"}
    (row,) = rows_of(line, columns=columns)
    assert (row.record_id, row.url, row.text) == ("17", "https://example.org", b"Tea.")
    assert row.date == datetime(2024, 2, 29, tzinfo=UTC)
    assert row.meta == {"text": "not this", "n": "1.5", "tags": '["a",null]'}


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ('"2024-02-29T12:00:00Z"', datetime(2024, 2, 29, 12, tzinfo=UTC)),
        ('"2024-02-29T12:00:00.5+02:00"', datetime(2024, 2, 29, 10, 0, 0, 500_000, tzinfo=UTC)),
        ('"2024-02-29 12:00:00"', datetime(2024, 2, 29, 12, tzinfo=UTC)),
        ('"29 February 2024"', None),
        ('"0001-01-01T00:00:00+10:00"', None),
        ("1709208000", None),
    ],
)
def test_dates_are_iso_8601_or_stay_in_meta(date: str, expected: datetime | None) -> None:
    (row,) = rows_of(b'{"text": "Tea.", "date": %s}' % date.encode())
    assert row.date == expected
    assert (row.meta == {}) == (expected is not None)


def test_an_id_beyond_64_bits_keeps_its_digits() -> None:
    (row,) = rows_of(b'{"text": "Tea.", "id": 123456789012345678901234567890}')
    assert row.record_id == "123456789012345678901234567890"


def test_a_mark_at_the_start_and_carriage_returns() -> None:
    rows = rows_of(b'\xef\xbb\xbf{"text": "one"}\r\n{"text": "two"}\r\n')
    assert [row.text for row in rows] == [b"one", b"two"]


def test_a_number_that_only_python_knows() -> None:
    (row,) = rows_of(b'{"text": "Tea.", "score": NaN}')
    assert row.text == b"Tea." and row.meta is not None and "score" in row.meta


def test_files_of_two_names_differ_in_their_records_names(tmp_path: Path, read: Callable) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_bytes(b'{"text": "Tea."}\n')
    rows = read(tmp_path / "a.jsonl", tmp_path / "b.jsonl")
    assert [row["record_id"] for row in rows] == ["a.jsonl:1", "b.jsonl:1"]
