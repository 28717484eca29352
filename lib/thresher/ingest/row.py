"""What reading yields: one row per document, per record that could not become one, and per kind of record passed over.

The rows are collected into Arrow batches of bounded bytes, one record at a time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import pyarrow as pa

ARRIVALS = pa.schema(
    [
        ("kind", pa.string()),
        ("path", pa.string()),
        ("offset", pa.int64()),
        ("record_id", pa.string()),
        ("url", pa.string()),
        ("date", pa.timestamp("us", "UTC")),
        ("text", pa.string()),
        ("meta", pa.map_(pa.string(), pa.string())),
        ("error", pa.string()),
        ("raw", pa.binary()),
        ("count", pa.int64()),
    ]
)

# A row's own weight beside its text: the small fields, so that a million tiny records also make batches.
_ROW_BYTES = 200


class Source(Protocol):
    """An input file as far as a reader is concerned: where it is, and what it is called below the input root."""

    @property
    def path(self) -> str:
        """The full URI or absolute path."""

    @property
    def name(self) -> str:
        """The path below the input root."""


@dataclass(slots=True)
class Arrival:
    """One row of `ARRIVALS`; `kind` says which of the other fields are filled.

    `document`: everything but `error`, `raw` and `count`. `quarantine`: `error`, and `raw`, the record's first bytes.
    `counted`: `error` names the kind of record, `count` says how many the file held. `text` is UTF-8.
    """

    kind: str
    path: str
    offset: int | None = None
    record_id: str | None = None
    url: str | None = None
    date: datetime | None = None
    text: bytes | None = None
    meta: dict[str, str] | None = field(default=None)
    error: str | None = None
    raw: bytes | None = None
    count: int | None = None

    def values(self) -> tuple[Any, ...]:
        """The row in the order of `ARRIVALS`."""
        meta = None if self.meta is None else list(self.meta.items())
        return (
            self.kind, self.path, self.offset, self.record_id, self.url, self.date, self.text, meta,
            self.error, self.raw, self.count,
        )  # fmt: skip


def quarantined(path: str, offset: int | None, error: str, raw: bytes = b"", record_id: str | None = None) -> Arrival:
    """A row for a record that could not become a document."""
    return Arrival("quarantine", path, offset, record_id, error=well_formed(error), raw=raw)


def well_formed(text: str) -> str:
    r"""The same text with U+FFFD for every lone surrogate, which UTF-8 (and so Arrow) cannot hold.

    >>> well_formed("a\ud800b") == "a\ufffdb"
    True
    """
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def batched(rows: Iterable[Arrival], target_bytes: int = 8 << 20) -> Iterator[pa.RecordBatch]:
    """The rows as record batches of about `target_bytes` (one row more at most), in order."""
    pending: list[tuple[Any, ...]] = []
    size = 0
    for row in rows:
        pending.append(row.values())
        size += _ROW_BYTES + len(row.text or b"") + len(row.raw or b"")
        size += sum(len(key) + len(value) for key, value in (row.meta or {}).items())
        if size >= target_bytes:
            yield _batch(pending)
            pending, size = [], 0
    if pending:
        yield _batch(pending)


def _batch(rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, ARRIVALS, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=ARRIVALS)
