"""Hostile input: each ends as rows with a reason, in bounded memory, and never as an exception."""

import gzip
import json
import resource
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

DOCUMENT = b'{"id": "a", "text": "A good line."}\n'


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", ["a.jsonl", "a.warc", "a.parquet", "a"])
@pytest.mark.parametrize("data", [b"", gzip.compress(b"", mtime=0)])
def test_an_empty_file(tmp_path: Path, read: Callable, name: str, data: bytes) -> None:
    assert read(write(tmp_path / name, data)).errors() == ["the file is empty"]


def test_blank_lines_alone(tmp_path: Path, read: Callable) -> None:
    assert read(write(tmp_path / "a.jsonl", b"\n \r\n\n")).errors() == ["the file holds no record"]


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"%PDF-1.7\n%abc", "a PDF file"),
        (b"filedesc://a.arc 0.0.0.0 2014 text/plain 77\n", "an ARC file"),
        (gzip.compress(b"filedesc://a.arc 0.0.0.0 2014 text/plain 77\n", mtime=0), "an ARC file"),
        (b"PK\x03\x04abc", "of no format that thresher reads"),
        (b"PAR1 but nothing more of a table", "the Parquet file cannot be read"),
        (b"Dear all,", "of no format that thresher reads"),
        (b"\x1f\x8b\x08 and then no gzip", "the gzip data are damaged"),
        (b"\x1f\x8b\x08", "the gzip data end early"),
        (b"\x28\xb5\x2f\xfd and then no zstd", "the zstd data are damaged"),
    ],
)
def test_a_file_that_is_not_read_is_one_row(tmp_path: Path, read: Callable, data: bytes, error: str) -> None:
    (row,) = read(write(tmp_path / "a", data))
    assert row["kind"] == "quarantine" and error in row["error"]


def test_truncated_gzip_of_warc(tmp_path: Path, read: Callable, record: Callable) -> None:
    members = [gzip.compress(record(f"<p>page number {i}".encode(), name=f"<{i}>")) for i in range(5)]
    data = b"".join(members)[:-30]
    rows = read(write(tmp_path / "a.warc.gz", data))
    assert rows.texts()[:4] == [f"page number {i}" for i in range(4)]
    last = rows[-1]
    assert last["kind"] == "quarantine" and last["offset"] == sum(map(len, members[:4]))
    assert "end early" in last["error"]


def test_damage_in_the_middle_of_a_gzip_warc_costs_its_record(tmp_path: Path, read: Callable, record: Callable) -> None:
    members = [gzip.compress(record(b"<p>page <b>%d</b>" % i * 50, name=f"<{i}>")) for i in range(6)]
    middle = bytearray(members[3])
    middle[40:60] = bytes(20)
    members[3] = bytes(middle)
    rows = read(write(tmp_path / "a.warc.gz", b"".join(members)))
    names = {row["record_id"] for row in rows.documents()}
    assert {"<0>", "<1>", "<2>", "<4>", "<5>"} <= names
    (damage,) = [row for row in rows if row["kind"] == "quarantine" and "gzip" in row["error"]]
    assert damage["offset"] == sum(map(len, members[:3]))
    offsets = {row["record_id"]: row["offset"] for row in rows.documents()}
    assert offsets["<5>"] == sum(map(len, members[:5]))


def test_truncated_gzip_of_jsonl(tmp_path: Path, read: Callable) -> None:
    lines = [json.dumps({"text": f"document {i} " + "x y z " * i}).encode() + b"\n" for i in range(300)]
    rows = read(write(tmp_path / "a.jsonl.gz", gzip.compress(b"".join(lines))[:-100]))
    assert 0 < len(rows.documents()) < 300
    assert rows.texts() == [json.loads(line)["text"] for line in lines[: len(rows.documents())]]
    assert "end early" in rows[-1]["error"] and rows[-1]["offset"] == len(rows.documents()) + 1


def bomb(path: Path, head: bytes, megabytes: int, tail: bytes = b"", unit: bytes = b"x") -> Path:
    """A gzip file of this many megabytes of one byte, about a thousandth of that long."""
    deflate = zlib.compressobj(1, zlib.DEFLATED, 31)
    with path.open("wb") as file:
        file.write(deflate.compress(head))
        for _ in range(megabytes):
            file.write(deflate.compress(unit * (1 << 20)))
        file.write(deflate.compress(tail) + deflate.flush())
    return path


# Reads in a process whose memory is limited: a reader that held the bomb would die.
LIMITED = """
import sys
from types import SimpleNamespace
from thresher.ingest.arrivals import read_files
from thresher.ingest.settings import IngestSettings
batches = read_files([SimpleNamespace(path=sys.argv[1], name="bomb")], IngestSettings(max_record_bytes=1 << 20))
rows = [row for batch in batches for row in batch.to_pylist()]
for row in rows:
    sys.stdout.write(f"{row['kind']}|{row['record_id']}|{row['error']}\\n")
# Not ru_maxrss: that one starts at what the process had that started this one.
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
sys.stdout.write(peak.split()[1])
"""


def read_watched(path: Path) -> tuple[list[list[str]], int]:
    """The rows' kind, name and error, and the most memory (bytes) that reading took."""
    done = subprocess.run([sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, check=True)
    *rows, memory = done.stdout.split("\n")
    return [row.split("|") for row in rows], int(memory) << 10


def test_a_gzip_bomb_on_one_line(tmp_path: Path) -> None:
    path = bomb(tmp_path / "a.jsonl.gz", DOCUMENT + b'{"text": "', 300, b'"}\n' + DOCUMENT.replace(b'"a"', b'"b"'))
    rows, memory = read_watched(path)
    assert [(row[0], row[1]) for row in rows] == [("document", "a"), ("quarantine", "bomb:2"), ("document", "b")]
    assert "more than 1048576 bytes" in rows[1][2]
    assert memory < 300 << 20, memory


def test_a_gzip_bomb_in_a_warc_record_and_behind_one(tmp_path: Path, record: Callable) -> None:
    page = record(b"<p>good", name="good")
    declared = record(b"", name="bomb").replace(b"Content-Length: 44", b"Content-Length: %d" % (300 << 20))
    rows, memory = read_watched(bomb(tmp_path / "a.warc.gz", page + declared, 200, page.replace(b"good", b"next")))
    assert [(row[0], row[1]) for row in rows][:2] == [("document", "good"), ("quarantine", "bomb")]
    assert memory < 300 << 20, memory
    rows, memory = read_watched(bomb(tmp_path / "b.warc.gz", page, 200, page.replace(b"good", b"next"), b"\0"))
    assert rows[0][:2] == ["document", "good"]
    assert memory < 300 << 20, memory


def test_a_bomb_in_a_body(tmp_path: Path, record: Callable) -> None:
    deflate = zlib.compressobj(1, zlib.DEFLATED, 31)
    body = b"".join(deflate.compress(b"x" * (1 << 20)) for _ in range(300)) + deflate.flush()
    page = record(body, http=("HTTP/1.1 200 OK", "Content-Type: text/html", "Content-Encoding: gzip"), name="bomb")
    rows, memory = read_watched(write(tmp_path / "a.warc", page + record(b"<p>good", name="good")))
    assert [(row[0], row[1]) for row in rows] == [("quarantine", "bomb"), ("document", "good")]
    assert memory < 300 << 20, memory


def test_fifty_megabytes_on_one_line(tmp_path: Path) -> None:
    line = json.dumps({"id": "long", "text": "word " * 10_000_000}).encode()
    rows, memory = read_watched(write(tmp_path / "a.jsonl", DOCUMENT + line + b"\n" + DOCUMENT.replace(b'"a"', b'"b"')))
    assert [row[1] for row in rows] == ["a", "bomb:2", "b"]
    assert memory < 300 << 20, memory


LINES = [
    (b'{"text": "caf\xe9"}', "is not UTF-8: byte 0xe9 at 13"),
    (b'{"text": "a\\ud800b"}', "lone surrogate"),
    (b'{"text": "fine", "note": "\\udc00"}', "lone surrogate"),
    (b'{"text": "fine", "id": "\\udc00"}', "lone surrogate"),
    (b'["text", "a list"]', "no JSON object but list"),
    (b"null", "no JSON object but NoneType"),
    (b"17", "no JSON object but int"),
    (b'{"text": 17}', "holds no string but int"),
    (b'{"text": null}', "is null"),
    (b'{"text": ["a"]}', "holds no string but list"),
    (b'{"body": "a"}', "is missing"),
    (b'{"text": ""}', "is empty"),
    (b'{"text": "cut', "is not JSON"),
    (b"[" * 100_000, "is not JSON"),
    (b'{"text": "a"} {"text": "b"}', "is not JSON"),
]


@pytest.mark.parametrize(("line", "error"), LINES)
def test_a_bad_line_costs_itself(tmp_path: Path, read: Callable, line: bytes, error: str) -> None:
    rows = read(write(tmp_path / "a.jsonl", DOCUMENT + line + b"\n" + DOCUMENT))
    assert [row["kind"] for row in rows] == ["document", "quarantine", "document"]
    assert error in rows[1]["error"] and rows[1]["offset"] == 2 and rows[1]["raw"] == line[:1000]
    (first,) = read(write(tmp_path / "first.jsonl", line))
    assert error in first["error"]


def test_nul_bytes_are_text(tmp_path: Path, read: Callable, record: Callable) -> None:
    assert read(write(tmp_path / "a.jsonl", b'{"text": "a\\u0000b"}\n')).texts() == ["a\0b"]
    plain = record(b"a\0b", http=("HTTP/1.1 200 OK", "Content-Type: text/plain"))
    assert read(write(tmp_path / "a.warc", plain)).texts() == ["a\0b"]


def test_nul_bytes_for_a_file(tmp_path: Path, read: Callable) -> None:
    assert len(read(write(tmp_path / "a.jsonl", bytes(100_000))).errors()) == 1


def test_a_page_nested_100000_deep(tmp_path: Path, read: Callable, record: Callable) -> None:
    deep = record(b"<div>" * 100_000 + b"deep" + b"</div>" * 100_000, name="deep")
    rows = read(write(tmp_path / "a.warc", deep + record(b"<p>good", name="good")), parser_seconds=2)
    assert [row["record_id"] for row in rows] == ["deep", "good"] and rows[1]["text"] == "good"


@pytest.mark.parametrize("kind", ["text/html", "text/plain"])
def test_a_page_that_is_no_text(tmp_path: Path, read: Callable, record: Callable, kind: str) -> None:
    page = record(b" \n", http=("HTTP/1.1 200 OK", f"Content-Type: {kind}"))
    (row,) = read(write(tmp_path / "a.warc", page))
    assert row["error"] == "the page leaves no text" and row["url"] == "https://example.org/"


def test_the_limits_of_this_machine_are_left_alone() -> None:
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY
