"""Dedup against other corpora: what the newest release of one of them keeps already goes from this one, never there."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from thresher.ask.measured import signals
from thresher.corpus import Corpus
from thresher.dedup.elsewhere import meetings
from thresher.dedup.identity import IDENTITIES
from thresher.dedup.instalment import index_rows
from thresher.dedup.minhash import as_contents, most_similar, signatures_of
from thresher.dedup.verify import WIDE, Check, with_similarity
from thresher.errors import ThresherError, UsageError
from thresher.location import locate
from thresher.recipe import Recipe
from thresher.runs import Runs
from thresher.stage import Job
from thresher.tables import VERDICTS
from thresher_jobs.clusters import Search, shingles_of, signal_of


@dataclass(frozen=True)
class Other:
    """Another corpus: its newest release, and the signals of the documents in it under the recipe's settings."""

    name: str
    corpus: Corpus
    release: str
    signals: DataFrame

    def participants(self) -> DataFrame:
        """The released documents: `doc_id`, `batch` and the signals."""
        released = self.corpus.table(f"curated/{self.release}").select("doc_id")
        return self.signals.join(released, "doc_id", "left_semi")


def others(corpus: Corpus, recipe: Recipe) -> tuple[Other, ...]:
    """The corpora that the recipe's dedup is against; raises `UsageError` where one cannot be compared with."""
    return tuple(_other(corpus, recipe, name) for name in (recipe.dedup.against if recipe.dedup else ()))


def found_elsewhere(search: Search, candidates: DataFrame, corpora: Sequence[Other]) -> DataFrame:
    """A verdict on every candidate that another corpus has, by the first method that finds it there."""
    found = []
    for other in corpora:
        for method in search.methods:
            rows = search.held.hold(_matches(search, candidates, other, method))
            found.append(rows.join(candidates.select("doc_id", "batch"), "doc_id"))
            candidates = candidates.join(rows.select("doc_id"), "doc_id", "left_anti")
    return reduce(DataFrame.unionByName, found)


def found_before(job: Job, where: str) -> DataFrame:
    """The committed verdicts of the rows that `where` names that were made because of another corpus."""
    elsewhere = "stage = 'dedup' AND matched_corpus IS NOT NULL"
    return job.corpus.read(VERDICTS).where(where).where(elsewhere)


def _matches(search: Search, candidates: DataFrame, other: Other, method: str) -> DataFrame:
    check = search.check if method == "minhash" else None
    ours, theirs = (index_rows(side, method, *search.banding) for side in (candidates, other.participants()))
    pairs = meetings(ours, theirs, most=WIDE if check else 1)
    if method in IDENTITIES:
        alike = pairs.withColumn("similarity", F.lit(1.0))
    else:
        alike = _compared(search, search.held.hold(pairs), candidates, other, check)
    told = {"rule": f"dedup.{method}", "matched_corpus": other.name, "stage": "dedup", "recipe": search.job.recipe.name}
    columns = {name: F.lit(value) for name, value in {**told, "run_id": search.job.run_id}.items()}
    return most_similar(alike).withColumnRenamed("similarity", "value").withColumns(columns)


def _compared(search: Search, pairs: DataFrame, candidates: DataFrame, other: Other, check: Check | None) -> DataFrame:
    """The pairs with their similarity, those of them that pass the check."""
    width = search.job.recipe.value_bytes if check is None else check.width
    if width:
        ours, theirs = (as_contents(signatures_of(side)) for side in (candidates, other.participants()))
    else:
        sides = (search.job.corpus, "doc_id"), (other.corpus, "matched_doc")
        ours, theirs = (shingles_of(corpus, pairs.select(F.col(ids).alias("doc_id")), search.job.recipe)
                        for corpus, ids in sides)  # fmt: skip
    edges = pairs.withColumnRenamed("matched_doc", "centre")
    compared = with_similarity(edges, ours, width, theirs).withColumnRenamed("centre", "matched_doc")
    return compared if check is None else compared.where(F.col("similarity") >= check.at_least)


def _other(corpus: Corpus, recipe: Recipe, name: str) -> Other:
    location = locate(name)
    if location.root == corpus.location.root:
        raise UsageError(f"dedup.against: {name} is this corpus itself")
    there = Corpus(corpus.spark, location)
    runs = Runs(there)
    release = runs.newest_release()
    if release is None:
        raise UsageError(f"dedup.against: {name} has no release to compare with: run a recipe there first")
    assert recipe.dedup is not None
    wanted = [signal_of(method) for method in recipe.dedup.methods]
    try:
        return Other(location.root, there, release.details["release"], signals(there, runs, recipe, wanted))
    except ThresherError as error:
        raise UsageError(f"dedup.against: of {name}: {error}") from error
