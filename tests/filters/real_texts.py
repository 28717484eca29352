"""The real texts beside the project, whole: what our verdicts are compared with other tools' on."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from resiliparse.extract.html2text import extract_plain_text

from thresher.ingest.arrivals import read_files
from thresher.ingest.charset import as_text
from thresher.ingest.listing import InputFile
from thresher.ingest.settings import IngestSettings


def prose(data_dir: Path) -> list[str]:
    """Web pages' gold text, books, papers, articles: text/ and web/wcxb, 1,650 texts of some bytes to 1.3 MB."""
    return _distinct(_records([*sorted((data_dir / "text").glob("*.jsonl.gz")), data_dir / "web/wcxb/gold.jsonl.gz"]))


def pages(data_dir: Path) -> list[str]:
    """Whole pages of web/, menus and footers and all: 621 of wcxb, and what the WARC and WET files hold."""
    htmls = sorted((data_dir / "web/wcxb/dev/html").glob("*.html.gz"))
    whole = (str(extract_plain_text(as_text(gzip.open(html).read(), None), main_content=False)) for html in htmls)
    return _distinct([*whole, *_crawled(data_dir / "web/warc")])


def sentences(data_dir: Path) -> list[str]:
    """Short texts in 75 languages: lid/."""
    return _distinct(_records([data_dir / "lid/lingua75x200.jsonl.gz"]))


def _records(files: list[Path]) -> Iterator[str]:
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            yield from (json.loads(line)["text"] for line in lines)


def _crawled(folder: Path) -> Iterator[str]:
    files = [InputFile(str(path), path.name, 0, 0) for path in sorted(folder.rglob("*")) if path.is_file()]
    for batch in read_files(files, IngestSettings()):
        yield from (text for text in batch["text"].to_pylist() if text is not None)


def _distinct(texts: Iterator[str] | list[str]) -> list[str]:
    """In an order of their own, without those of white space alone: datatrove divides by their number of words."""
    return sorted({text for text in texts if text.strip()})
