"""Stage `dedup`: copies by URL, by text, by MinHash among the documents that pass the filter; one of each is kept."""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from thresher.corpus import Write
from thresher.dedup.identity import IDENTITIES, identical, with_identity_keeper
from thresher.dedup.minhash import bucket_stars, minhash_duplicates, signatures_of
from thresher.fingerprint import fingerprint
from thresher.recipe import Recipe
from thresher.stage import Job, Result, Stage
from thresher.tables import DUPLICATES, VERDICTS
from thresher_jobs import filter
from thresher_jobs.against import Other, found_elsewhere, others
from thresher_jobs.clusters import Search, replaced
from thresher_jobs.instalment import INDEXED, Instalment, earlier_batches


def settings(recipe: Recipe) -> Any:
    """What the clusters depend on."""
    return recipe.dedup.model_dump(mode="json") if recipe.dedup else None


def dedup(job: Job, batches: Sequence[int]) -> Result:
    """The recipe's duplicates, and a verdict for each copy that is not kept."""
    if job.recipe.dedup is None:
        none = Write(DUPLICATES, job.spark.createDataFrame([], DUPLICATES.schema), _mine(job))
        return Result(_commits(job, [none], _mine(job)))
    key = fingerprint([STAGE.fingerprint(job.recipe), job.runs.inputs_digest()])
    search = Search(job, job.recipe.dedup, job.runs.documents(batches), key)
    corpora = others(job.corpus, job.recipe)
    earlier = earlier_batches(job, STAGE.fingerprint(job.recipe), batches)
    later = sorted(set(batches) - set(earlier))
    candidates, gone = _less_elsewhere(search, search.candidates(later if earlier else None), corpora)
    details = {"against": ", ".join(f"{other.name} {other.release}" for other in corpora)} if corpora else {}
    writes: Iterable[Write]
    if not earlier:
        writes = [replaced(search, _all(search, candidates), _mine(job), search.methods)]
        return Result(_commits(job, writes, _mine(job), gone), details=details, afterwards=search.release)
    mine = f"{_mine(job)} AND batch IN ({', '.join(map(str, later))})"
    writes = Instalment(search, candidates, earlier, later).writes()
    return Result(_commits(job, writes, mine, gone), details={**details, **INDEXED}, afterwards=search.release)


def _mine(job: Job) -> str:
    return f"recipe = '{job.recipe.name}'"


def _less_elsewhere(
    search: Search, candidates: DataFrame, corpora: Sequence[Other]
) -> tuple[DataFrame, DataFrame | None]:
    """The candidates that no other corpus has, and the verdicts on those that one has."""
    if not corpora:
        return candidates, None
    candidates = search.hold(candidates)
    gone = search.hold(found_elsewhere(search, candidates, corpora))
    return candidates.join(gone.select("doc_id"), "doc_id", "left_anti"), gone


def _commits(job: Job, clusters: Iterable[Write], changed: str, gone: DataFrame | None = None) -> Iterator[Write]:
    """The rows of `duplicates`, then the recipe's verdicts where they have changed; `gone` are those made elsewhere."""
    yield from clusters
    dropped = job.corpus.read(DUPLICATES).where(changed).where(F.col("kept") == F.lit(False))
    verdicts = dropped.withColumns({"stage": F.lit("dedup"), **_verdict()})
    counts = {"verdicts": F.count(F.lit(1))}
    if gone is not None:
        verdicts = verdicts.unionByName(gone, allowMissingColumns=True)
        counts["dropped_elsewhere"] = F.count("matched_corpus")
    documents = job.runs.documents(job.runs.batches())
    yield Write(VERDICTS, verdicts, f"{changed} AND stage = 'dedup'", counts, documents=documents)


def _all(search: Search, candidates: DataFrame) -> DataFrame:
    """The clusters of all documents; each method looks at the copies that the one before it keeps."""
    found = [search.job.spark.createDataFrame([], DUPLICATES.schema).drop("recipe", "run_id")]
    columns = candidates.columns
    if not search.wanted.identities:
        candidates = search.hold(candidates)  # what follows reads them several times
    for method in search.wanted.identities:
        ranked = search.hold(with_identity_keeper(candidates, IDENTITIES[method], search.order))
        found.append(identical(ranked, method))
        candidates = ranked.where("kept").select(columns)
    if search.wanted.minhash is not None:
        signatures = signatures_of(candidates)
        stars = bucket_stars(signatures, *search.banding)
        edges = search.hold(search.edges(stars, signatures))  # read twice: for clusters, for matches
        components = search.components(edges)
        found.append(minhash_duplicates(candidates, edges, components, search.order))
    return reduce(DataFrame.unionByName, found)


def _verdict() -> dict[str, Column]:
    """The columns of a dropped copy's verdict: its rule is the method, its value the similarity to its match."""
    return {"rule": F.concat(F.lit("dedup."), "method"), "value": F.col("similarity")}


STAGE: Stage = Stage("dedup", dedup, settings, reads=(filter.STAGE,), by_batch=False)

if __name__ == "__main__":
    from thresher_jobs.cli import script

    script("dedup")
