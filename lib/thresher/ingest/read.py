"""Reading input files on Spark: each task streams its files and yields one row a record."""

from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema

from thresher.ingest.arrivals import read_files
from thresher.ingest.delta import read_delta
from thresher.ingest.listing import InputFile
from thresher.ingest.plan import into_tasks
from thresher.ingest.row import ARRIVALS
from thresher.ingest.settings import IngestSettings
from thresher.session import tasks_at_once

TASK_BYTES = 256 * 2**20
_SCHEMA = pa.schema([pa.field("batch", pa.int32()), *ARRIVALS])


def arrivals(spark: SparkSession, files: Sequence[tuple[int, InputFile]], settings: IngestSettings) -> DataFrame:
    """A row for every record of these files (each with its batch): `ARRIVALS`, `batch`, `dataset` and `doc_id`.

    The files are dealt out to tasks by size; which task reads a file is no part of the result.
    """
    stored = [(batch, file) for batch, file in files if not file.kind.startswith("delta:")]
    tables = [(batch, file) for batch, file in files if file.kind.startswith("delta:")]
    rows = _from_files(spark, stored, settings)
    if tables:
        batches = spark.createDataFrame([(file.path, batch) for batch, file in tables], "path string, batch int")
        read = read_delta(spark, [file for _, file in tables], settings).join(F.broadcast(batches), "path")
        rows = rows.unionByName(read)
    return with_identity(rows, settings.dataset)


def _from_files(spark: SparkSession, files: Sequence[tuple[int, InputFile]], settings: IngestSettings) -> DataFrame:
    members = [file for _, file in files]
    wanted = max(sum(file.size for file in members) // TASK_BYTES, tasks_at_once(spark))
    tasks = max(1, min(len(members), wanted))
    dealt = into_tasks(members, tasks)
    rows = [(task, batch, file.path, file.name) for task, (batch, file) in zip(dealt, files, strict=True)]
    listed = spark.createDataFrame(rows, "task int, batch int, path string, name string")

    def read(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for row in batch.to_pylist():
                file = InputFile(path=row["path"], name=row["name"], size=0, modified=0)
                for read in read_files([file], settings):
                    number = pa.array([row["batch"]] * read.num_rows, pa.int32())
                    yield pa.RecordBatch.from_arrays([number, *read.columns], schema=_SCHEMA)

    return listed.repartitionById(tasks, F.col("task")).mapInArrow(read, from_arrow_schema(_SCHEMA))


def with_identity(rows: DataFrame, dataset: str) -> DataFrame:
    """Adds `dataset` and `doc_id`, the hash of what the record is called, never of where it happened to be read."""
    named = rows.withColumn("dataset", F.lit(dataset))
    return named.withColumn("doc_id", F.xxhash64("dataset", "record_id"))
