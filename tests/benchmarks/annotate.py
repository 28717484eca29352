"""Annotating a Delta table into another, beside a bare Spark copy of the same table: at most 3 times without language.

One warm session on all cores. The copy reads `documents` and writes all its columns; annotating reads it, measures each
text with `fineweb-en`'s annotators in one pass through Python, and writes the measurements. Wall seconds by turns, and
with the language model on a line of its own.
"""

from collections.abc import Sequence
from functools import partial

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from tests.benchmarks.pairs import alternate, arguments, jsonl, table
from tests.benchmarks.texts import DOCUMENTS

from thresher.annotators.annotate import annotate
from thresher.annotators.base import Annotator
from thresher.recipe import read_recipe
from thresher.session import get_session

NAMED = {"annotate": lambda name: name != "language_v1", "annotate with language_v1": lambda name: True}


def load(spark: SparkSession, source: str, target: str) -> DataFrame:
    """The JSON lines as a Delta table with the columns that matter of `documents`."""
    rows = spark.read.schema("id string, text string").json(source)
    ids = F.xxhash64("id").alias("doc_id"), F.lit(0).alias("batch"), F.col("id").alias("record_id")
    rows.select(*ids, "text").write.format("delta").partitionBy("batch").save(target)
    return spark.read.format("delta").load(target)


def write(rows: DataFrame, target: str) -> None:
    """Replace a Delta table by these rows."""
    rows.write.format("delta").mode("overwrite").partitionBy("batch").save(target)


def measure(documents: DataFrame, chosen: Sequence[Annotator], target: str) -> None:
    """Annotate the documents into a Delta table."""
    write(annotate(documents, chosen), target)


def main() -> None:
    given = arguments(__doc__)
    every = read_recipe("fineweb-en").annotators
    with jsonl(DOCUMENTS[given.scale]) as (folder, size):
        spark = get_session("thresher-benchmark")
        documents = load(spark, str(folder / "input"), str(folder / "documents"))
        copy = partial(write, documents, str(folder / "copy"))
        rows = []
        for name, wanted in NAMED.items():
            chosen = [a for a in every if wanted(a.name)]
            measured = partial(measure, documents, chosen, str(folder / name.replace(" ", "-")))
            measured(), copy()
            ratio = alternate(measured, copy, given.pairs)
            rows.append((name, f"{size / 1e6:.0f}", ratio.seconds(), ratio.of()))
        spark.stop()
    table(("what", "MB", "it, the copy", "times the copy"), rows)


if __name__ == "__main__":
    main()
