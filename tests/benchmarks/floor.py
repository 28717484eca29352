"""The bare sequence of Delta operations of one run, with the session that thresher makes, and nothing else.

    python -m tests.benchmarks.floor INPUT FOLDER

Twelve operations: two tables of input, a pass through Python, rules, edges, components, duplicates, a shallow clone and
the merge that masks its dropped rows, the export, and four rows of `runs`. Whatever thresher does on 100 documents, it
cannot take less than these.
"""

import sys
from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from thresher.session import get_session


def lengths(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Each document's length."""
    for batch in batches:
        numbers = pa.array([len(text) for text in batch["text"].to_pylist()], pa.int64())
        yield pa.RecordBatch.from_arrays([batch["doc_id"], batch["batch"], numbers], names=["doc_id", "batch", "n"])


def main(source: str, folder: str) -> None:
    spark = get_session("thresher-floor")

    def write(rows: DataFrame, name: str) -> None:
        rows.write.format("delta").mode("append").partitionBy("batch").save(f"{folder}/{name}")

    def read(name: str) -> DataFrame:
        return spark.read.format("delta").load(f"{folder}/{name}")

    lines = spark.read.text(source)
    text = F.get_json_object("value", "$.text").alias("text")
    documents = lines.select(F.xxhash64("value").alias("doc_id"), F.lit(0).alias("batch"), text)
    write(documents, "inputs")
    write(documents, "documents")
    write(read("documents").where("text IS NOT NULL").mapInArrow(lengths, "doc_id long, batch int, n long"), "signals")
    write(read("signals").where("n < 500"), "verdicts")
    write(read("signals").groupBy("batch", "n").agg(F.min("doc_id").alias("doc_id")), "edges")
    write(read("edges").repartition(1), "components")
    write(read("signals").join(read("components").select("n"), "n"), "duplicates")
    spark.sql(
        f"CREATE TABLE delta.`{folder}/release` SHALLOW CLONE delta.`{folder}/documents` "
        "TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')"
    )
    spark.sql(
        f"MERGE INTO delta.`{folder}/release` r USING (SELECT DISTINCT doc_id FROM delta.`{folder}/verdicts`) d "
        "ON r.doc_id = d.doc_id WHEN MATCHED THEN DELETE"
    )
    read("release").write.parquet(f"{folder}/export")
    for _ in range(4):
        row = spark.createDataFrame([(1, "a")], "i int, s string")
        row.write.format("delta").mode("append").save(f"{folder}/runs")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
