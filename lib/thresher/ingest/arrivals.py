"""Input files in, rows of `ARRIVALS` out: what runs in the workers.

Whatever a file holds, each of its records ends as a document, as a quarantine row with a reason, or counted.
"""

from collections.abc import Iterable, Iterator

import pyarrow as pa

from thresher.ingest.html import parser_for
from thresher.ingest.jsonl import read_jsonl
from thresher.ingest.listing import open_input
from thresher.ingest.pages import texts
from thresher.ingest.parquet import read_parquet
from thresher.ingest.row import ARRIVALS, Arrival, Source, batched, quarantined
from thresher.ingest.settings import IngestSettings
from thresher.ingest.sniff import sniffed_format
from thresher.ingest.stream import StoredStream
from thresher.ingest.warc import KINDS, read_warc

__all__ = ["ARRIVALS", "KINDS", "read_file", "read_files"]

_HEAD_BYTES = 4096
_NOT_READ = {
    "arc": "an ARC file: thresher reads WARC, not its predecessor ARC",
    "pdf": "a PDF file: thresher does not read PDF",
    "empty": "the file is empty",
}


def read_files(files: Iterable[Source], settings: IngestSettings) -> Iterator[pa.RecordBatch]:
    """Every record of the files, in order, as batches in the schema `ARRIVALS` of about 8 MiB.

    Errors: OSError where a file cannot be opened or fetched (the task may be tried again), ThresherError where the
    HTML parser cannot be started.
    """
    return batched(row for source in files for row in read_file(source, settings))


def read_file(source: Source, settings: IngestSettings) -> Iterator[Arrival]:
    """The rows of one file; a file that holds no record at all gives one quarantine row that says so."""
    rows = 0
    for row in _rows(source, settings):
        rows += 1
        yield row
    if not rows:
        yield quarantined(source.path, 0, "the file holds no record")


def _rows(source: Source, settings: IngestSettings) -> Iterator[Arrival]:
    with open_input(source.path) as raw:
        stream = StoredStream(raw)
        head = stream.peek(_HEAD_BYTES)
        found = sniffed_format(head, source.name)
        if found == "warc":
            yield from texts(read_warc(stream, source, settings), parser_for(settings))
        elif found == "jsonl":
            yield from read_jsonl(stream, source, settings)
        elif found == "parquet" and stream.codec is None:
            yield from read_parquet(raw, source, settings)
        elif stream.damage:
            yield quarantined(source.path, stream.damage.offset, stream.damage.error, head[: settings.raw_bytes])
        else:
            error = _NOT_READ.get(found, "the file is of no format that thresher reads: WARC, WET, JSONL, Parquet")
            yield quarantined(source.path, 0, error, head[: settings.raw_bytes])
