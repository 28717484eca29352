"""Dedup of later batches: matched against the index of the earlier ones, whose texts and signatures stay untouched."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from thresher.corpus import Write
from thresher.dedup.identity import IDENTITIES
from thresher.dedup.instalment import BUCKET, as_stars, between_clusters, grown_clusters, index_rows, touched_buckets
from thresher.stage import Job
from thresher.tables import BANDS, DUPLICATES, Table
from thresher_jobs.against import found_before
from thresher_jobs.clusters import Search, replaced

# What a row of `runs` says whose batches are all in the index.
INDEXED = {"index": "bands"}


def earlier_batches(job: Job, fingerprint: str, batches: Sequence[int]) -> list[int]:
    """The batches whose clusters stand, so that the others join them; none where all is to be done anew."""
    newest = job.runs.newest("dedup", job.recipe.name)
    if newest is None or newest.fingerprint != fingerprint or job.runs.may_be_gone(newest):
        return []
    if job.recipe.dedup is None or job.recipe.dedup.rekey:
        return []
    return sorted(newest.batches) if set(newest.batches) < set(batches) else []


@dataclass(frozen=True)
class Instalment:
    """Documents that come after those of the `earlier` batches: of `candidates` those that duplicate none are kept.

    Each method's rows are committed before the next looks at them: so no query grows with what came before it.
    """

    search: Search
    candidates: DataFrame
    earlier: Sequence[int]
    later: Sequence[int]

    def writes(self) -> Iterator[Write]:
        """The clusters with the later documents in them, and the later documents' rows of the index."""
        if not self._is_indexed:
            yield Write(BANDS, self._index_of_earlier(), self.search.mine)
        candidates = self.candidates
        for method in self.search.methods:
            of_method = f"{self.search.mine} AND method = '{method}'"
            candidates = self.search.held.hold(candidates)
            yield Write(BANDS, self._rows(candidates, method), f"{of_method} AND {among(self.later)}")
            yield replaced(self.search, self._grown(candidates, method), of_method, [method])
            candidates = self._less(candidates, self._stored(DUPLICATES, method))

    @property
    def _is_indexed(self) -> bool:
        """Whether the last run has left all earlier batches in the index."""
        newest = self.search.job.runs.newest("dedup", self.search.job.recipe.name)
        return newest is not None and newest.details.items() >= INDEXED.items()

    def _index_of_earlier(self) -> DataFrame:
        """The earlier batches' rows of `bands`, from their signals and `duplicates`."""
        elsewhere = found_before(self.search.job, self.search.mine)
        candidates = self.search.candidates(self.earlier).join(elsewhere, "doc_id", "left_anti")
        candidates = self.search.held.hold(candidates)
        rows = []
        for method in self.search.methods:
            rows.append(self._rows(candidates, method))
            candidates = self._less(candidates, self._stored(DUPLICATES, method))
        return reduce(DataFrame.unionByName, rows)

    def _grown(self, candidates: DataFrame, method: str) -> DataFrame:
        index = self._stored(BANDS, method).select(*BUCKET, "doc_id", "batch")
        later = index.where(among(self.later))
        buckets = self.search.held.hold(touched_buckets(later, index.where(among(self.earlier))))
        edges = self.search.held.hold(self._edges(buckets, method))
        # A killed run may have left rows of the later documents there too.
        earlier = self._stored(DUPLICATES, method).where(among(self.earlier))
        components = self.search.held.hold(self._components(edges, earlier, method))
        nodes = edges.select("doc_id").unionByName(edges.selectExpr("centre AS doc_id")).distinct()
        met = self.search.held.hold(buckets.where("old").select("doc_id", "batch").distinct().join(nodes, "doc_id"))
        new = candidates.drop("minhash_v1", *IDENTITIES.values())
        grown = grown_clusters(new, earlier, met, edges, components, self.search.order)
        if method == "minhash":
            return grown
        # Of identical copies the match is the one that stayed, where there is one.
        return grown.withColumn("matched_doc", F.when(~F.col("kept"), F.coalesce("keeper", "matched_doc")))

    def _components(self, edges: DataFrame, earlier: DataFrame, method: str) -> DataFrame:
        if method == "minhash":
            return self.search.components(between_clusters(edges, earlier))
        # Who is the same as one is the same as all: a bucket is a cluster.
        centres = edges.selectExpr("centre AS doc_id", "centre AS component").distinct()
        return edges.selectExpr("doc_id", "centre AS component").unionByName(centres)

    def _edges(self, buckets: DataFrame, method: str) -> DataFrame:
        if method in IDENTITIES:
            return as_stars(buckets).select("doc_id", "centre", F.lit(1.0).alias("similarity"))
        stars = buckets.where("doc_id <> centre") if self.search.check else as_stars(buckets)
        return self.search.edges(stars.select("key", "doc_id", "centre"), self.search.signatures())

    def _rows(self, participants: DataFrame, method: str) -> DataFrame:
        owned = {"recipe": F.lit(self.search.job.recipe.name), "method": F.lit(method)}
        return index_rows(participants, method, *self.search.banding).withColumns(owned)

    def _stored(self, table: Table, method: str) -> DataFrame:
        return self.search.job.corpus.read(table).where(self.search.mine).where(F.col("method") == method)

    def _less(self, candidates: DataFrame, clusters: DataFrame) -> DataFrame:
        return candidates.join(clusters.where("NOT kept").select("doc_id"), "doc_id", "left_anti")


def among(batches: Sequence[int]) -> str:
    """The predicate for rows of these batches."""
    return f"batch IN ({', '.join(map(str, batches))})"
