"""Stage `dedup`: exact, then near duplicates among the documents that pass the filter; one copy of each is kept."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from thresher.corpus import Corpus, Write
from thresher.dedup.components import ONE_TASK, ONE_TASK_SETTING, components_of_any_size, connected_components
from thresher.dedup.identity import IDENTITIES, identical, with_identity_keeper
from thresher.dedup.keep import keep_order, source_rank
from thresher.dedup.minhash import as_contents, bucket_stars, minhash_duplicates, minhash_edges, signatures_of
from thresher.dedup.verify import Check, shingle_contents, verified_edges
from thresher.errors import UsageError
from thresher.filters.judge import bounded, passes
from thresher.fingerprint import fingerprint
from thresher.recipe import Recipe
from thresher.recipe_sections import SOURCE_RANK, DedupSettings
from thresher.stage import Job, Result, Stage
from thresher.tables import COMPONENTS, DOCUMENTS, DUPLICATES, VERDICTS
from thresher_jobs import annotate, filter


def settings(recipe: Recipe) -> Any:
    """What the clusters depend on."""
    return recipe.dedup.model_dump(mode="json") if recipe.dedup else None


def dedup(job: Job, batches: Sequence[int]) -> Result:
    """The recipe's duplicates, and a verdict for each copy that is not kept."""
    held: list[DataFrame] = []

    def hold(rows: DataFrame) -> DataFrame:
        held.append(rows.persist(StorageLevel.DISK_ONLY))
        return held[-1]

    def release() -> None:
        for rows in held:
            rows.unpersist()
        if job.corpus.exists(COMPONENTS.name):
            job.corpus.drop(COMPONENTS.name)

    return Result(_writes(job, hold, job.runs.documents(batches)), afterwards=release)


def _writes(job: Job, hold: Callable[[DataFrame], DataFrame], documents: int) -> Iterator[Write]:
    own = {"recipe": F.lit(job.recipe.name), "run_id": F.lit(job.run_id)}
    dropped = F.col("kept") == F.lit(False)
    counts = {"clustered": F.count(F.lit(1))}
    for method in (*IDENTITIES, "minhash"):
        counts[f"dropped_{method}"] = F.count_if(dropped & (F.col("method") == method))
    mine = f"recipe = '{job.recipe.name}'"
    yield Write(DUPLICATES, _duplicates(job, hold, documents).withColumns(own), mine, counts, documents=documents)
    committed = job.corpus.read(DUPLICATES).where(mine).where(dropped)
    verdicts = committed.withColumns({"stage": F.lit("dedup"), **_verdict()})
    verdicts_of_mine = f"{mine} AND stage = 'dedup'"
    yield Write(VERDICTS, verdicts, verdicts_of_mine, {"verdicts": F.count(F.lit(1))}, documents=documents)


def _duplicates(job: Job, hold: Callable[[DataFrame], DataFrame], documents: int) -> DataFrame:
    """The clusters that the recipe asks for; each method looks at the copies that the one before it keeps."""
    wanted = job.recipe.dedup
    if wanted is None or not (wanted.identities or wanted.minhash):
        return job.spark.createDataFrame([], DUPLICATES.schema)
    candidates, order = _candidates(job, wanted)
    found, columns = [], candidates.columns
    if not wanted.identities:
        candidates = hold(candidates)  # what follows reads them several times
    for method in wanted.identities:
        ranked = hold(with_identity_keeper(candidates, IDENTITIES[method], order))
        found.append(identical(ranked, method))
        candidates = ranked.where("kept").select(columns)
    if wanted.minhash is not None:
        edges = hold(_edges(job, candidates, hold))  # read twice: for clusters, for matches
        components = _components(job, edges, most=documents * job.recipe.banding.bands)
        found.append(minhash_duplicates(candidates, edges, components, order))
    return reduce(DataFrame.unionByName, found, job.spark.createDataFrame([], found[0].schema))


def _edges(job: Job, candidates: DataFrame, hold: Callable[[DataFrame], DataFrame]) -> DataFrame:
    """The pairs that meet in a band, or those of them that pass the recipe's check."""
    check = job.recipe.dedup.minhash.verify if job.recipe.dedup and job.recipe.dedup.minhash else None
    if check is None:
        return minhash_edges(candidates, *job.recipe.banding, job.recipe.value_bytes)
    signatures = signatures_of(candidates)
    stars = hold(bucket_stars(signatures, *job.recipe.banding, job.recipe.value_bytes))
    by_signature = check.by == "signature"
    contents = as_contents(signatures) if by_signature else hold(_shingles(job, stars))
    return verified_edges(stars, contents, Check(by_signature, check.at_least, job.recipe.value_bytes), hold)


def _shingles(job: Job, stars: DataFrame) -> DataFrame:
    """All shingles of the documents that share a bucket with others, of the text that their signatures are of."""
    met = stars.select("doc_id").unionByName(stars.selectExpr("centre AS doc_id")).distinct()
    texts = job.corpus.read(DOCUMENTS).select("doc_id", "text").join(met, "doc_id")
    edits = job.recipe.edits if job.recipe.annotate["minhash_v1"].get("edited") else ()
    ngram, words, unit = (job.recipe.shingling[name] for name in ("ngram", "words", "unit"))
    return texts.select("doc_id", shingle_contents(ngram, words, edits, unit)("text").alias("content"))


def _components(job: Job, edges: DataFrame, most: int) -> DataFrame:
    """The clusters of these edges, of which there are at most so many: few enough for one task, or round by round."""
    one_task = int(job.spark.conf.get(ONE_TASK_SETTING, None) or ONE_TASK)
    if most <= one_task:
        return connected_components(edges)
    return components_of_any_size(edges, KeptRounds(job.corpus, _key(job)), one_task)


def _key(job: Job) -> str:
    """What the edges depend on, so that a killed run goes on from its own rounds and never from another's."""
    return fingerprint([STAGE.fingerprint(job.recipe), job.runs.inputs_digest()])


@dataclass(frozen=True)
class KeptRounds:
    """The rounds of one search for components, in the corpus's own storage."""

    corpus: Corpus
    key: str

    def keep(self, number: int, make: Callable[[], DataFrame]) -> DataFrame:
        """The edges of this round, made and committed if they are not there yet."""
        mine = f"key = '{self.key}' AND round = {number}"
        if self.corpus.read(COMPONENTS).where(mine).isEmpty():
            rows = make().withColumns({"key": F.lit(self.key), "round": F.lit(number)})
            self.corpus.commit(Write(COMPONENTS, rows, mine))
        return self.corpus.read(COMPONENTS).where(mine).select("doc_id", "component")


def _candidates(job: Job, wanted: DedupSettings) -> tuple[DataFrame, list[Column]]:
    """The documents that pass the filter, with what dedup needs of them, and the order in which copies are kept."""
    keys = wanted.keep_keys
    signals = bounded(job.corpus.read(annotate.signals_of(job.recipe)), job.recipe.rulesets)
    signals = signals.where(passes(job.recipe.rulesets))
    own = [key for key in keys if "." not in key and key != "doc_id"]
    if own:
        signals = signals.join(_of_documents(job.corpus, own, wanted.sources), "doc_id")
    columns = [f"keep_{place}" for place in range(len(keys))]
    hashes = [IDENTITIES[method] for method in wanted.identities] + ["minhash_v1"] * (wanted.minhash is not None)
    ranked = [F.col(key).alias(column) for key, column in zip(keys, columns, strict=True)]
    order = [] if wanted.keep == "none" else keep_order(wanted.keep, columns)
    return signals.select("doc_id", "batch", *hashes, *ranked), order


def _of_documents(corpus: Corpus, columns: Sequence[str], sources: Sequence[str]) -> DataFrame:
    documents = corpus.read(DOCUMENTS).withColumn(SOURCE_RANK, source_rank(sources))
    unknown = [column for column in columns if column not in documents.columns or column in ("text", "meta")]
    if unknown:
        raise UsageError(f"dedup.keep: {unknown[0]} is neither a column of documents nor a signal (annotator.field)")
    return documents.select("doc_id", *columns)


def _verdict() -> dict[str, Column]:
    """The columns of a dropped copy's verdict: its rule is the method, its value the similarity to its match."""
    return {"rule": F.concat(F.lit("dedup."), "method"), "value": F.col("similarity")}


STAGE: Stage = Stage("dedup", dedup, settings, reads=(filter.STAGE,), by_batch=False)

if __name__ == "__main__":
    from thresher_jobs.cli import script

    script("dedup")
