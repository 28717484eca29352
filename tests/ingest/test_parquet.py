"""Parquet rows become what JSON lines of the same content would, and damage costs what it covers."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

TABLE = pa.table(
    {
        "content": pa.array(["Tea.", None, "", "Coffee. ☕"]),
        "id": pa.array([1, 2, 3, None]),
        "date": pa.array([datetime(2024, 2, 29, tzinfo=UTC)] * 4, pa.timestamp("ms", "UTC")),
        "tags": pa.array([["a", "b"], [], None, None]),
        "site": pa.array(["x", "y", "z", None]).dictionary_encode(),
        "note": pa.array(["n"] * 4, pa.large_string()),
        "blob": pa.array([b"ab", b"c", b"d", b"\xff\x00"], pa.binary()),
    }
)


def test_rows(tmp_path: Path, read: Callable) -> None:
    pq.write_table(TABLE, tmp_path / "a.parquet", row_group_size=2)
    rows = read(tmp_path / "a.parquet", columns={"text": "content"})
    assert [row["kind"] for row in rows] == ["document", "quarantine", "quarantine", "document"]
    assert rows.texts() == ["Tea.", "Coffee. ☕"] and [row["offset"] for row in rows] == [0, 1, 2, 3]
    assert [row["record_id"] for row in rows] == ["1", "2", "3", "a.parquet:3"]
    assert rows.errors() == ["the text column 'content' is null", "the text is empty"]
    assert rows[0]["date"] == datetime(2024, 2, 29, tzinfo=UTC)
    assert dict(rows[0]["meta"]) == {"tags": '["a","b"]', "site": "x", "note": "n", "blob": "ab"}
    assert dict(rows[3]["meta"]) == {"note": "n", "blob": "/wA="}


def test_a_text_column_that_is_not_there_or_holds_numbers(tmp_path: Path, read: Callable) -> None:
    pq.write_table(TABLE, tmp_path / "a.parquet")
    assert set(read(tmp_path / "a.parquet").errors()) == {"the text column 'text' is missing"}
    assert read(tmp_path / "a.parquet", columns={"text": "id"}).errors()[0] == (
        "the text column 'id' holds no string but int"
    )


def test_strings_that_are_not_utf8(tmp_path: Path, read: Callable) -> None:
    wrong = pa.Array.from_buffers(pa.string(), 1, pa.array([b"caf\xe9"]).buffers())
    pq.write_table(pa.table({"text": pa.chunked_array([pa.array(["Tea."]), wrong])}), tmp_path / "a.parquet")
    rows = read(tmp_path / "a.parquet")
    assert rows.texts() == ["Tea."] and rows.errors() == ["the column 'text' is not UTF-8"]
    assert rows[1]["raw"] == b"caf\xe9"


@pytest.mark.parametrize("where", ["footer", "middle"])
def test_damage(tmp_path: Path, read: Callable, where: str) -> None:
    texts = [f"document {i} " * 20 for i in range(4000)]
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": texts}), path, row_group_size=1000, compression="zstd", use_dictionary=False)
    data = bytearray(path.read_bytes())
    if where == "footer":
        del data[-20:]
    else:
        data[len(data) // 2 : len(data) // 2 + 200] = bytes(200)
    path.write_bytes(data)
    rows = read(path)
    assert rows[-1]["kind"] == "quarantine" and "cannot be read from row" in rows[-1]["error"]
    assert rows.texts() == texts[: len(rows) - 1]
    assert rows[-1]["offset"] == len(rows) - 1 and (where == "footer") == (len(rows) == 1)
