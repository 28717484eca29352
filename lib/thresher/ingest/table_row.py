"""A row of a table (a JSON object, a Parquet row) as a document, or the reason why it is none."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import orjson

from thresher.ingest.row import Arrival, Source, quarantined
from thresher.ingest.settings import IngestSettings


def arrival(
    record: Mapping[str, Any], source: Source, position: int, settings: IngestSettings, raw: bytes | None = None
) -> Arrival:
    """The record as a document, or as a quarantine row where its text is missing, no text, empty or too large.

    Columns that are no field go to `meta`: strings as they are, other values as JSON text, nulls not at all. So does a
    date that is not ISO 8601, under its own name. A record without an id is called by its file and position. `raw` is
    what a quarantine row shows, by default the record as JSON.
    """
    name = f"{source.name}:{position}"
    column = settings.column
    try:
        record_id = _optional_text(record.get(column("id"))) or name
        text = record.get(column("text"))
        if not isinstance(text, str):
            error = f"the text column {column('text')!r} {_complaint(record, column('text'))}"
            return _refused(record, source, position, settings, raw, error, record_id)
        if not text or text.isspace():
            return _refused(record, source, position, settings, raw, "the text is empty", record_id)
        encoded = text.encode()
        if len(encoded) > settings.max_record_bytes:
            error = f"the record has more than {settings.max_record_bytes} bytes"
            return _refused(record, source, position, settings, raw, error, record_id)
        moment = _as_date(record.get(column("date")))
        fields = {column("text"), column("id"), column("url")} | ({column("date")} if moment else set())
        meta = {
            checked(key): checked(as_text(value))
            for key, value in record.items()
            if key not in fields and value is not None
        }
        url = _optional_text(record.get(column("url")))
    except UnicodeEncodeError:
        error = "the record has a lone surrogate, which is no character"
        return _refused(record, source, position, settings, raw, error, name)
    return Arrival("document", source.path, position, record_id, url, moment, encoded, meta)


def _refused(
    record: Mapping[str, Any],
    source: Source,
    position: int,
    settings: IngestSettings,
    raw: bytes | None,
    error: str,
    record_id: str,
) -> Arrival:
    if raw is None:
        raw = json.dumps(dict(record), default=str).encode()
    return quarantined(source.path, position, error, raw[: settings.raw_bytes], record_id)


def _complaint(record: Mapping[str, Any], name: str) -> str:
    if name not in record:
        return "is missing"
    value = record[name]
    return "is null" if value is None else f"holds no string but {type(value).__name__}"


def checked(text: str) -> str:
    """The text itself; UnicodeEncodeError where it has a lone surrogate."""
    if not text.isascii():
        text.encode()
    return text


def as_text(value: Any) -> str:
    """A string as it is, a time in ISO 8601, any other value as JSON text.

    >>> as_text("a"), as_text({"a": [1, None]}), as_text(True)
    ('a', '{"a":[1,null]}', 'true')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, date | time):  # a datetime is a date
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    try:
        return orjson.dumps(value, default=str).decode()
    except (TypeError, ValueError):
        return json.dumps(value, default=str, ensure_ascii=False)


def _optional_text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    return checked(as_text(value))


def _as_date(value: Any) -> datetime | None:
    """An ISO 8601 string or a datetime, in UTC (taken as UTC where it names no zone); None for anything else."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
