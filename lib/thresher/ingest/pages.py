"""Pages into documents: decode, parse, and keep what the parser left, or say why there is nothing to keep.

The HTML parser works on one page while the next record is being read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from thresher.ingest.charset import as_text
from thresher.ingest.html import HtmlParser, ParseError
from thresher.ingest.row import Arrival, well_formed


@dataclass(slots=True)
class Page:
    """A page whose text is still to be found: its row, but for the text, and its bytes.

    `content_type` is the header as it came, with its charset; `html` says whether it must be parsed. `head` is what a
    quarantine row would show.
    """

    row: Arrival
    body: bytes
    content_type: str | None
    html: bool
    head: bytes


def texts(items: Iterable[Arrival | Page], parser: HtmlParser) -> Iterator[Arrival]:
    """The rows in their order, with every page's text in place; each page's comes once one more record was read."""
    parsing: Page | None = None
    for item in items:
        if parsing:
            yield _parsed(parsing, parser)
            parsing = None
        if isinstance(item, Arrival):
            yield item
        elif not item.html:
            yield _document(item, well_formed(as_text(item.body, item.content_type)).encode())
        else:
            parser.send(item.body, item.content_type)
            parsing = item
            parsing.body = b""
    if parsing:
        yield _parsed(parsing, parser)


def _parsed(page: Page, parser: HtmlParser) -> Arrival:
    try:
        return _document(page, parser.receive())
    except ParseError as error:
        return _quarantine(page, str(error))


def _document(page: Page, text: bytes) -> Arrival:
    if not text or text.isspace():
        return _quarantine(page, "the page leaves no text")
    page.row.text = text
    return page.row


def _quarantine(page: Page, error: str) -> Arrival:
    row = page.row
    return Arrival("quarantine", row.path, row.offset, row.record_id, row.url, row.date, error=error, raw=page.head)
