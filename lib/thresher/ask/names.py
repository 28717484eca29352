"""From a doc_id to what a document is called and where it lies, without a scan.

`names` is laid out by doc_id, so that a predicate on it skips all other files and pages. `documents` is not: there a
row is found by its place in the input, in whose order the files hold their rows.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

_FIELDS = ("doc_id", "batch", "dataset", "record_id", "path", "offset", "url", "date")


@dataclass(frozen=True)
class Document:
    """What a document is called and where it came from."""

    doc_id: int
    batch: int
    dataset: str | None
    record_id: str | None
    path: str | None
    offset: int | None
    url: str | None
    date: datetime | None

    @property
    def name(self) -> str:
        """What a person knows it by."""
        return self.url or self.record_id or str(self.doc_id)


def named(names: DataFrame, key: str, most: int) -> list[Document]:
    """The documents of this URL or record_id, at most so many; reads these columns of all of `names`."""
    found = names.where((F.col("url") == key) | (F.col("record_id") == key))
    return [Document(**row.asDict()) for row in found.select(*_FIELDS).orderBy("doc_id").limit(most).collect()]


def look_up(names: DataFrame, ids: Collection[int], batches: Iterable[int] | None = None) -> dict[int, Document]:
    """These few documents by doc_id, as far as they are there; `batches` are where they lie, if that is known."""
    if not ids:
        return {}
    found = names.where(is_one_of(sorted(ids)))
    if batches is not None:
        found = found.where(F.col("batch").isin(sorted(batches)))
    return {row["doc_id"]: Document(**row.asDict()) for row in found.select(*_FIELDS).collect()}


def rows_of(documents: DataFrame, wanted: Collection[Document]) -> DataFrame:
    """The rows of `documents`, or of a release, that hold these documents."""
    rows = documents
    for column in ("batch", "path", "offset"):
        values = {getattr(document, column) for document in wanted}
        if None not in values:
            rows = rows.where(F.col(column).isin(sorted(values)))
    return rows.where(is_one_of(sorted(document.doc_id for document in wanted)))


def is_one_of(ids: Collection[int]) -> Column:
    """Whether a row is about one of these documents: literals, so that files and pages are skipped by statistics."""
    return F.col("doc_id") == next(iter(ids)) if len(ids) == 1 else F.col("doc_id").isin(list(ids))
