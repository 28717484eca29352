"""The domains of a recipe: their cards, and where they and a sample of their documents lie on a plane."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import functions as F
from rich.table import Table

from thresher.ask.shown import as_text, html_table, number, one_line, share
from thresher.corpus import Corpus
from thresher.domains.gather import sampled
from thresher.domains.plane import placed_on, plane
from thresher.domains.vectors import Matrix
from thresher.embed.documents import stored
from thresher.errors import ThresherError
from thresher.recipe import Recipe
from thresher.runs import Runs

DRAWN = 200  # domains at most, the largest
POINTS = 1500  # documents on the map, about
_NAMED = 4  # keywords, sources and languages in a line of the table
Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Domain:
    """One domain: its card (`thresher.domains.cards`) and its place on the map."""

    domain_id: int
    name: str
    size: int
    tokens: int | None
    spread: float
    keywords: tuple[str, ...]
    exemplars: tuple[int, ...]
    sources: Counts
    languages: Counts
    nearest: tuple[int, ...]
    x: float
    y: float


@dataclass(frozen=True)
class Point:
    """A document of the sample on the map."""

    domain_id: int
    x: float
    y: float


@dataclass(frozen=True)
class Domains:
    """A recipe's domains, the largest first; in a notebook a map and a table.

    `of` domains there are in all, with so many `documents`; `shown` is the share of the differences among centroids
    that the map can show; `structure` says in words whether there is more of it than in noise. Where the number of
    domains was chosen, `silhouettes` has what it was chosen by: the silhouette of a sample, by number.
    """

    recipe: str
    domains: tuple[Domain, ...]
    of: int
    documents: int
    points: tuple[Point, ...]
    shown: float
    structure: str
    silhouettes: Mapping[int, float] = field(default_factory=dict)

    @property
    def table(self) -> pd.DataFrame:
        """A row a domain, the largest first, with all that its card says."""
        return pd.DataFrame([vars(domain) for domain in self.domains])

    def __str__(self) -> str:
        return as_text(self.__rich__())

    def __rich__(self) -> Table:
        table = Table(title=self._title, caption=self.structure, box=None, pad_edge=False)
        for name in _COLUMNS:
            table.add_column(name, justify="right" if name in ("documents", "share") else "left", overflow="fold")
        for row in self._rows():
            table.add_row(*row)
        return table

    def _repr_html_(self) -> str:
        from thresher.report.domain_map import map_picture

        rows = html_table(_COLUMNS, self._rows(), self._title)
        return f"<div>{map_picture(self)}<p>{self.structure}</p>{rows}</div>"

    @property
    def _title(self) -> str:
        some = f", the {len(self.domains)} largest" if len(self.domains) < self.of else ""
        return f"recipe {self.recipe}: {self.documents:,} documents in {self.of:,} domains{some}"

    def _rows(self) -> list[tuple[str, ...]]:
        return [
            (
                str(domain.domain_id),
                one_line(domain.name, 60),
                number(domain.size),
                share(domain.size, self.documents),
                one_line(", ".join(domain.keywords), 60),
                _most(domain.sources),
                _most(domain.languages),
            )
            for domain in self.domains
        ]


_COLUMNS = ("domain", "name", "documents", "share", "keywords", "sources", "languages")


def domains(corpus: Corpus, runs: Runs, recipe: Recipe) -> Domains:
    """The domains that the stage `regroup` has found under this recipe.

    Collects the cards of at most 200 domains and the places of some 1,500 documents, drawn by a hash. Raises
    `ThresherError` where there are no domains.
    """
    newest = runs.newest("regroup", recipe.name)
    if recipe.regroup is None or recipe.embedder is None or newest is None or "k" not in newest.details:
        raise ThresherError(f"recipe {recipe.name} has no domains: add `embed: {{}}` and `regroup: {{}}`, and run it")
    mine = F.col("recipe") == recipe.name
    cards = corpus.domain_cards.where(mine & (F.col("size") > 0))
    counted = cards.agg(F.count(F.lit(1)).alias("of"), F.sum("size").alias("documents")).first()
    assert counted is not None
    largest = cards.orderBy(F.desc("size"), "domain_id").limit(DRAWN).collect()
    sizes = np.array([card["size"] for card in largest], np.float64)
    means = _means(largest, recipe.regroup.spherical)
    drawn_on = plane(means, sizes)
    vectors = sampled(stored(corpus.embeddings, recipe.embedder), min(1.0, POINTS / counted["documents"]), 0)
    placed = placed_on(vectors, drawn_on, recipe.regroup.spherical)
    numbers = corpus.domains.where(mine & F.col("domain_id").isin([card["domain_id"] for card in largest]))
    points = numbers.select("doc_id", "domain_id").join(placed, "doc_id").orderBy("doc_id").collect()
    found = tuple(_domain(card, place) for card, place in zip(largest, drawn_on.places(means), strict=True))
    return Domains(
        recipe.name,
        found,
        counted["of"],
        counted["documents"],
        tuple(Point(row["domain_id"], row["x"], row["y"]) for row in points),
        drawn_on.share,
        newest.details.get("structure", ""),
        {int(k): silhouette for k, silhouette in json.loads(newest.details.get("silhouettes", "{}")).items()},
    )


def _means(cards: Sequence[Any], spherical: bool) -> Matrix:
    """The means of the domains' documents, shape (k, d).

    A centroid of directions has length 1 and lies outside its documents, whose mean is as long as the mean cosine.
    """
    centroids = np.array([card["centroid"] for card in cards], np.float32)
    if not spherical:
        return centroids
    return centroids * (1 - np.array([card["spread"] for card in cards], np.float32))[:, None]


def _domain(card: Any, place: Any) -> Domain:
    return Domain(
        domain_id=card["domain_id"],
        name=card["name"],
        size=card["size"],
        tokens=card["tokens"],
        spread=card["spread"],
        keywords=tuple(card["keywords"] or ()),
        exemplars=tuple(card["exemplars"] or ()),
        sources=tuple((one["source"], one["documents"]) for one in card["sources"] or ()),
        languages=tuple((one["language"], one["documents"]) for one in card["languages"] or ()),
        nearest=tuple(one["domain_id"] for one in card["nearest"] or ()),
        x=float(place[0]),
        y=float(place[1]),
    )


def _most(counts: Counts) -> str:
    """The most frequent values with their counts, on one line."""
    return one_line(", ".join(f"{name} {documents:,}" for name, documents in counts[:_NAMED]), 80)
