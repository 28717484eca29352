"""What stands at a few places of a few documents: spans of bytes, read in place, as text."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from pyspark.sql import functions as F

from thresher.ask.names import Document, rows_of
from thresher.corpus import Corpus


class Span(NamedTuple):
    """From byte `start` to byte `end` of a document's stored text."""

    doc_id: int
    start: int
    end: int


def excerpts(corpus: Corpus, documents: Collection[Document], spans: Sequence[Span], most: int) -> dict[Span, str]:
    """What these spans say, of each at most so many bytes; `documents` are those that the spans are in."""
    wanted = {span.doc_id for span in spans}
    inside = [document for document in documents if document.doc_id in wanted]
    if not inside:
        return {}
    said = (
        F.when(
            F.col("doc_id") == span.doc_id,
            F.substring(F.col("text").cast("binary"), span.start + 1, min(span.end - span.start, most)),
        )
        for span in spans
    )
    rows = rows_of(corpus.documents, inside).select("doc_id", F.array(*said).alias("said")).collect()
    of = {row["doc_id"]: row["said"] for row in rows}
    return {
        span: bytes(of[span.doc_id][place]).decode(errors="ignore")
        for place, span in enumerate(spans)
        if span.doc_id in of
    }
