"""JSON Lines: one object a line, in bounded memory however long a line is."""

import json
from collections.abc import Iterator
from typing import Any

import orjson

from thresher.ingest.row import Arrival, Source, quarantined
from thresher.ingest.settings import IngestSettings
from thresher.ingest.stream import StoredStream
from thresher.ingest.table_row import arrival


def read_jsonl(stream: StoredStream, source: Source, settings: IngestSettings) -> Iterator[Arrival]:
    """Every line as a document or a quarantine row; the position is the line's number, from 1; blank lines are none."""
    number = 0
    for number, line, whole in lines(stream, settings.max_record_bytes):
        if not whole:
            error = f"the line has more than {settings.max_record_bytes} bytes"
            yield quarantined(source.path, number, error, line[: settings.raw_bytes], f"{source.name}:{number}")
        elif line and not line.isspace():
            yield _row(line, source, number, settings)
    if stream.damage:
        where = f"in what begins at byte {stream.damage.offset}"
        yield quarantined(source.path, number + 1, f"{stream.damage.error}, {where}")


def lines(stream: StoredStream, limit: int) -> Iterator[tuple[int, bytes, bool]]:
    """Lines without their newline, numbered from 1, and whether they are whole; never more than `limit` bytes of one.

    The last line of a stream that ends in damage is left out: it may have been cut.
    """
    number, kept, size = 1, [], 0
    while piece := stream.read():
        start = 0
        while (newline := piece.find(b"\n", start)) >= 0:
            size += newline - start
            if size <= limit:
                kept.append(piece[start:newline])
            yield number, b"".join(kept), size <= limit
            number, kept, size, start = number + 1, [], 0, newline + 1
        if start < len(piece):
            size += len(piece) - start
            if size <= limit:
                kept.append(piece[start:])
            elif len(kept) > 1:
                kept = [b"".join(kept)[:65536]]
    if size and not stream.damage:
        yield number, b"".join(kept), size <= limit


def _row(line: bytes, source: Source, number: int, settings: IngestSettings) -> Arrival:
    record_id = f"{source.name}:{number}"
    try:
        record = _parsed(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
    except UnicodeDecodeError as error:
        reason = f"the line is not UTF-8: byte 0x{line[error.start]:02x} at {error.start}"
        return quarantined(source.path, number, reason, line[: settings.raw_bytes], record_id)
    except (ValueError, RecursionError) as error:
        reason = f"the line is not JSON: {error}"
        return quarantined(source.path, number, reason, line[: settings.raw_bytes], record_id)
    if not isinstance(record, dict):
        reason = f"the line is no JSON object but {type(record).__name__}"
        return quarantined(source.path, number, reason, line[: settings.raw_bytes], record_id)
    if isinstance(record.get(settings.column("id")), float):
        record = json.loads(line)  # orjson rounds integers beyond 64 bits: two ids would become one
    return arrival(record, source, number, settings, line)


def _parsed(line: bytes) -> Any:
    """The line's value; what orjson refuses is tried with Python's parser, which knows NaN and lone surrogates."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return json.loads(line.decode())
