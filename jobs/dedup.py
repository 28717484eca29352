"""Stage `dedup`: copies by URL, by text, by MinHash among the documents that pass the filter; one of each is kept."""

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from thresher.corpus import Write
from thresher.dedup.identity import IDENTITIES, identical, with_identity_keeper
from thresher.dedup.minhash import bucket_stars, minhash_duplicates, signatures_of
from thresher.fingerprint import fingerprint
from thresher.recipe import Recipe
from thresher.runs import KEPT_BEFORE
from thresher.stage import Job, Result, Stage, taken_back
from thresher.tables import BY_MEANING, DUPLICATES, VERDICTS
from thresher_jobs import filter
from thresher_jobs.against import Other, found_before, found_elsewhere, others
from thresher_jobs.clusters import Search, replaced
from thresher_jobs.instalment import INDEXED, Instalment, among, earlier_batches


def settings(recipe: Recipe) -> Any:
    """What the clusters depend on."""
    return recipe.dedup.model_dump(mode="json") if recipe.dedup else None


def dedup(job: Job, batches: Sequence[int]) -> Result:
    """The recipe's duplicates, and a verdict for each copy that is not kept."""
    if job.recipe.dedup is None:
        mine = f"recipe = '{job.recipe.name}'"
        found = f"{mine} AND method <> '{BY_MEANING}'"
        return taken_back(job, (DUPLICATES, found), (VERDICTS, f"{mine} AND stage = 'dedup'"))
    key = fingerprint([STAGE.fingerprint(job.recipe), job.runs.inputs_digest()])
    search = Search(job, job.recipe.dedup, job.runs.documents(batches), key)
    corpora = others(job.corpus, job.recipe)
    earlier = earlier_batches(job, STAGE.fingerprint(job.recipe), batches)
    details = {"against": ", ".join(f"{other.name} {other.release}" for other in corpora)} if corpora else {}
    writes = _writes(search, corpora, earlier, sorted(set(batches) - set(earlier)))
    return Result(writes, details=details | (INDEXED | KEPT_BEFORE if earlier else {}), afterwards=search.release)


def _writes(search: Search, corpora: Sequence[Other], earlier: Sequence[int], later: Sequence[int]) -> Iterator[Write]:
    """What other corpora have, then the clusters among the rest: of all documents, or of the later batches."""
    job = search.job
    changed = f"{search.mine} AND {among(later)}" if earlier else search.mine
    candidates = search.candidates(later if earlier else None)
    if corpora:
        elsewhere = found_elsewhere(search, search.held.hold(candidates), corpora)
        yield Write(VERDICTS, elsewhere, f"{changed} AND stage = 'dedup'", {"dropped_elsewhere": F.count(F.lit(1))})
        candidates = candidates.join(found_before(job, changed), "doc_id", "left_anti")
    if earlier:
        yield from Instalment(search, candidates, earlier, later).writes()
    else:
        yield replaced(search, _all(search, candidates), search.found, search.methods)
    yield _verdicts(search, changed, corpora)


def _verdicts(search: Search, changed: str, corpora: Sequence[Other]) -> Write:
    """The recipe's verdicts where they have changed; those that other corpora have brought stay."""
    job = search.job
    dropped = job.corpus.read(DUPLICATES).where(f"{search.found} AND {changed} AND NOT kept")
    verdicts = dropped.withColumns({"stage": F.lit("dedup"), **_verdict()})
    if corpora:
        verdicts = verdicts.unionByName(found_before(job, changed), allowMissingColumns=True)
    documents = job.runs.documents(job.runs.batches())
    counts = {"verdicts": F.count(F.lit(1))}
    return Write(VERDICTS, verdicts, f"{changed} AND stage = 'dedup'", counts, documents=documents)


def _all(search: Search, candidates: DataFrame) -> DataFrame:
    """The clusters of all documents; each method looks at the copies that the one before it keeps."""
    found = [search.job.spark.createDataFrame([], DUPLICATES.schema).drop("recipe", "run_id")]
    columns = candidates.columns
    if not search.wanted.identities:
        candidates = search.held.hold(candidates)  # what follows reads them several times
    for method in search.wanted.identities:
        ranked = search.held.hold(with_identity_keeper(candidates, IDENTITIES[method], search.order))
        found.append(identical(ranked, method))
        candidates = ranked.where("kept").select(columns)
    if search.wanted.minhash is not None:
        signatures = signatures_of(candidates)
        stars = bucket_stars(signatures, *search.banding)
        edges = search.held.hold(search.edges(stars, signatures))  # read twice: for clusters, for matches
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
