"""What the tests of reading share: files written into a temporary folder, and read back as rows."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from thresher.ingest.arrivals import ARRIVALS, read_files
from thresher.ingest.settings import IngestSettings

Row = dict[str, Any]


class Rows(list[Row]):
    """The rows of some files."""

    def documents(self) -> list[Row]:
        return [row for row in self if row["kind"] == "document"]

    def texts(self) -> list[str]:
        return [row["text"] for row in self.documents()]

    def errors(self) -> list[str]:
        return [row["error"] for row in self if row["kind"] == "quarantine"]

    def counts(self) -> Counter[str]:
        return Counter({row["error"]: row["count"] for row in self if row["kind"] == "counted"})


@pytest.fixture
def read() -> Callable[..., Rows]:
    """Reads files (paths) with settings given by name; every batch is checked to the last byte."""

    def read_rows(*paths: Path, **settings: Any) -> Rows:
        sources = [SimpleNamespace(path=str(path), name=path.name) for path in paths]
        rows = Rows()
        for batch in read_files(iter(sources), IngestSettings(**settings)):
            assert batch.schema == ARRIVALS
            batch.validate(full=True)
            rows += batch.to_pylist()
        assert all(row["error"] for row in rows if row["kind"] == "quarantine")
        return rows

    return read_rows


@pytest.fixture
def record() -> Callable[..., bytes]:
    """One WARC record: a response with this HTTP head (lines without the last, empty one) and this body."""

    def warc_record(
        body: bytes,
        http: Iterable[str] = ("HTTP/1.1 200 OK", "Content-Type: text/html"),
        name: str = "<urn:uuid:1>",
        kind: str = "response",
        extra: str = "",
    ) -> bytes:
        block = body if not http else "".join(f"{line}\r\n" for line in http).encode() + b"\r\n" + body
        content_type = "Content-Type: application/http; msgtype=response\r\n" if http else ""
        head = (
            f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: {name}\r\nWARC-Date: 2024-02-29T12:00:00Z\r\n"
            f"WARC-Target-URI: https://example.org/\r\n{content_type}{extra}Content-Length: {len(block)}\r\n\r\n"
        )
        return head.encode() + block + b"\r\n\r\n"

    return warc_record
