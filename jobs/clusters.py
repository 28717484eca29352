"""How the documents of dedup and of `semantic` become clusters: who takes part, what is alike, what is linked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from thresher.corpus import Corpus, Write
from thresher.dedup.components import ONE_TASK, ONE_TASK_SETTING, components_of_any_size, connected_components
from thresher.dedup.identity import IDENTITIES
from thresher.dedup.keep import keep_order, source_rank
from thresher.dedup.minhash import as_contents, signatures_of
from thresher.dedup.verify import Check, shingle_contents, verified_edges, with_similarity
from thresher.errors import UsageError
from thresher.filters.judge import bounded, passes
from thresher.held import Held
from thresher.recipe import Recipe
from thresher.recipe_sections import SOURCE_RANK, DedupSettings
from thresher.stage import Job
from thresher.tables import BY_MEANING, COMPONENTS, DOCUMENTS, DUPLICATES
from thresher_jobs import annotate


@dataclass(frozen=True)
class Search:
    """One search for duplicates: `documents` is about how many there are, `key` names what the search depends on."""

    job: Job
    wanted: DedupSettings
    documents: int
    key: str
    held: Held = field(default_factory=Held)

    def release(self) -> None:
        """Give back what is held, and the rounds of components."""
        self.held.release()
        forget_rounds(self.job.corpus)

    @property
    def mine(self) -> str:
        """The predicate for the recipe's rows."""
        return f"recipe = '{self.job.recipe.name}'"

    @property
    def found(self) -> str:
        """The predicate for the rows of `duplicates` that are dedup's own: copies by meaning are another stage's."""
        return f"{self.mine} AND method <> '{BY_MEANING}'"

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods that the recipe asks for; each looks at the documents that the one before it keeps."""
        return self.wanted.methods

    @property
    def check(self) -> Check | None:
        """What two documents that meet in a band must pass, none where meeting is enough."""
        verify = self.wanted.minhash.verify if self.wanted.minhash else None
        width = self.job.recipe.value_bytes
        return None if verify is None else Check(verify.by == "signature", verify.at_least, width)

    @property
    def banding(self) -> tuple[int, int, int]:
        """Bands, rows, and the bytes of a signature's value."""
        return (*self.job.recipe.banding, self.job.recipe.value_bytes)

    @property
    def order(self) -> list[Column]:
        """The order in which copies are kept, over the columns of `candidates`; empty where none is."""
        return order_of(self.wanted.keep)

    def candidates(self, batches: Sequence[int] | None = None) -> DataFrame:
        """The documents that pass the filter, of these batches or of all, with what dedup needs of them."""
        hashes = [signal_of(method) for method in self.methods]
        passing = documents_that_pass(self.job, self.wanted.keep_keys, self.wanted.sources, batches)
        return passing.select("doc_id", "batch", *hashes, *keep_columns(self.wanted.keep_keys))

    def edges(self, stars: DataFrame, signatures: DataFrame) -> DataFrame:
        """The pairs of a bucket's members with its centre, or those of all its members that pass the recipe's check.

        `stars` holds `key`, `doc_id` and `centre`; what comes back `doc_id`, `centre` and `similarity`.
        """
        if self.check is None:
            pairs = stars.select("doc_id", "centre").distinct()
            return with_similarity(pairs, as_contents(signatures), self.job.recipe.value_bytes)
        stars = self.held.hold(stars)
        if self.check.by_signature:
            return verified_edges(stars, as_contents(signatures), self.check, self.held.hold)
        met = stars.select("doc_id").unionByName(stars.selectExpr("centre AS doc_id"))
        contents = self.held.hold(shingles_of(self.job.corpus, met, self.job.recipe))
        return verified_edges(stars, contents, self.check, self.held.hold)

    def signatures(self) -> DataFrame:
        """`doc_id` and `signature` of every document that has one, whether it passes the filter or not."""
        return signatures_of(self.job.corpus.read(annotate.signals_of(self.job.recipe)))

    def components(self, edges: DataFrame) -> DataFrame:
        """The clusters of near duplicates' edges: few enough for one task, or round by round."""
        return components(self.job, edges, self.documents * self.job.recipe.banding.bands, self.key)


def replaced(search: Search, rows: DataFrame, replaces: str, methods: Sequence[str]) -> Write:
    """The commit of clusters in place of the rows of `duplicates` that `replaces` names, counted by these methods."""
    dropped = F.col("kept") == F.lit(False)
    counts = {"clustered": F.count(F.lit(1))}
    for method in methods:
        counts[f"dropped_{method}"] = F.count_if(dropped & (F.col("method") == method))
    run_id = F.lit(search.job.run_id)
    own = rows.withColumns(
        {
            "recipe": F.lit(search.job.recipe.name),
            "method": F.col("method") if "method" in rows.columns else F.lit(methods[0]),
            "run_id": F.coalesce("run_id", run_id) if "run_id" in rows.columns else run_id,
        }
    )
    return Write(DUPLICATES, own, replaces, counts, documents=search.documents)


@dataclass(frozen=True)
class KeptRounds:
    """The rounds of one search for components, in the corpus's own storage.

    `key` names what the edges depend on, so that a killed run goes on from its own rounds and never from another's.
    """

    corpus: Corpus
    key: str

    def keep(self, number: int, make: Callable[[], DataFrame]) -> DataFrame:
        """The edges of this round, made and committed if they are not there yet."""
        mine = f"key = '{self.key}' AND round = {number}"
        if self.corpus.read(COMPONENTS).where(mine).isEmpty():
            rows = make().withColumns({"key": F.lit(self.key), "round": F.lit(number)})
            self.corpus.commit(Write(COMPONENTS, rows, mine))
        return self.corpus.read(COMPONENTS).where(mine).select("doc_id", "component")


def components(job: Job, edges: DataFrame, most: int, key: str) -> DataFrame:
    """The connected components of at most about so many edges: in one task, or round by round, kept under `key`."""
    one_task = int(job.spark.conf.get(ONE_TASK_SETTING, None) or ONE_TASK)
    if most <= one_task:
        return connected_components(edges)
    return components_of_any_size(edges, KeptRounds(job.corpus, key), one_task)


def forget_rounds(corpus: Corpus) -> None:
    """Remove the rounds of components, which are of use only until the stage is done."""
    if corpus.exists(COMPONENTS.name):
        corpus.drop(COMPONENTS.name)


def documents_that_pass(
    job: Job, keys: Sequence[str], sources: Sequence[str], batches: Sequence[int] | None = None
) -> DataFrame:
    """The signals of the documents that pass the recipe's filter, and those columns of documents that are keys."""
    recipe = job.recipe
    signals = bounded(job.corpus.read(annotate.signals_of(recipe), batches), recipe.rulesets)
    signals = signals.where(passes(recipe.rulesets))
    own = [key for key in keys if "." not in key and key != "doc_id"]
    return signals.join(_of_documents(job.corpus, own, sources, batches), "doc_id") if own else signals


def keep_columns(keys: Sequence[str]) -> list[Column]:
    """The keys by which copies are kept, as columns of plain names; `order_of` is the order over them."""
    return [F.col(key).alias(f"keep_{place}") for place, key in enumerate(keys)]


def order_of(keep: Sequence[str] | Literal["none"]) -> list[Column]:
    """The order in which copies are kept, over the columns of `keep_columns`; empty where none is."""
    return [] if keep == "none" else keep_order(keep, [f"keep_{place}" for place in range(len(keep))])


def signal_of(method: str) -> str:
    """The annotator that a method goes by."""
    return IDENTITIES.get(method, "minhash_v1")


def shingles_of(corpus: Corpus, ids: DataFrame, recipe: Recipe) -> DataFrame:
    """All shingles (`content`) of these documents (`doc_id`), of the text that the recipe's signatures are of."""
    texts = corpus.read(DOCUMENTS).select("doc_id", "text").join(ids.distinct(), "doc_id")
    edits = recipe.edits_before("minhash_v1")
    ngram, words, unit = (recipe.shingling[name] for name in ("ngram", "words", "unit"))
    return texts.select("doc_id", shingle_contents(ngram, words, edits, unit)("text").alias("content"))


def _of_documents(
    corpus: Corpus, columns: Sequence[str], sources: Sequence[str], batches: Sequence[int] | None
) -> DataFrame:
    documents = corpus.read(DOCUMENTS, batches).withColumn(SOURCE_RANK, source_rank(sources))
    unknown = [column for column in columns if column not in documents.columns or column in ("text", "meta")]
    if unknown:
        raise UsageError(f"dedup.keep: {unknown[0]} is neither a column of documents nor a signal (annotator.field)")
    return documents.select("doc_id", *columns)
