"""Parquet files, a record batch at a time."""

import base64
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from thresher.ingest.row import Arrival, Source, quarantined
from thresher.ingest.settings import IngestSettings
from thresher.ingest.table_row import arrival

_BATCH_ROWS = 512


def read_parquet(raw: BinaryIO, source: Source, settings: IngestSettings) -> Iterator[Arrival]:
    """Every row as a document or a quarantine row; the position is the row's number in the file, from 0.

    A file that is damaged gives its readable rows and one quarantine row for the rest.
    """
    row = 0
    try:
        raw.seek(0)
        with pq.ParquetFile(raw, pre_buffer=False) as file:  # type: ignore[no-untyped-call]
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                strings = _string_columns(batch.schema) | {settings.column("text")}
                for record in _records(batch):
                    yield _row(record, source, row, settings, strings)
                    row += 1
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the system's trouble or the network's, not the file's
        yield quarantined(source.path, row, f"the Parquet file cannot be read from row {row} on: {error}")


def _records(batch: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    """The batch's rows; strings as bytes, since Parquet does not promise that they are UTF-8."""
    columns = [column.cast(_bytes_for(column.type)).to_pylist() for column in batch.columns]
    for values in zip(*columns, strict=True):
        yield dict(zip(batch.schema.names, values, strict=True))


def _bytes_for(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_string(kind):
        return pa.binary()
    return pa.large_binary() if pa.types.is_large_string(kind) else kind


def _string_columns(schema: pa.Schema) -> set[str]:
    return {field.name for field in schema if _bytes_for(field.type) != field.type}


def _row(record: dict[str, Any], source: Source, row: int, settings: IngestSettings, strings: set[str]) -> Arrival:
    """Bytes become text again; a binary column that holds no UTF-8 goes to `meta` in base64."""
    for name, value in record.items():
        if isinstance(value, bytes):
            try:
                record[name] = value.decode()
            except UnicodeDecodeError:
                if name not in strings:
                    record[name] = base64.b64encode(value).decode()
                    continue
                error = f"the column {name!r} is not UTF-8"
                return quarantined(source.path, row, error, value[: settings.raw_bytes], f"{source.name}:{row}")
    return arrival(record, source, row, settings)
