"""The text of a page is byte for byte that of the parser called without our code."""

import gzip
from collections.abc import Callable
from pathlib import Path

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.encoding import bytes_to_str, detect_encoding


def test_text_is_the_bare_parsers(data_dir: Path, tmp_path: Path, read: Callable, record: Callable) -> None:
    pages = [gzip.decompress(path.read_bytes()) for path in sorted((data_dir / "web/wcxb/dev/html").glob("*.gz"))]
    assert len(pages) == 621
    records = [gzip.compress(record(page, name=f"<urn:page:{i}>"), 1) for i, page in enumerate(pages)]
    (tmp_path / "pages.warc.gz").write_bytes(b"".join(records))

    found = {row["record_id"]: row["text"] for row in read(tmp_path / "pages.warc.gz").documents()}

    bare = {
        f"<urn:page:{i}>": extract_plain_text(
            bytes_to_str(page, detect_encoding(page, from_html_meta=True)), main_content=True
        )
        for i, page in enumerate(pages)
    }
    assert found == {name: text for name, text in bare.items() if text.strip()}
