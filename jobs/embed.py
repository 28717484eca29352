"""Stage `embed`: the vectors of the documents that filter and dedup leave, or of all, in a table that recipes share.

Vectors belong to a model, not to a recipe: of a batch only those documents are embedded that its table lacks.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from thresher.corpus import Write
from thresher.embed.device import gpu_profile
from thresher.embed.documents import embed, require_usable
from thresher.embed.embedder import Embedder
from thresher.recipe import Recipe
from thresher.session import tasks_at_once
from thresher.stage import PARTITION_BYTES, Job, Result, Stage
from thresher.tables import DOCUMENTS, EMBEDDINGS, VERDICTS
from thresher_jobs import dedup, filter
from thresher_jobs.deadly import deadly

DIED = "the process died while it embedded this document"
Work = Callable[[Job, DataFrame, Embedder], DataFrame]
_LACKING = "embed_of"  # the documents to embed, while the stage reads them
_DOCUMENTS_A_TASK = 256


def settings(recipe: Recipe) -> Any:
    """What the vectors depend on, and whose they are; none where the recipe asks for none."""
    if recipe.embed is None or recipe.embedder is None:
        return None
    return {"model": recipe.embedder.name, "of": recipe.embed.of, **recipe.embedder.settings}


def check(job: Job) -> None:
    """Load the model in one task; raises `ThresherError`, before hours of work, where it or its device is not there."""
    if job.recipe.embedder is not None:
        require_usable(job.spark, job.recipe.embedder, gpu_profile(job.spark))


def embed_batches(job: Job, batches: Sequence[int]) -> Result:
    """The vectors that these batches lack, beside those that they have."""
    return Result(_writes(job, batches, _embed), afterwards=lambda: _release(job))


def embed_without_the_deadly(job: Job, batches: Sequence[int]) -> Result:
    """The same, less those documents that kill the process that embeds them: these get `failed`."""
    return Result(_writes(job, batches, _embed_the_others), afterwards=lambda: _release(job))


def _writes(job: Job, batches: Sequence[int], work: Work) -> Iterator[Write]:
    embedder = job.recipe.embedder
    if embedder is None:  # the recipe asked once: the vectors are there for whoever asks again
        return
    lacking = _lacking(job, batches, embedder)
    if not lacking:
        return
    among = f"batch IN ({', '.join(map(str, lacking))})"
    model = f"model = '{embedder.name}'"
    there = job.corpus.embeddings.where(model).where(among)
    new = work(job, _texts(job, lacking, there), embedder).withColumn("model", F.lit(embedder.name))
    counts = {"embedded": F.count_if("new"), "failed": F.count_if(F.col("new") & F.col("failed").isNotNull())}
    held = there.withColumn("new", F.lit(False))
    rows = new.withColumn("new", F.lit(True)).unionByName(held, allowMissingColumns=True)
    yield Write(EMBEDDINGS, rows, f"{model} AND {among}", counts)


def _lacking(job: Job, batches: Sequence[int], embedder: Embedder) -> list[int]:
    """Those of the batches in which a document that is wanted has no row; looks at ids alone."""
    there = job.corpus.read(EMBEDDINGS, batches).where(F.col("model") == embedder.name)
    wanted = job.corpus.read(DOCUMENTS, batches).select("doc_id", "batch")
    for unwanted in (there, *outvoted(job, batches)):
        wanted = wanted.join(unwanted.select("doc_id"), "doc_id", "left_anti")
    return sorted(row["batch"] for row in wanted.select("batch").distinct().collect())


def outvoted(job: Job, batches: Sequence[int]) -> list[DataFrame]:
    """The verdicts of the recipe's filter and dedup on these batches, where it asks for vectors of survivors alone."""
    if job.recipe.embed is None or job.recipe.embed.of == "everything":
        return []
    mine = (F.col("recipe") == job.recipe.name) & F.col("stage").isin(filter.STAGE.name, dedup.STAGE.name)
    return [job.corpus.read(VERDICTS, batches).where(mine)]


def _texts(job: Job, batches: Sequence[int], there: DataFrame) -> DataFrame:
    """The documents to embed; those that are not wanted are masked, for a join would move the others' text."""
    dropped = [rows.select("doc_id") for rows in (there, *outvoted(job, batches))]
    job.corpus.clone_without(_LACKING, job.corpus.version(DOCUMENTS.name), reduce(DataFrame.unionByName, dropped))
    documents = job.corpus.table(_LACKING).where(F.col("batch").isin(list(batches)))
    return _spread(job, documents.select("doc_id", "batch", "text"), batches)


def _spread(job: Job, documents: DataFrame, batches: Sequence[int]) -> DataFrame:
    """The documents over all tasks where their files are too few: to embed a text costs far more than to move it."""
    tasks = tasks_at_once(job.spark)
    if sum(job.runs.batches()[batch] for batch in batches) >= tasks * PARTITION_BYTES:
        return documents
    return documents.repartition(min(tasks, 1 + job.runs.documents(batches) // _DOCUMENTS_A_TASK), "doc_id")


def _embed(job: Job, documents: DataFrame, embedder: Embedder) -> DataFrame:
    return embed(documents, embedder, gpu_profile(job.spark))


def _embed_the_others(job: Job, documents: DataFrame, embedder: Embedder) -> DataFrame:
    killers = deadly(documents, lambda part: _embed(job, part, embedder))
    died = documents.where(F.col("doc_id").isin(killers)).select("doc_id", "batch", F.lit(DIED).alias("failed"))
    others = _embed(job, documents.where(~F.col("doc_id").isin(killers)), embedder)
    return others.unionByName(died, allowMissingColumns=True)


def _release(job: Job) -> None:
    if job.corpus.exists(_LACKING):
        job.corpus.drop(_LACKING)


STAGE: Stage = Stage(
    "embed", embed_batches, settings, reads=(filter.STAGE, dedup.STAGE), rescue=embed_without_the_deadly
)

if __name__ == "__main__":
    from thresher_jobs.cli import script

    script("embed")
