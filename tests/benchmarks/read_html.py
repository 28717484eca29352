"""Pages a second per core: HTML in WARC through `read_files`, beside the bare parser in a loop over pages in memory.

    python tests/benchmarks/read_html.py [FOLDER]

FOLDER holds `*.html.gz`. Both are measured in CPU seconds of all processes that take part, by turns, median of 5; what
`read_files` does beside parsing is reading the file, gzip, the records, and Arrow.
"""

import gzip
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import psutil
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding

from thresher.ingest.arrivals import read_files
from thresher.ingest.listing import list_inputs
from thresher.ingest.settings import IngestSettings

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "web" / "wcxb" / "dev" / "html"


def record(page: bytes, number: int) -> bytes:
    """The page as a response, a gzip member of its own."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:page:{number}>\r\nWARC-Target-URI: http://a.b/{number}\r\n"
        f"WARC-Date: 2024-02-29T12:00:00Z\r\nContent-Type: application/http\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n")


def cpu() -> float:
    """CPU seconds of this process and its children so far."""
    processes = [psutil.Process(), *psutil.Process().children()]
    return sum(times.user + times.system for times in (process.cpu_times() for process in processes))


def measured(work: Callable[[], None]) -> tuple[float, float]:
    """CPU and wall seconds of the work."""
    used, start = cpu(), time.perf_counter()
    work()
    return cpu() - used, time.perf_counter() - start


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    pages = [gzip.decompress(path.read_bytes()) for path in sorted(folder.glob("*.html.gz"))]
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "pages.warc.gz")
        Path(path).write_bytes(b"".join(record(page, number) for number, page in enumerate(pages)))
        inputs = list_inputs(path)

        def bare() -> None:
            for page in pages:
                extract_plain_text(bytes_to_str(page, detect_encoding(page, from_html_meta=True)), main_content=True)

        def read() -> None:
            assert sum(batch.num_rows for batch in read_files(inputs, IngestSettings())) == len(pages)

        read()
        runs = [(measured(bare), measured(read)) for _ in range(5)]
    rows = [("", "CPU s", "wall s", "pages/s/core")]
    for name, results in zip(("bare parser in a loop", "read_files"), zip(*runs, strict=True), strict=True):
        used, wall = (median(values) for values in zip(*results, strict=True))
        rows.append((name, f"{used:.2f}", f"{wall:.2f}", f"{len(pages) / used:.0f}"))
    rows.append(("ratio", f"{median(bare[0] / read[0] for bare, read in runs):.2f}", "", ""))
    sys.stdout.write("\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n")


if __name__ == "__main__":
    main()
