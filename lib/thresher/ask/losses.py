"""What is cut from a document because other documents have it too: the first cuts, with what they say, and the sum."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pyspark.sql import Window
from pyspark.sql import functions as F

from thresher.ask.excerpts import Span, excerpts
from thresher.ask.names import Document, is_one_of
from thresher.corpus import Corpus
from thresher.dedup.lines import AGAIN

_MOST = 10  # cuts of a document that are shown
EXCERPT = 120  # bytes of each


@dataclass(frozen=True)
class Cut:
    """A span that export cuts, from byte `start` to byte `end` of the stored text; `text` is its beginning."""

    recipe: str
    start: int
    end: int
    reason: str
    documents: int
    text: str

    @property
    def why(self) -> str:
        """The reason in words."""
        if self.reason == AGAIN:
            return "said before in this document"
        return f"in {self.documents:,} documents"


@dataclass(frozen=True)
class Loss:
    """What one recipe cuts from a document because of other documents: its first cuts, and what all of them come to."""

    recipe: str
    spans: int
    cut_bytes: int
    of_bytes: int
    cuts: tuple[Cut, ...]


def losses(corpus: Corpus, documents: Sequence[Document], recipe: str | None) -> list[tuple[int, Loss]]:
    """What each recipe cuts from these documents, with their ids; of each the first cuts, with what they say."""
    if not documents:
        return []
    found = corpus.edits.where(is_one_of([document.doc_id for document in documents]))
    found = found if recipe is None else found.where(F.col("recipe") == recipe)
    order = F.row_number().over(Window.partitionBy("recipe", "doc_id").orderBy("start"))
    whole = Window.partitionBy("recipe", "doc_id")
    totals = {"spans": F.count(F.lit(1)).over(whole), "cut_bytes": F.sum(F.col("end") - F.col("start")).over(whole)}
    first = found.withColumns({**totals, "place": order}).where(F.col("place") <= _MOST)
    rows = first.orderBy("recipe", "doc_id", "start").collect()
    spans = [Span(row["doc_id"], row["start"], row["end"]) for row in rows]
    texts = excerpts(corpus, documents, spans, EXCERPT)
    lost: dict[tuple[str, int], Loss] = {}
    for row, span in zip(rows, spans, strict=True):
        key = (row["recipe"], row["doc_id"])
        held = lost.get(key, Loss(row["recipe"], row["spans"], row["cut_bytes"], row["document_bytes"], ()))
        own = {name: row[name] for name in ("recipe", "start", "end", "reason", "documents")}
        cut = Cut(**own, text=texts.get(span, ""))
        lost[key] = replace(held, cuts=(*held.cuts, cut))
    return [(doc_id, loss) for (_, doc_id), loss in lost.items()]
