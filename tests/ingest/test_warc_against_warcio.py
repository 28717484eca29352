"""Every page that warcio finds in real crawlers' files, good and broken, is found by us, and the other way round.

The differences are known one by one, with their causes: one that is not listed fails, and one that has vanished too.
"""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

OURS, THEIRS = "only ours", "only warcio's"
ARC = "an ARC file, which thresher does not read: one quarantine row for the file"
LENGTH = "a wrong Content-Length: warcio ends there, fastwarc goes on at the next record"
WHOLE = "the file was compressed as a whole: warcio ends after its first gzip member"
LZ4 = "warcio does not read lz4"
DIFFERENCES = {
    ("cc_net/sample.warc.txt", 1310, OURS): LENGTH,
    ("cc_net/sample.warc.txt", 1959, OURS): LENGTH,
    ("warcio/bad.arc", 134, THEIRS): ARC,
    ("warcio/bad.arc", 202, THEIRS): ARC,
    ("warcio/bad.arc", 262, THEIRS): ARC,
    ("warcio/example.arc", 151, THEIRS): ARC,
    ("warcio/example.arc.gz", 171, THEIRS): ARC,
    ("warcio/example-space-in-url.arc", 151, THEIRS): ARC,
    ("warcio/example-bad-non-chunked.warc.gz", 1197, OURS): WHOLE,
    ("warcio/example-bad.warc.gz.bad", 460, OURS): WHOLE,
    **{
        ("resiliparse/warcfile.warc.lz4", offset, OURS): LZ4
        for offset in (
            1202, 15562, 37929, 45779, 51472, 58174, 74013, 85422,
            92091, 107106, 122247, 131591, 136817, 148408, 154663, 163610,
        )
    },
}  # fmt: skip


def warcio_pages(path: Path) -> set[int]:
    """The offsets of the pages that warcio finds before it gives up."""
    pages = set()
    with path.open("rb") as file:
        records = ArchiveIterator(file)
        try:
            for record in records:
                if record.rec_type in ("response", "resource", "conversion") and is_page(record):
                    pages.add(records.get_record_offset())
        except ArchiveLoadFailed:
            pass
    return pages


def is_page(record) -> bool:
    if record.http_headers and record.http_headers.get_statuscode() not in ("", "200"):
        return False
    header = (record.http_headers or record.rec_headers).get_header("Content-Type") or ""
    mime = header.partition(";")[0].strip().lower()
    body = record.content_stream().read()
    return mime in ("text/html", "application/xhtml+xml", "text/plain") or (not mime and body.lstrip()[:1] == b"<")


@pytest.fixture
def quiet() -> None:
    logging.getLogger("warcio").setLevel(logging.CRITICAL)


def test_the_pages_found_are_those_that_warcio_finds(data_dir: Path, read: Callable, quiet: None) -> None:
    root = data_dir / "web" / "warc"
    differences = set()
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        name = str(path.relative_to(root))
        rows = read(path)
        ours = {row["offset"] for row in rows if row["kind"] == "document"}
        ours |= {row["offset"] for row in rows if row["error"] == "the page leaves no text"}
        theirs = warcio_pages(path)
        differences |= {(name, offset, OURS) for offset in ours - theirs}
        differences |= {(name, offset, THEIRS) for offset in theirs - ours}
    assert differences == set(DIFFERENCES)


# What each file's records came to: documents, quarantine rows, and all records that warcio's own test suite, the
# file's name or a look at the file says it holds. A file that is not named here has no quarantine row.
QUARANTINED = {
    "aut/issue-493.warc": ["the page leaves no text"],
    "cc_net/sample.warc.txt": [
        "684 bytes here belong to no WARC record",
        "204 bytes here belong to no WARC record",
        "298 bytes here belong to no WARC record",
    ],
    "resiliparse/clipped.warc.gz": ["the gzip data end early: the file is cut off"],
    "warcio/bad.arc": ["an ARC file: thresher reads WARC, not its predecessor ARC"],
    "warcio/example.arc": ["an ARC file: thresher reads WARC, not its predecessor ARC"],
    "warcio/example.arc.gz": ["an ARC file: thresher reads WARC, not its predecessor ARC"],
    "warcio/example-space-in-url.arc": ["an ARC file: thresher reads WARC, not its predecessor ARC"],
}


def test_what_cannot_be_read_is_said_file_by_file(data_dir: Path, read: Callable) -> None:
    root = data_dir / "web" / "warc"
    paths = {str(path.relative_to(root)): path for path in root.rglob("*") if path.is_file()}
    found = {name: read(path).errors() for name, path in paths.items()}
    assert {name: errors for name, errors in found.items() if errors} == QUARANTINED


def test_every_record_of_the_good_files_is_a_row_or_counted(data_dir: Path, read: Callable) -> None:
    for name in ("pywb/iana.warc.gz", "dolma/sample-0000.warc.gz", "warcio/example.warc", "aut/issue-493.warc"):
        path = data_dir / "web" / "warc" / name
        with path.open("rb") as file:
            records = sum(1 for _ in ArchiveIterator(file))
        rows = read(path)
        assert len(rows.documents()) + len(rows.errors()) + rows.counts().total() == records


def test_a_clipped_page_is_kept_and_marked(data_dir: Path, read: Callable) -> None:
    (document,) = read(data_dir / "web" / "warc" / "resiliparse" / "clipped.warc.gz").documents()
    assert dict(document["meta"])["truncated"] == "shorter than declared"
    assert len(document["text"]) > 100
