"""Stage `semantic`: copies by meaning among the documents of a domain; what is alike enough and comes later is dropped.

Later batches are compared with what is there, and what was kept stays kept: its documents come first in the order of
each domain, and of their pairs none is measured again. That holds as long as the centroids stand.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from thresher.ask.rules import ALIKE_IN_MEANING
from thresher.corpus import Write
from thresher.dedup.semantic import block_of, clusters, matches, ranked
from thresher.dedup.semantic_recall import neighbours
from thresher.domains.borders import Borders
from thresher.domains.tree import Tree
from thresher.embed.documents import stored
from thresher.embed.embedder import Embedder
from thresher.errors import ThresherError
from thresher.fingerprint import fingerprint
from thresher.held import Held
from thresher.recipe import Recipe
from thresher.recipe_sections import RegroupSettings, SemanticSettings
from thresher.runs import KEPT_BEFORE
from thresher.session import tasks_at_once
from thresher.stage import Job, Result, Stage, taken_back
from thresher.tables import BY_MEANING, DOMAINS, DUPLICATES, EMBEDDINGS, VERDICTS
from thresher_jobs import dedup, filter, regroup
from thresher_jobs.clusters import (
    components,
    documents_that_pass,
    forget_rounds,
    keep_columns,
    order_of,
)
from thresher_jobs.instalment import among

_DISTANCE = "distance"  # a key of `keep` that is a column of `domains`
_SEED = 0


def settings(recipe: Recipe) -> Any:
    """What the clusters depend on besides vectors and domains; none where the recipe asks for none."""
    return recipe.semantic.model_dump(mode="json") if recipe.semantic else None


def thin(job: Job, batches: Sequence[int]) -> Result:
    """The recipe's copies by meaning, and a verdict for each that is not kept."""
    recipe = job.recipe
    if recipe.semantic is None or recipe.regroup is None or recipe.embedder is None:
        return taken_back(job, (DUPLICATES, _clusters_of(job)), (VERDICTS, _verdicts_of(job)))
    work = Thinning(job, recipe.semantic, recipe.regroup, recipe.embedder, batches)
    return Result(work.writes(), work.counts, work.details, work.release)


def _clusters_of(job: Job) -> str:
    return f"recipe = '{job.recipe.name}' AND method = '{BY_MEANING}'"


def _verdicts_of(job: Job) -> str:
    return f"recipe = '{job.recipe.name}' AND stage = '{STAGE.name}'"


@dataclass(frozen=True)
class Thinning:
    """One run of the stage; `counts` and `details` are filled on the way."""

    job: Job
    wanted: SemanticSettings
    regrouping: RegroupSettings
    embedder: Embedder
    batches: Sequence[int]
    counts: dict[str, int] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    held: Held = field(default_factory=Held)

    def writes(self) -> Iterator[Write]:
        """The clusters, then the verdicts of the newest instalment's documents."""
        self.details.update(fitted_in=self._fitted_in, instalments=json.dumps(self.instalments))
        if len(self.instalments) > 1:
            self.details.update(KEPT_BEFORE)
        dropped = {"clustered": F.count(F.lit(1)), "dropped": F.count_if(~F.col("kept"))}
        documents = self.job.runs.documents(self.batches)
        yield Write(DUPLICATES, self._clusters(documents), _clusters_of(self.job), dropped, documents=documents)
        newest = among(self.instalments[-1])
        found = self.job.corpus.read(DUPLICATES).where(_clusters_of(self.job)).where("NOT kept").where(newest)
        verdict = {"stage": F.lit(STAGE.name), "rule": F.lit(ALIKE_IN_MEANING), "value": F.col("similarity")}
        rows = found.withColumns({**verdict, "threshold": F.lit(self.wanted.at_least)})
        replaces = _verdicts_of(self.job) + (f" AND {newest}" if len(self.instalments) > 1 else "")
        yield Write(VERDICTS, rows, replaces, {"verdicts": F.count(F.lit(1))}, documents=documents)

    def release(self) -> None:
        """Give back what is held."""
        self.held.release()
        forget_rounds(self.job.corpus)

    @cached_property
    def instalments(self) -> list[list[int]]:
        """The batches by the run in which they came, those of this run last; all in one where all is done anew."""
        newest, earlier = self.job.runs.newest(STAGE.name, self.job.recipe.name), []
        if newest is not None and newest.fingerprint == STAGE.fingerprint(self.job.recipe) and not self._rekeyed:
            known = set(newest.batches) < set(self.batches) and not self.job.runs.may_be_gone(newest)
            if known and newest.details.get("fitted_in") == self._fitted_in:
                earlier = json.loads(newest.details["instalments"])
        before = {batch for instalment in earlier for batch in instalment}
        return [*earlier, sorted(set(self.batches) - before)]

    @property
    def _rekeyed(self) -> bool:
        """Whether a later batch may change what is kept of the earlier ones."""
        return self.wanted.rekey or (self.job.recipe.dedup is not None and self.job.recipe.dedup.rekey)

    @cached_property
    def _fitted_in(self) -> str:
        """The run in which the centroids were fitted."""
        newest = self.job.runs.newest(regroup.STAGE.name, self.job.recipe.name)
        return newest.details["fitted_in"] if newest else ""

    def _clusters(self, documents: int) -> DataFrame:
        """The rows of `duplicates`: old matches, and those of the newest instalment."""
        candidates = self.held.hold(self._candidates())
        vectors = self.held.hold(self._vectors().join(candidates.select("doc_id"), "doc_id"))
        borders = self._borders()
        members = self.held.hold(self._members(borders, vectors, candidates))
        self._measure_borders(borders, vectors, members, documents)
        block = block_of(borders.centroids.points.shape[1])
        tasks = tasks_at_once(self.job.spark)
        new = matches(members, vectors, self.wanted.at_least, block, tasks)
        found = self.held.hold(new.unionByName(self._old_matches()))
        edges = found.selectExpr("doc_id", "matched_doc AS centre")
        key = fingerprint([STAGE.fingerprint(self.job.recipe), self.job.runs.inputs_digest()])
        linked = components(self.job, edges, documents, key)
        rows = clusters(found, linked, one_stays=self.wanted.keep != "none")
        own = {"recipe": F.lit(self.job.recipe.name), "method": F.lit(BY_MEANING), "run_id": F.lit(self.job.run_id)}
        return rows.join(candidates.select("doc_id", "batch"), "doc_id").withColumns(own)

    def _candidates(self) -> DataFrame:
        """The documents that filter and dedup leave and that have a domain, with their instalment and their keys."""
        job, keys = self.job, self.wanted.keep_keys
        of_documents = [key for key in keys if key != _DISTANCE]
        passing = documents_that_pass(job, of_documents, self.wanted.sources, self.batches)
        mine = f"recipe = '{job.recipe.name}'"
        dropped = job.corpus.read(VERDICTS).where(mine).where(F.col("stage") == dedup.STAGE.name).select("doc_id")
        domains = job.corpus.read(DOMAINS).where(mine).where("domain_id IS NOT NULL").select("doc_id", _DISTANCE)
        rows = passing.join(dropped, "doc_id", "left_anti").join(domains, "doc_id")
        places = [F.when(F.col("batch").isin(some), F.lit(place)) for place, some in enumerate(self.instalments)]
        return rows.select("doc_id", "batch", F.coalesce(*places).alias("instalment"), *keep_columns(keys))

    def _vectors(self) -> DataFrame:
        return stored(self.job.corpus.read(EMBEDDINGS, self.batches), self.embedder).select("doc_id", "vector")

    def _borders(self) -> Borders:
        centroids = regroup.stored_centroids(self.job, self.regrouping)
        if self.wanted.nearest == "all" and isinstance(centroids, Tree):
            raise ThresherError(
                f"semantic.nearest: all needs domains in one level, these {len(centroids.points):,} are in two: "
                "say 2, or ask regroup for fewer"
            )
        return Borders(centroids, self.wanted.nearest, self.wanted.at_least)

    def _members(self, borders: Borders, vectors: DataFrame, candidates: DataFrame) -> DataFrame:
        rows = borders.of(vectors).join(candidates.drop("batch"), "doc_id")
        ties = self.wanted.keep == "none"
        order = order_of(self.wanted.keep) or [F.col("doc_id")]
        return ranked(rows, order, len(self.instalments) - 1, ties)

    def _measure_borders(self, borders: Borders, vectors: DataFrame, members: DataFrame, documents: int) -> None:
        """What borders hide, by a sample; and how often a document is compared."""
        measured = neighbours(vectors, documents, borders, _SEED)
        self.counts.update(
            memberships=members.count(),
            sampled=measured.sample,
            sampled_pairs=measured.pairs,
            sampled_compared=measured.compared,
        )

    def _old_matches(self) -> DataFrame:
        """The matches of earlier instalments' documents, as they were found then."""
        before = [batch for instalment in self.instalments[:-1] for batch in instalment]
        rows = self.job.corpus.read(DUPLICATES, before).where(_clusters_of(self.job)).where("matched_doc IS NOT NULL")
        return rows.select("doc_id", "matched_doc", "similarity")


STAGE: Stage = Stage("semantic", thin, settings, reads=(filter.STAGE, dedup.STAGE, regroup.STAGE), by_batch=False)

if __name__ == "__main__":
    from thresher_jobs.cli import script

    script("semantic")
