"""All that the report shows, counted by Spark in a handful of queries whose answers are bounded."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from thresher.ask.copies import gone_before_minhash
from thresher.ask.funnel import Funnel, funnel
from thresher.ask.ledger import Failure, failure_of
from thresher.ask.measured import signals
from thresher.ask.rules import ALIKE_IN_MEANING
from thresher.ask.sample import Example, Passage, passages, sample_each
from thresher.corpus import Corpus
from thresher.dedup.recall import Recall, measured_recall
from thresher.errors import ThresherError
from thresher.filters.judge import bounded, passes
from thresher.recipe import Recipe
from thresher.report.contamination import Contamination, contamination
from thresher.report.copies import Copies, copies, source
from thresher.report.domains import DomainSection, domain_section
from thresher.report.histograms import Histogram, Labels, histograms
from thresher.report.largest import Cluster, largest
from thresher.report.near import Near, nearest
from thresher.report.repeated import Repeats, repeats
from thresher.runs import RunRow, Runs
from thresher.tables import BY_MEANING

SAMPLES, PAIRS, SOURCES, REASONS = 3, 6, 20, 10
_SEED = 0
_READ = 8000  # characters of each sampled text that are fetched
_Shown = TypeVar("_Shown")


@dataclass(frozen=True)
class Source:
    """A host, or the input file of records without a URL: its documents, and those that are left."""

    name: str
    documents: int
    left: int


@dataclass(frozen=True)
class Pair:
    """A dropped copy, the document that it matched, how they were found, and how similar they are."""

    method: str
    similarity: float | None
    dropped: Passage
    matched: Passage


@dataclass(frozen=True)
class Clusters:
    """Clusters by (method, size), sizes from 16 on by the power of two that they reach; similarities in fiftieths."""

    sizes: Mapping[tuple[str, int], int]
    similarities: Mapping[int, int]


@dataclass(frozen=True)
class Samples:
    """What is shown with its text: by rule, documents that it drops and those near its bounds; copies; clusters."""

    examples: dict[str, list[Example]]
    near: dict[str, list[tuple[Near, Passage]]]
    pairs: list[Pair]
    largest: list[tuple[Cluster, Passage]]


@dataclass(frozen=True)
class StageTime:
    """What a stage took, over all rows of `runs` that stand."""

    stage: str
    seconds: float
    documents: int | None
    batches: int


@dataclass(frozen=True)
class Gathered:
    """The report's content before it is drawn."""

    recipe: Recipe
    funnel: Funnel
    histograms: list[Histogram]
    labels: list[Labels]
    clusters: Clusters
    copies: Copies
    recall: Recall | None
    contamination: Contamination | None
    repeats: Repeats | None
    domains: DomainSection | None
    sources: list[Source]
    reasons: list[tuple[str, int]]
    examples: dict[str, list[Example]]
    near: dict[str, list[tuple[Near, Passage]]]
    pairs: list[Pair]
    largest: list[tuple[Cluster, Passage]]
    stages: list[StageTime]


def gather(corpus: Corpus, runs: Runs, recipe: Recipe) -> Gathered:
    """Ask the corpus for everything that the report shows.

    Raises `ThresherError` where the recipe has no release, or one that is older than its verdicts.
    """
    counted = funnel(corpus, runs, recipe)
    if counted.release is None:
        raise ThresherError(f"recipe {recipe.name} has no release of its present verdicts: run `thresher curate` first")
    measured = signals(corpus, runs, recipe, [annotator.name for annotator in recipe.annotators])
    measured = bounded(measured, recipe.rulesets)
    duplicates = corpus.duplicates.where(F.col("recipe") == recipe.name)
    verdicts = corpus.verdicts.where(F.col("recipe") == recipe.name)
    wanted = recipe.dedup if any(rule.startswith("dedup.") for rule in counted.tally.broken) else None
    # Small queries wait for the driver more than they work: they are asked together.
    with ThreadPoolExecutor() as ask:
        drawn = ask.submit(histograms, measured, recipe)
        clusters = ask.submit(_clusters, duplicates)
        sources = ask.submit(_sources, corpus, counted.release)
        reasons = ask.submit(_reasons, corpus) if counted.tally.quarantined else None
        samples = ask.submit(_samples, corpus, verdicts, duplicates, measured, recipe)
        of_dedup = duplicates.where(f"method <> '{BY_MEANING}'")
        staying = ask.submit(copies, corpus, runs, recipe, wanted, of_dedup) if wanted else None
        recall = ask.submit(_recall, measured, duplicates, verdicts, recipe)
        held = ask.submit(contamination, corpus, measured, recipe)
        repeated = ask.submit(repeats, corpus, runs, recipe)
        grouped = ask.submit(domain_section, corpus, runs, recipe)
    return Gathered(
        recipe=recipe,
        funnel=counted,
        histograms=drawn.result()[0],
        labels=drawn.result()[1],
        clusters=clusters.result(),
        copies=staying.result() if staying else Copies(),
        recall=recall.result(),
        contamination=held.result(),
        repeats=repeated.result(),
        domains=grouped.result(),
        sources=sources.result(),
        reasons=reasons.result() if reasons else [],
        examples=samples.result().examples,
        near=samples.result().near,
        pairs=samples.result().pairs,
        largest=samples.result().largest,
        stages=_stages(runs, recipe),
    )


def _clusters(duplicates: DataFrame) -> Clusters:
    """Of each cluster the member that it is named by tells how many there are; dropped ones tell how alike they are."""
    size = F.when(F.col("members") < 16, F.col("members")).otherwise(F.pow(F.lit(2), F.floor(F.log2("members"))))
    alike = F.when(~F.col("kept"), F.floor(F.col("similarity") * 50))
    of_cluster = F.when(F.col("doc_id") == F.col("cluster_id"), size)
    told = F.explode(F.create_map(F.lit(True), of_cluster.cast("long"), F.lit(False), alike.cast("long")))
    places = duplicates.select("method", told.alias("head", "place")).dropna()
    cells = places.groupBy("method", "head", "place").count().collect()
    return Clusters(
        sizes={(cell["method"], cell["place"]): cell["count"] for cell in cells if cell["head"]},
        similarities={c["place"]: c["count"] for c in cells if c["method"] == "minhash" and not c["head"]},
    )


def _recall(measured: DataFrame, duplicates: DataFrame, verdicts: DataFrame, recipe: Recipe) -> Recall | None:
    """How many near duplicates met in a band and how many ended in one cluster, among those that MinHash compared."""
    if recipe.dedup is None or recipe.dedup.minhash is None:
        return None
    gone = gone_before_minhash(duplicates, verdicts)
    compared = measured.where(passes(recipe.rulesets)).join(gone, "doc_id", "left_anti")
    signatures = compared.select("doc_id", F.col("minhash_v1.signature").alias("signature")).dropna()
    clusters = duplicates.where("method = 'minhash'")
    return measured_recall(signatures, clusters, *recipe.banding, _SEED, recipe.value_bytes)


def _sources(corpus: Corpus, release: str) -> list[Source]:
    """The largest sources: documents and released ones counted by name, which needs no join of ids."""
    name = source().alias("name")
    documents = corpus.documents.select(name, F.lit(1).alias("documents"), F.lit(0).alias("left"))
    released = corpus.table(f"curated/{release}").select(name, F.lit(0).alias("documents"), F.lit(1).alias("left"))
    rows = (
        documents.unionByName(released)
        .groupBy("name")
        .agg(F.sum("documents").alias("documents"), F.sum("left").alias("left"))
        .orderBy(F.desc("documents"), "name")
        .limit(SOURCES)
        .collect()
    )
    return [Source(row["name"], row["documents"], row["left"]) for row in rows]


def _reasons(corpus: Corpus) -> list[tuple[str, int]]:
    """The most frequent reasons in quarantine, whatever the numbers in them."""
    reason = F.substring(F.regexp_replace("error", r"\d+", "N"), 1, 200)
    counted = corpus.quarantine.groupBy(reason.alias("reason")).count()
    rows = counted.orderBy(F.desc("count"), "reason").limit(REASONS).collect()
    return [(row["reason"] or "", row["count"]) for row in rows]


def _samples(
    corpus: Corpus, verdicts: DataFrame, duplicates: DataFrame, measured: DataFrame, recipe: Recipe
) -> Samples:
    """A few dropped documents of every rule and those near its bounds; verdicts, signals and text are passed once.

    Dropped copies stand beside the documents that they matched, the largest clusters are shown by their keepers.
    """
    chosen = sample_each(verdicts, max(SAMPLES, PAIRS), _SEED).orderBy("rule", "place").collect()
    matched = [row for row in chosen if row["matched_doc"] is not None]
    filtered = [row for row in chosen if row["matched_doc"] is None and row["place"] <= SAMPLES]
    clusters = largest(duplicates) if matched else []
    batches = {row["doc_id"]: row["batch"] for row in (*filtered, *matched)}
    members = {row["matched_doc"] for row in matched} | {cluster.shown for cluster in clusters}
    batches |= _batches(duplicates, members - set(batches))
    near = nearest(measured, recipe)
    batches |= {found.doc_id: found.batch for found in near}
    texts = passages(corpus, batches, _READ)
    pairs = [_pair(row, failure_of(row), texts) for row in matched]
    examples = [
        (row["rule"], Example(failure_of(row), texts[row["doc_id"]])) for row in filtered if row["doc_id"] in texts
    ]
    beside = [(found.rule, (found, texts[found.doc_id])) for found in near if found.doc_id in texts]
    shown = [(cluster, texts[cluster.shown]) for cluster in clusters if cluster.shown in texts]
    return Samples(_by_rule(examples), _by_rule(beside), [pair for pair in pairs if pair is not None], shown)


def _by_rule(shown: Iterable[tuple[str, _Shown]]) -> dict[str, list[_Shown]]:
    found: dict[str, list[_Shown]] = {}
    for rule, what in shown:
        found.setdefault(rule, []).append(what)
    return found


def _batches(duplicates: DataFrame, ids: set[int]) -> dict[int, int]:
    """Where the documents that were matched lie: each is itself a member of its cluster."""
    if not ids:
        return {}
    rows = duplicates.where(F.col("doc_id").isin(sorted(ids))).select("doc_id", "batch").distinct().collect()
    return {row["doc_id"]: row["batch"] for row in rows}


def _pair(row: Any, failure: Failure, texts: Mapping[int, Passage]) -> Pair | None:
    dropped, matched = texts.get(row["doc_id"]), texts.get(row["matched_doc"])
    if dropped is None or matched is None:
        return None
    method = BY_MEANING if failure.rule == ALIKE_IN_MEANING else failure.rule.removeprefix("dedup.")
    return Pair(method, failure.value, dropped, matched)


def _stages(runs: Runs, recipe: Recipe) -> list[StageTime]:
    """Seconds by stage, in the order in which they first ran; of the recipe's own stages the newest settings' rows."""
    mine = [row for row in runs.rows if row.recipe in (None, recipe.name) and _is_of(row, recipe)]
    newest = {row.stage: row.fingerprint for row in mine}
    times: dict[str, StageTime] = {}
    for row in mine:
        if row.recipe is None or row.fingerprint == newest[row.stage]:
            held = times.get(row.stage, StageTime(row.stage, 0.0, None, 0))
            documents = row.counts.get("documents")
            total = held.documents if documents is None else (held.documents or 0) + documents
            times[row.stage] = StageTime(row.stage, held.seconds + row.seconds, total, held.batches + len(row.batches))
    return list(times.values())


def _is_of(row: RunRow, recipe: Recipe) -> bool:
    """Whether a row is about this recipe: of the passes over the text, those that ran just its annotators."""
    return row.stage != "annotate" or set(row.settings) == {annotator.name for annotator in recipe.annotators}
