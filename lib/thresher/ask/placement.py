"""Where a document lies among the domains of a recipe, or why it lies in none."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import functions as F

from thresher.ask.names import Document, is_one_of
from thresher.corpus import Corpus


@dataclass(frozen=True)
class Placement:
    """A document's domain under one recipe and the next nearest, with the distances to their centroids.

    Without a domain, `failed` says why it has no vector; none where the vector has no place among the others.
    """

    recipe: str
    domain: str | None
    distance: float | None
    second: str | None
    second_distance: float | None
    failed: str | None


def placements(corpus: Corpus, documents: Sequence[Document], recipe: str | None) -> list[tuple[int, Placement]]:
    """The place of these documents, with their ids, under `recipe` or under each that has domains."""
    ids = [document.doc_id for document in documents]
    found = corpus.domains.where(is_one_of(ids)) if ids else corpus.domains.limit(0)
    rows = (found if recipe is None else found.where(F.col("recipe") == recipe)).orderBy("recipe", "doc_id").collect()
    if not rows:
        return []
    cards = corpus.domain_cards.where(F.col("recipe").isin(sorted({row["recipe"] for row in rows})))
    names = {(c["recipe"], c["domain_id"]): c["name"] for c in cards.select("recipe", "domain_id", "name").collect()}
    reasons = _reasons(corpus, [row["doc_id"] for row in rows if row["domain_id"] is None], documents)
    return [
        (
            row["doc_id"],
            Placement(
                row["recipe"],
                names.get((row["recipe"], row["domain_id"])),
                row["distance"],
                names.get((row["recipe"], row["second_domain"])),
                row["second_distance"],
                reasons.get(row["doc_id"]) if row["domain_id"] is None else None,
            ),
        )
        for row in rows
    ]


def _reasons(corpus: Corpus, ids: Sequence[int], documents: Sequence[Document]) -> dict[int, str]:
    """Why these documents could not be embedded, as far as that is why they have no domain."""
    if not ids:
        return {}
    batches = sorted({document.batch for document in documents})
    rows = corpus.embeddings.where(F.col("batch").isin(batches) & is_one_of(sorted(set(ids))))
    failed = rows.where("failed IS NOT NULL").select("doc_id", "failed").collect()
    return {row["doc_id"]: row["failed"] for row in failed}
