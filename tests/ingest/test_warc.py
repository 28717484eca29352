"""Which records are pages, how they are called, where they are, and what becomes of odd ones."""

import gzip
import zlib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard
from fastwarc.stream_io import BrotliWriter

from thresher.ingest.warc import KINDS

OK = "HTTP/1.1 200 OK"


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def test_a_pages_row(tmp_path: Path, read: Callable, record: Callable) -> None:
    head = record(b"", kind="request", http=(), name="<urn:uuid:0>")
    page = record("<p>caf\xe9".encode("latin-1"), http=(OK, "Content-Type: text/html; charset=ISO-8859-1"))
    path = write(tmp_path / "a.warc", head + page)
    rows = read(path)
    (row,) = rows.documents()
    assert row["path"] == str(path) and row["offset"] == len(head)
    assert row["record_id"] == "<urn:uuid:1>" and row["url"] == "https://example.org/"
    assert row["date"] == datetime(2024, 2, 29, 12, tzinfo=UTC)
    assert row["text"] == "caf\xe9"
    assert dict(row["meta"]) == {"warc_type": "response", "content_type": "text/html; charset=ISO-8859-1"}
    assert rows.counts() == {"request": 1}


@pytest.mark.parametrize(
    ("compress", "first", "second"),
    [
        (lambda parts: b"".join(parts), 0, "plain"),
        (lambda parts: b"".join(map(gzip.compress, parts)), 0, "member"),
        (lambda parts: b"".join(map(zstandard.compress, parts)), 0, "member"),
        (lambda parts: gzip.compress(b"".join(parts)), 0, "plain"),
    ],
)
def test_offsets_and_names_without_an_id(
    tmp_path: Path, read: Callable, record: Callable, compress: Callable, first: int, second: str
) -> None:
    parts = [record(f"<p>{i}".encode()).replace(b"WARC-Record-ID: <urn:uuid:1>\r\n", b"") for i in range(2)]
    path = write(tmp_path / "a.warc", compress(parts))
    at = len(parts[0]) if second == "plain" else len(compress(parts[:1]))
    rows = read(path)
    assert [(row["offset"], row["record_id"]) for row in rows] == [(0, "a.warc:0"), (at, f"a.warc:{at}")]


def test_records_that_share_a_member_have_offsets_of_their_own(
    tmp_path: Path, read: Callable, record: Callable
) -> None:
    # Blocks of equal size, whatever records they cut: as bgzip and pigz write.
    data = b"".join(record(b"<p>%d" % i + b"x" * i, name=f"<{i}>") for i in range(200))
    blocks = [data[i : i + 1500] for i in range(0, len(data), 1500)]
    offsets = [row["offset"] for row in read(write(tmp_path / "a.warc.gz", b"".join(map(gzip.compress, blocks))))]
    assert len(offsets) == 200 and offsets == sorted(set(offsets))


KINDS_AND_RECORDS = [
    ("warcinfo", {"kind": "warcinfo", "http": ()}),
    ("request", {"kind": "request", "http": ("GET / HTTP/1.1",)}),
    ("metadata", {"kind": "metadata", "http": ()}),
    ("revisit", {"kind": "revisit", "http": (OK,)}),
    ("continuation", {"kind": "continuation", "http": ()}),
    ("unknown", {"kind": "novelty", "http": ()}),
    ("redirect", {"http": ("HTTP/1.1 302 Found", "Content-Type: text/html")}),
    ("error_status", {"http": ("HTTP/1.1 404 Not Found", "Content-Type: text/html")}),
    ("other_status", {"http": ("HTTP/1.1 206 Partial Content", "Content-Type: text/html")}),
    ("other_type", {"http": (OK, "Content-Type: image/png")}),
    ("other_type", {"kind": "response", "http": (), "extra": "Content-Type: text/dns\r\n"}),
]


def test_every_other_record_is_counted_by_kind(tmp_path: Path, read: Callable, record: Callable) -> None:
    data = b"".join(record(b"<p>no page", **options) for _, options in KINDS_AND_RECORDS)
    rows = read(write(tmp_path / "a.warc", data))
    assert rows.counts() == Counter(kind for kind, _ in KINDS_AND_RECORDS)
    assert set(rows.counts()) == set(KINDS) and rows.errors() == [] and rows.documents() == []


@pytest.mark.parametrize(
    ("http", "body", "text"),
    [
        ((OK, "Content-Type: text/html"), b"<p>a &amp; b", "a & b"),
        ((OK, "Content-Type: application/xhtml+xml; charset=utf-8"), b"<p>a &amp; b", "a & b"),
        ((OK, "Content-Type: TEXT/PLAIN"), b"a &amp; b", "a &amp; b"),
        ((OK,), b"  <!DOCTYPE html><p>a", "a"),
        ((OK,), b"Dear all,", "Dear all,"),
        ((OK,), b"\x89PNG\r\n\x1a\n", None),
        (("Content-Type: text/html",), b"<p>no status line", "no status line"),
        ((OK, 'Content-Type: text/plain; charset="koi8-r"'), "чай".encode("koi8-r"), "чай"),
        ((OK, "Content-Type: text/plain; charset=nonsense"), "чай с лимоном".encode(), "чай с лимоном"),
        ((OK, "Content-Type: text/html"), '<meta charset="koi8-r"><p>чай'.encode("koi8-r"), "чай"),
        ((OK, "Content-Type: text/html; charset=latin1"), b"\xef\xbb\xbf" + "<p>чай".encode(), "чай"),
        ((OK, "Content-Type: text/plain; charset=utf-8"), b"caf\xe9", "café"),
    ],
)
def test_what_a_page_is_and_its_text(
    tmp_path: Path, read: Callable, record: Callable, http: tuple[str, ...], body: bytes, text: str | None
) -> None:
    rows = read(write(tmp_path / "a.warc", record(body, http=http)))
    assert rows.texts() == ([] if text is None else [text])
    assert rows.counts() == ({"other_type": 1} if text is None else {})


def brotli(data: bytes, path: Path) -> bytes:
    writer = BrotliWriter(str(path))
    writer.write(data)
    writer.close()
    return path.read_bytes()


PAGE = b"<p>" + b"word " * 500


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "raw deflate", "br", "zstd", "gzip, br", "identity"])
def test_bodies_are_decoded(tmp_path: Path, read: Callable, record: Callable, coding: str) -> None:
    body = {
        "gzip": gzip.compress,
        "x-gzip": gzip.compress,
        "deflate": zlib.compress,
        "raw deflate": lambda data: zlib.compress(data)[2:-4],
        "br": lambda data: brotli(data, tmp_path / "br"),
        "zstd": zstandard.compress,
        "gzip, br": lambda data: brotli(gzip.compress(data), tmp_path / "br"),
        "identity": bytes,
    }[coding](PAGE)
    header = coding.removeprefix("raw ")
    good = record(body, http=(OK, "Content-Type: text/html", f"Content-Encoding: {header}"), name="good")
    # A body that is not in the coding its header declares must not cost the records after it.
    false = record(PAGE, http=(OK, "Content-Type: text/html", f"Content-Encoding: {header}"), name="false")
    rows = read(write(tmp_path / "a.warc", good + false + good))
    assert rows.texts() == [PAGE[3:].decode().strip()] * 3
    assert all("truncated" not in dict(row["meta"]) for row in rows)


def test_a_body_that_is_cut_is_kept_and_marked(tmp_path: Path, read: Callable, record: Callable) -> None:
    html = (OK, "Content-Type: text/html")
    chunked = (*html, "Transfer-Encoding: chunked")
    pages = [
        record(gzip.compress(PAGE)[:-12], http=(*html, "Content-Encoding: gzip")),
        record(b"4\r\n<p>w\r\n100\r\nord ", http=chunked),
        record(b"<p>word", http=(*html, "Content-Length: 5000")),
        record(b"<p>word", extra="WARC-Truncated: length\r\n"),
    ]
    rows = read(write(tmp_path / "a.warc", b"".join(pages)))
    assert [dict(row["meta"])["truncated"] for row in rows] == ["shorter than declared"] * 3 + ["length"]
    assert all(text.startswith("word") for text in rows.texts())
    whole = record(b"4\r\n<p>w\r\n3\r\nord\r\n0\r\n\r\n", http=chunked) + record(b"<p>word", http=chunked)
    rows = read(write(tmp_path / "b.warc", whole))
    assert rows.texts() == ["word", "word"] and all("truncated" not in dict(row["meta"]) for row in rows)


def test_a_page_over_the_limit_is_quarantined(tmp_path: Path, read: Callable, record: Callable) -> None:
    data = record(b"<p>" + b"a" * 3000, name="large") + record(b"<p>small", name="small")
    rows = read(write(tmp_path / "a.warc", data), max_record_bytes=2000, raw_bytes=20)
    assert [(row["kind"], row["record_id"]) for row in rows] == [("quarantine", "large"), ("document", "small")]
    assert rows.errors() == ["the record has more than 2000 bytes"] and rows[0]["raw"] == data[:20]


@pytest.mark.parametrize("length", ["", "Content-Length: many\r\n"])
def test_a_record_without_a_length(tmp_path: Path, read: Callable, record: Callable, length: str) -> None:
    page = record(b"<p>page")
    broken = page.replace(b"Content-Length: 51\r\n", length.encode())
    assert broken != page
    rows = read(write(tmp_path / "a.warc", page + broken + page))
    assert rows.texts() == ["page", "page"]
    assert any("Content-Length" in error for error in rows.errors())


def test_bytes_between_records_are_told(tmp_path: Path, read: Callable, record: Callable) -> None:
    page = record(b"<p>page")
    rows = read(write(tmp_path / "a.warc", page + b"garbage\n" * 10 + page + b"more garbage"))
    assert rows.texts() == ["page", "page"]
    lost = [row for row in rows if row["kind"] == "quarantine"]
    assert [row["offset"] for row in lost] == [len(page), 2 * len(page) + 80]
    assert all(row["raw"].strip().startswith((b"garbage", b"more garbage")) for row in lost)


def test_a_header_without_end_costs_the_rest(tmp_path: Path, read: Callable, record: Callable) -> None:
    page = record(b"<p>page")
    rows = read(write(tmp_path / "a.warc", page + b"WARC/1.0\r\nWARC-Type: response\r\nX: " + b"a" * 500_000))
    assert rows.texts() == ["page"] and len(rows.errors()) == 1


def test_an_http_header_without_end_costs_its_record(tmp_path: Path, read: Callable, record: Callable) -> None:
    page = record(b"<p>page")
    long = record(b"<p>", http=(OK, "X: " + "a" * 200_000), name="long")
    rows = read(write(tmp_path / "a.warc", page + long + page))
    assert [row["kind"] for row in rows] == ["document", "quarantine", "document"]
    assert rows[1]["record_id"] == "long"


def test_a_response_that_does_not_say_what_it_is(tmp_path: Path, read: Callable, record: Callable) -> None:
    page = record(b"<p>page").replace(b"Content-Type: application/http; msgtype=response\r\n", b"")
    moved = record(b"<p>", http=("HTTP/1.1 301 Moved",))
    moved = moved.replace(b"Content-Type: application/http; msgtype=response\r\n", b"")
    rows = read(write(tmp_path / "a.warc", page + moved))
    assert rows.texts() == ["page"] and rows.counts() == {"redirect": 1}


def test_wet_text_is_taken_as_it_is(tmp_path: Path, read: Callable, record: Callable) -> None:
    extra = "Content-Type: text/plain\r\nWARC-Identified-Content-Language: rus,eng\r\n"
    rows = read(write(tmp_path / "a.wet", record("чай <b>\n".encode(), http=(), kind="conversion", extra=extra)))
    assert rows.texts() == ["чай <b>\n"]
    assert dict(rows[0]["meta"])["language"] == "rus,eng"
