"""Domains in the report: the map, the cards with their nearest documents, domains beside sources and languages."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from pyspark.sql import functions as F

from thresher.ask.domains import Counts, Domain, Domains, domains
from thresher.ask.sample import Passage, passages
from thresher.corpus import Corpus
from thresher.recipe import Recipe
from thresher.report.charts import themed
from thresher.report.domain_map import curve_picture, map_picture
from thresher.runs import Runs

CARDS = 30  # domains that are told of, the largest
_COLUMNS = 8  # sources or languages beside them
_READ = 400  # characters of each nearest document


@dataclass(frozen=True)
class Beside:
    """The largest domains by the most frequent sources or languages; no count where it is not among a domain's ten."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Domain, tuple[int | None, ...]], ...]


@dataclass(frozen=True)
class DomainSection:
    """The domains, and by domain the document nearest to its centroid."""

    found: Domains
    nearest: dict[int, Passage]

    def shown(self) -> dict[str, Any]:
        """What the page's template draws."""
        largest = self.found.domains[:CARDS]
        sources = beside(largest, [domain.sources for domain in largest])
        languages = beside(largest, [domain.languages for domain in largest])
        return {
            "found": self.found,
            "curve": Markup(themed(curve_picture(self.found.silhouettes))) if len(self.found.silhouettes) > 1 else None,
            "map": Markup(themed(map_picture(self.found))),
            "cards": [(domain, self._names_near(domain), self.nearest.get(domain.domain_id)) for domain in largest],
            "beside": [each for each in (("source", sources), ("language", languages)) if len(each[1].columns) > 1],
        }

    def _names_near(self, domain: Domain) -> list[str]:
        names = {other.domain_id: other.name for other in self.found.domains}
        return [names[near] for near in domain.nearest[:2] if near in names]


def domain_section(corpus: Corpus, runs: Runs, recipe: Recipe) -> DomainSection | None:
    """The domains of a recipe that asks for some; reads the beginnings of one document a domain."""
    if recipe.regroup is None:
        return None
    found = domains(corpus, runs, recipe)
    first = {domain.exemplars[0]: domain.domain_id for domain in found.domains[:CARDS] if domain.exemplars}
    rows = corpus.domains.where((F.col("recipe") == recipe.name) & F.col("doc_id").isin(list(first)))
    batches = {row["doc_id"]: row["batch"] for row in rows.select("doc_id", "batch").collect()}
    texts = passages(corpus, batches, _READ)
    return DomainSection(found, {first[doc_id]: passage for doc_id, passage in texts.items()})


def beside(largest: Sequence[Domain], counts: Sequence[Counts]) -> Beside:
    """The domains by what most of their documents have, the most frequent first."""
    whole = Counter[str]()
    for each in counts:
        whole.update(dict(each))
    # Of equal ones the first by name: the order must not depend on which domain was counted first.
    columns = tuple(name for name, _ in sorted(whole.items(), key=lambda item: (-item[1], item[0]))[:_COLUMNS])
    cells = [tuple(dict(each).get(name) for name in columns) for each in counts]
    return Beside(columns, tuple(zip(largest, cells, strict=True)))
