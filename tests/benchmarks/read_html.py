"""Pages a second per core: HTML in WARC through `read_files`, beside the bare parser in a loop: at least 0.8 times.

The pages of WCXB. Bare: they lie in memory; each goes through resiliparse's encoding detection and main-content
extraction. Ours: the same pages as a gzip-compressed WARC file on disk, read as ingest reads it, into Arrow batches;
the parser runs in a process of its own. CPU seconds of all processes that take part, and the wall's clock, by turns.
"""

import gzip
from pathlib import Path

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding
from tests.benchmarks.pairs import alternate, arguments, scratch, table, tree_cpu, wall
from tests.benchmarks.texts import DATA

from thresher.ingest.arrivals import read_files
from thresher.ingest.listing import InputFile, list_inputs
from thresher.ingest.settings import IngestSettings

PAGES = DATA.parent / "web" / "wcxb" / "dev" / "html"
SHARE = {"tiny": 20, "small": 4, "full": 1}  # one page in so many


def record(page: bytes, number: int) -> bytes:
    """The page as a response, a gzip member of its own."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:page:{number}>\r\n"
        f"WARC-Target-URI: http://a.b/{number}\r\nWARC-Date: 2024-02-29T12:00:00Z\r\n"
        f"Content-Type: application/http\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n")


def bare(pages: list[bytes]) -> None:
    """The parser alone."""
    for page in pages:
        extract_plain_text(bytes_to_str(page, detect_encoding(page, from_html_meta=True)), main_content=True)


def read(inputs: list[InputFile], pages: int) -> None:
    """What ingest does in a worker."""
    rows = sum(batch.num_rows for batch in read_files(inputs, IngestSettings()))
    if rows != pages:
        raise SystemExit(f"{pages} pages went in, {rows} rows came out")


def main() -> None:
    given = arguments(__doc__)
    files = sorted(PAGES.glob("*.html.gz"))[:: SHARE[given.scale]]
    pages = [gzip.decompress(path.read_bytes()) for path in files]
    rows = []
    with scratch() as folder:
        path = Path(folder, "pages.warc.gz")
        path.write_bytes(b"".join(record(page, number) for number, page in enumerate(pages)))
        inputs = list_inputs(str(path))
        read(inputs, len(pages))
        for name, clock in (("CPU of all processes", tree_cpu), ("wall", wall)):
            # Pages a second are the other way round: the bare parser's seconds to ours.
            ratio = alternate(lambda: bare(pages), lambda: read(inputs, len(pages)), given.pairs, clock)
            speeds = [f"{len(pages) / min(side):.0f}" for side in (ratio.first, ratio.second)]
            rows.append((name, str(len(pages)), *speeds, ratio.of()))
    table(("clock", "pages", "bare parser, pages/s", "read_files, pages/s", "times the bare parser"), rows)


if __name__ == "__main__":
    main()
