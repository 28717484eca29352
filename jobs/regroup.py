"""Stage `regroup`: the documents that have vectors, grouped into domains by meaning, and a card for each domain.

Centroids stand as long as settings do: documents of later batches are placed by those in `domain_cards`, and only the
cards are made anew. The details of the stage's rows in `runs` say in which run the centroids were fitted, from how many
documents, and what the test of structure says.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from typing import Any, cast

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from thresher.corpus import Write
from thresher.domains import structure, sweep
from thresher.domains.cards import cards, exemplars, most, sizes
from thresher.domains.gather import in_one_task, sampled
from thresher.domains.keywords import keywords, sample
from thresher.domains.kmeans import FLAT, fitted, placed
from thresher.domains.placing import Centroids
from thresher.domains.tree import Tree, fitted_in_groups
from thresher.embed.documents import stored
from thresher.embed.embedder import Embedder
from thresher.errors import ThresherError
from thresher.held import Held
from thresher.recipe import Recipe
from thresher.recipe_sections import RegroupSettings
from thresher.runs import RunRow
from thresher.stage import Job, Result, Stage, taken_back
from thresher.tables import DOCUMENTS, DOMAIN_CARDS, DOMAINS, EMBEDDINGS, NAMES
from thresher.urls.host import host
from thresher_jobs import annotate, embed
from thresher_jobs.instalment import among

TINY = 0.1  # of an even share: a domain with fewer documents is tiny


def settings(recipe: Recipe) -> Any:
    """What the domains depend on besides the vectors; none where the recipe asks for none."""
    return recipe.regroup.model_dump(mode="json") if recipe.regroup else None


def regroup(job: Job, batches: Sequence[int]) -> Result:
    """The domains of these batches' documents, and the recipe's cards."""
    wanted, embedder = job.recipe.regroup, job.recipe.embedder
    if wanted is None or embedder is None:
        return taken_back(job, (DOMAINS, _mine(job)), (DOMAIN_CARDS, _mine(job)))
    work = Regrouping(job, wanted, embedder, batches)
    return Result(work.writes(), work.counts, work.details, work.held.release)


def _mine(job: Job) -> str:
    return f"recipe = '{job.recipe.name}'"


@dataclass(frozen=True)
class Regrouping:
    """One run of the stage; `counts` and `details` are filled on the way."""

    job: Job
    wanted: RegroupSettings
    embedder: Embedder
    batches: Sequence[int]
    counts: dict[str, int] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    held: Held = field(default_factory=Held)

    def writes(self) -> Iterator[Write]:
        """Each document's domain, then the cards."""
        centroids = self._centroids()
        rows = placed(self.vectors.where(among(self._placed_now)), centroids).withColumns(self._own)
        counted = {"placed": F.count("domain_id"), "unplaced": F.count_if(F.col("domain_id").isNull())}
        changed = f"{_mine(self.job)} AND {among(self._placed_now)}" if self.standing else _mine(self.job)
        yield Write(DOMAINS, rows, changed, counted, documents=self.job.runs.documents(self._placed_now))
        found = cards(self._parts(), centroids, self.wanted.name)
        if isinstance(centroids, Tree):
            found = found.append_column("parent", pa.array(centroids.parents))
        self._tell(found)
        yield Write(DOMAIN_CARDS, self.job.spark.createDataFrame(found).withColumns(self._own), _mine(self.job))

    @cached_property
    def standing(self) -> RunRow | None:
        """The newest row of the stage, where its centroids stand and only later batches are to be placed."""
        newest = self.job.runs.newest(STAGE.name, self.job.recipe.name)
        if newest is None or newest.fingerprint != STAGE.fingerprint(self.job.recipe):
            return None
        gone = self.job.runs.may_be_gone(newest) or not set(newest.batches) < set(self.batches)
        return None if gone or "k" not in newest.details else newest

    @cached_property
    def vectors(self) -> DataFrame:
        """`doc_id`, `batch` and `vector` of the documents that take part; read several times, so held on disk."""
        job = self.job
        rows = stored(job.corpus.read(EMBEDDINGS, self.batches), self.embedder)
        out = embed.outvoted(job, self.batches)
        if out:
            rows = reduce(lambda left, lost: left.join(lost.select("doc_id"), "doc_id", "left_anti"), out, rows)
        return self.held.hold(rows)

    @property
    def _own(self) -> dict[str, Column]:
        return {"recipe": F.lit(self.job.recipe.name), "run_id": F.lit(self.job.run_id)}

    @property
    def _placed_now(self) -> Sequence[int]:
        """The batches to place: the later ones, unless the earlier ones' survivors may have changed."""
        dedup = self.job.recipe.dedup
        if self.standing is None or (dedup is not None and dedup.rekey):
            return self.batches
        return sorted(set(self.batches) - set(self.standing.batches))

    def _centroids(self) -> Centroids:
        """Those that stand, or new ones."""
        if self.standing is not None:
            told = self.standing.details
            self.details.update({name: told[name] for name in told if name in _OF_THE_FIT})
            return stored_centroids(self.job, self.wanted)
        documents = self.vectors.where("vector IS NOT NULL").count()
        if not documents:
            raise ThresherError(f"regroup: recipe {self.job.recipe.name} has no document with a vector to group")
        k = self._k(documents)
        way = fitted if k <= FLAT else fitted_in_groups
        found = way(self.vectors, documents, k, self.wanted.spherical, self.wanted.seed, self.wanted.passes)
        told = {"k": str(k), "fitted_in": self.job.run_id, "fitted_on": str(documents), "sample": str(found.sample)}
        self.details.update(told | {"inertia": json.dumps(found.inertia)})
        return found.centroids

    def _k(self, documents: int) -> int:
        if len(self.wanted.ks) == 1:
            return self.wanted.ks[0]
        share = min(1.0, sweep.SAMPLE / documents)
        ks, spherical, seed = self.wanted.ks, self.wanted.spherical, self.wanted.seed

        def silhouettes(one: Any) -> pa.RecordBatch:
            found = sweep.curve(one, ks, spherical, seed)
            return pa.RecordBatch.from_arrays([pa.array(list(found)), pa.array(list(found.values()))], names=["k", "s"])

        rows = in_one_task(sampled(self.vectors, share, seed), spherical, silhouettes, "k long, s double").collect()
        if not rows:
            raise ThresherError(f"regroup.k: {documents:,} documents are too few for {min(ks)} domains: lower k")
        curve = {row["k"]: row["s"] for row in rows}
        self.details["silhouettes"] = json.dumps({str(k): round(s, 4) for k, s in curve.items()})
        return sweep.best(curve)

    def _parts(self) -> list[DataFrame]:
        """What is counted of each domain's documents."""
        job = self.job
        domains = job.corpus.domains.where(_mine(job)).where("domain_id IS NOT NULL")
        names = job.corpus.read(NAMES, self.batches)
        source = F.coalesce(F.nullif(host(), F.lit("")), "dataset").alias("source")
        documents = domains.select("doc_id", "domain_id", "distance").join(names.select("doc_id", source), "doc_id")
        measured = [name for name in ("sizes_v1", "language_v1") if name in job.recipe.annotate]
        if measured:
            signals = job.corpus.read(annotate.signals_of(job.recipe), self.batches)
            fields = {"sizes_v1": "sizes_v1.bytes AS bytes", "language_v1": "language_v1.label AS language"}
            documents = documents.join(signals.selectExpr("doc_id", *(fields[name] for name in measured)), "doc_id")
        documents = self.held.hold(documents)
        texts = job.corpus.read(DOCUMENTS, self.batches).select("doc_id", "text")
        texts = texts.join(F.broadcast(sample(domains, self.wanted.seed)), "doc_id")
        parts = [sizes(documents), exemplars(documents), most(documents, "source", "sources"), keywords(texts)]
        self.details.update(self._structure(documents))
        return [*parts, most(documents, "language", "languages")] if "language_v1" in measured else parts

    def _structure(self, documents: DataFrame) -> dict[str, str]:
        """What a sample says of the domains, beside the sources and chance."""
        k, spherical, seed = int(self.details["k"]), self.wanted.spherical, self.wanted.seed
        groups = documents.select("doc_id", F.col("domain_id").cast("long"), F.xxhash64("source").alias("source"))
        share = min(1.0, structure.SAMPLE / self.job.runs.documents(self.batches))
        drawn = sampled(self.vectors, share, seed).join(groups, "doc_id")

        def test(one: Any) -> pa.RecordBatch:
            told = {"structure": f"{len(one.ids)} documents are too few to tell structure from chance"}
            if len(one.ids) >= structure.LEAST:
                told = structure.structure(one, k, spherical, seed).details()
            return pa.RecordBatch.from_arrays([pa.array(list(told)), pa.array(list(told.values()))], names=["k", "v"])

        rows = in_one_task(drawn, spherical, test, "k string, v string").collect()
        return {row["k"]: row["v"] for row in rows}

    def _tell(self, found: pa.Table) -> None:
        documents = np.array(found["size"].to_pylist())
        tiny = documents < TINY * documents.sum() / len(documents)
        self.counts.update(domains=len(documents), tiny_domains=int(tiny.sum()))
        self.details["tiny_share"] = f"{documents[tiny].sum() / max(documents.sum(), 1):.4g}"


_OF_THE_FIT = {"k", "fitted_in", "fitted_on", "sample", "inertia", "silhouettes"}


def stored_centroids(job: Job, wanted: RegroupSettings) -> Centroids:
    """The centroids of the recipe's domains, from their cards."""
    columns = job.corpus.domain_cards.where(_mine(job)).select("domain_id", "parent", "centroid")
    rows = columns.toArrow().sort_by("domain_id")
    matrix = np.stack(cast(list[Any], rows["centroid"].to_numpy())).astype(np.float32)
    if rows["parent"].null_count:
        return Centroids(matrix, wanted.spherical)
    return Tree(matrix, wanted.spherical, rows["parent"].to_numpy().astype(np.int32))


STAGE: Stage = Stage("regroup", regroup, settings, reads=(embed.STAGE,), by_batch=False)

if __name__ == "__main__":
    from thresher_jobs.cli import script

    script("regroup")
