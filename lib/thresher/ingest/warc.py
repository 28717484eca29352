"""WARC and WET files, record by record, by fastwarc.

A page is a `response` or `resource` record with status 200 or none, or a `conversion` record (WET), that is HTML or
plain text by its header, else by sniffing. Every other record is counted by kind. What cannot be read is one
quarantine row where reading stops, and reading goes on at the next place where a record begins.

A document is called by its WARC-Record-ID as it stands there, angle brackets and all, else by its file and offset. A
record's offset is where it begins in the file as stored. In a file that was compressed as a whole it is its
member's offset plus its distance into the member's content (kept increasing, so that no two records share one).
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from fastwarc.warc import ArchiveIterator, WarcRecord

from thresher.ingest.http_body import TooLargeError, decoded, unchunked
from thresher.ingest.pages import Page
from thresher.ingest.row import Arrival, Source, quarantined, well_formed
from thresher.ingest.settings import IngestSettings
from thresher.ingest.sniff import sniffed_type
from thresher.ingest.stream import CHUNK, StoredStream

KINDS = (
    "warcinfo", "request", "metadata", "revisit", "continuation", "unknown",  # by WARC-Type
    "redirect", "error_status", "other_status",  # responses: 3xx, 4xx and 5xx, anything else but 200 and none
    "other_type",  # neither HTML nor plain text
)  # fmt: skip
_PAGES = ("response", "resource", "conversion")
_HTML = ("text/html", "application/xhtml+xml")
_PADDING = b"\r\n\t \0"
_HEADER_END = re.compile(rb"\r?\n\r?\n")


@dataclass(slots=True)
class _Place:
    """Where a record lies: its declared `end` in the content, its `offset` in the file, and its first bytes."""

    end: int
    offset: int
    head: bytes


def read_warc(stream: StoredStream, source: Source, settings: IngestSettings) -> Iterator[Arrival | Page]:
    """Every record of a file, as a page, a quarantine row, or counted (at the end, one row per kind)."""
    reader = _Reader(stream, source, settings)
    while True:
        yield from reader.records()
        if not (damage := stream.damage):
            break
        yield reader.quarantine(damage.offset, damage.error, b"")
        if stream.resume(b"WARC/") is None:
            break
    for kind, count in sorted(reader.counts.items()):
        yield Arrival("counted", source.path, error=kind, count=count)


class _Reader:
    def __init__(self, stream: StoredStream, source: Source, settings: IngestSettings) -> None:
        self.stream, self.source, self.settings = stream, source, settings
        self.counts: Counter[str] = Counter()
        self._offset = -1

    def quarantine(self, offset: int, error: str, raw: bytes, record_id: str | None = None) -> Arrival:
        return quarantined(self.source.path, offset, error, raw[: self.settings.raw_bytes], record_id)

    def records(self) -> Iterator[Arrival | Page]:
        """Records up to the end of the stream or to the first damage."""
        end = self.stream.tell()
        records = ArchiveIterator(cast(BinaryIO, self.stream), quirks_mode=True, parse_http=False)
        while True:
            try:
                record = next(records, None)
            except Exception as error:
                yield self._unreadable(end, f"no WARC record can be read from here on: {error}")
                return
            if record is None:
                break
            yield from self._between(end, record.stream_pos)
            place = self._place(record)
            end = place.end
            yield from self._record(record, place)
        yield from self._between(end, self.stream.tell())

    def _place(self, record: WarcRecord) -> _Place:
        start = record.stream_pos
        self._offset = max(self.stream.stored(start), self._offset + 1)
        window = self.stream.behind(start, CHUNK)
        header = _HEADER_END.search(window)
        size = header.end() if header else len(window)
        size += record.content_length
        return _Place(start + size, self._offset, window[: min(size, self.settings.raw_bytes)])

    def _between(self, end: int, start: int) -> Iterator[Arrival]:
        """A row for bytes between two records that belong to neither: fastwarc passes them over."""
        lost = self.stream.behind(end, start - end) if start > end else b""
        if lost.strip(_PADDING) or start - end > 4 * CHUNK:
            end += len(lost) - len(lost.lstrip(_PADDING))
            yield self._unreadable(end, f"{start - end} bytes here belong to no WARC record", start - end)

    def _unreadable(self, position: int, error: str, size: int = CHUNK) -> Arrival:
        self._offset = max(self.stream.stored(position), self._offset + 1)
        return self.quarantine(self._offset, error, self.stream.behind(position, size))

    def _record(self, record: WarcRecord, place: _Place) -> Iterator[Arrival | Page]:
        declared = record.headers.get("Content-Length")
        if not (declared or "").strip().isdecimal():
            error = f"the record's Content-Length is {declared!r}" if declared else "the record has no Content-Length"
            yield self.quarantine(place.offset, error, place.head, record.record_id)
            return
        kind = str(record.record_type)
        if kind not in _PAGES:
            self.counts[kind if kind in KINDS else "unknown"] += 1
            return
        try:
            item = self._page(record, kind, place)
        except TooLargeError:
            limit = self.settings.max_record_bytes
            item = self.quarantine(
                place.offset, f"the record has more than {limit} bytes", place.head, record.record_id
            )
        except Exception as error:
            item = self.quarantine(place.offset, f"the record cannot be read: {error}", place.head, record.record_id)
        if isinstance(item, str):
            self.counts[item] += 1
        else:
            yield item

    def _page(self, record: WarcRecord, kind: str, place: _Place) -> Page | Arrival | str:
        """The record as a page, as a quarantine row, or the kind it is counted under."""
        content_type, encodings, chunked, length = record.headers.get("Content-Type"), "", False, None
        if kind == "response" and not content_type:
            record.is_http = True  # what else would answer a request
        if record.is_http:
            record.parse_http(auto_decode="none", quirks_mode=True)
            http = record.http_headers
            if (passed := _status_kind(http.status_code)) is not None:
                return passed
            content_type = http.get("Content-Type")
            encodings, length = http.get("Content-Encoding") or "", http.get("Content-Length")
            chunked = "chunked" in (http.get("Transfer-Encoding") or "").lower()
        mime = _mime(content_type)
        if mime and mime not in _HTML and mime != "text/plain":
            return "other_type"
        expected = record.content_length
        body = self._body(record)
        truncated = len(body) < expected or (not chunked and len(body) < _number(length))
        if chunked:
            body, complete = unchunked(body)
            truncated = truncated or not complete
        if encodings:
            body, complete = decoded(body, encodings, self.settings.max_record_bytes)
            truncated = truncated or not complete
        mime = mime or sniffed_type(body)
        if mime == "application/octet-stream" and body:
            return "other_type"
        meta = {"warc_type": kind}
        if content_type:
            meta["content_type"] = well_formed(content_type)
        if truncated or record.headers.get("WARC-Truncated"):
            meta["truncated"] = record.headers.get("WARC-Truncated") or "shorter than declared"
        return Page(self._row(record, place, meta), body, content_type, mime in _HTML, place.head)

    def _body(self, record: WarcRecord) -> bytes:
        limit = self.settings.max_record_bytes
        if record.content_length > limit:
            raise TooLargeError
        return bytes(record.reader.read())

    def _row(self, record: WarcRecord, place: _Place, meta: dict[str, str]) -> Arrival:
        name = (record.record_id or "").strip() or f"{self.source.name}:{place.offset}"
        url = record.headers.get("WARC-Target-URI")
        url = url.strip().removeprefix("<").removesuffix(">") if url else None
        try:
            date = record.record_date
        except Exception:
            date = None
        language = record.headers.get("WARC-Identified-Content-Language")
        if language:
            meta["language"] = language
        return Arrival("document", self.source.path, place.offset, name, url, date, meta=meta)


def _status_kind(status: int | None) -> str | None:
    """The kind under which a response of this status is counted; None for a page."""
    if status is None or status == 200:
        return None
    if 300 <= status < 400:
        return "redirect"
    return "error_status" if status >= 400 else "other_status"


def _mime(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().strip("\"'").lower()


def _number(value: str | None) -> int:
    return int(value) if value and value.strip().isdecimal() else 0
