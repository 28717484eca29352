"""What line dedup cuts, in plain Python over a whole corpus at once: the definition that Spark's answer must equal."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from thresher.recipe_sections import LineSettings

from ..kernels.line_twin import form, spans


class Page(NamedTuple):
    """A document, as far as line dedup looks at it."""

    doc_id: int
    url: str | None
    text: str
    dataset: str = "default"


class Cut(NamedTuple):
    """A row of `edits`, as far as it says what is cut and why."""

    doc_id: int
    start: int
    end: int
    reason: str
    documents: int


def cuts(pages: Iterable[Page], settings: LineSettings) -> list[Cut]:
    """All cuts, sorted."""
    having: dict[tuple[str, str], dict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for page in sorted(pages):
        host = (urlsplit(page.url).hostname if page.url else None) or page.dataset
        place = host if settings.within == "host" else ""
        for start, end, said in spans(page.text, settings.unit):
            compared = form(said, settings.normalise)
            if len(compared) >= settings.shortest or settings.shortest == 1:
                having[place, compared][page.doc_id].append((start, end))
    found = []
    for documents in having.values():
        for place, (doc_id, occurrences) in enumerate(documents.items()):
            over = len(documents) >= settings.at_least and place >= settings.keep
            for number, (start, end) in enumerate(occurrences):
                if over or (number and settings.once):
                    reason = "lines.repeated" if over else "lines.again"
                    found.append(Cut(doc_id, start, end, reason, len(documents)))
    return sorted(found)


def left(page: Page, cuts: Sequence[Cut]) -> str:
    """The page's text without its cuts."""
    raw = page.text.encode()
    gone = {i for cut in cuts if cut.doc_id == page.doc_id for i in range(cut.start, cut.end)}
    return bytes(byte for i, byte in enumerate(raw) if i not in gone).decode()
