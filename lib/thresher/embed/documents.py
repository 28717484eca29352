"""Embedding in Spark: documents in, a row with a vector for each out; or a column of text in, vectors out."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import arrow_udf
from pyspark.sql.pandas.types import from_arrow_schema, from_arrow_type

from thresher.domains.vectors import Precision, column_of
from thresher.embed.device import device_for_task
from thresher.embed.embedder import Embedder, Model
from thresher.embed.encode import Vectors, encode_all, windows_of
from thresher.errors import ThresherError
from thresher.kernels.arrow import utf8

if TYPE_CHECKING:
    from pyspark.resource import ResourceProfile
    from pyspark.sql import SparkSession

FORMS: dict[Precision, tuple[str, pa.DataType]] = {
    "float": ("vector", pa.list_(pa.float32())),
    "half": ("packed", pa.binary()),
}
_HEAD = [("doc_id", pa.int64()), ("batch", pa.int32()), ("failed", pa.string())]


def embed(documents: DataFrame, embedder: Embedder, profile: "ResourceProfile | None" = None) -> DataFrame:
    """Every document's vector: `doc_id`, `batch`, `failed`, and `vector` or `packed` by the embedder's precision.

    A document that the model cannot take is a row without a vector, and `failed` says why.
    """
    name, form = FORMS[embedder.precision]
    schema = pa.schema([*_HEAD, (name, form)])

    def fill(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        model = _model(embedder)
        windows = (window for batch in batches for window in _windows(batch, "text"))
        for part, found in encode_all(model, windows, lambda window: window["text"].to_pylist()):
            columns = [part["doc_id"], part["batch"], pa.array(found.failed, pa.string()), _column(found, embedder)]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    rows = documents.select("doc_id", "batch", "text")
    return rows.mapInArrow(fill, from_arrow_schema(schema), profile=profile)


def stored(embeddings: DataFrame, embedder: Embedder) -> DataFrame:
    """`doc_id`, `batch` and `vector`, in whichever form it is stored, of the rows that this embedder has made."""
    rows = embeddings.where(F.col("model") == embedder.name)
    return rows.select("doc_id", "batch", F.col(FORMS[embedder.precision][0]).alias("vector"))


def vectors_of(text: Column | str, embedder: Embedder) -> Column:
    """The vectors of a column of text, null where there is none; `embedder.precision` says in which form."""
    _, form = FORMS[embedder.precision]

    def measured(text: pa.Array) -> pa.Array:
        batch = pa.RecordBatch.from_arrays([text], ["text"])
        parts = encode_all(_model(embedder), _windows(batch, "text"), lambda window: window["text"].to_pylist())
        return pa.concat_arrays([pa.array([], form), *(_column(found, embedder) for _, found in parts)])

    measured.__annotations__ = {"text": pa.Array, "return": pa.Array}
    udf: Callable[..., Column] = arrow_udf(measured, from_arrow_type(form))  # type: ignore[call-overload]
    return udf(text)


def require_usable(spark: "SparkSession", embedder: Embedder, profile: "ResourceProfile | None" = None) -> None:
    """Load the model in one task, there where the work will be done; raises `ThresherError` where that cannot be."""

    def try_it(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for _ in batches:
            yield pa.RecordBatch.from_arrays([pa.array([_trouble(embedder)], pa.string())], ["trouble"])

    told = spark.range(0, 1, 1, 1).mapInArrow(try_it, "trouble string", profile=profile).first()
    if told is not None and told["trouble"] is not None:
        raise ThresherError(told["trouble"])


def _trouble(embedder: Embedder) -> str | None:
    try:
        _model(embedder)
    except ThresherError as error:
        return str(error)
    except Exception as error:
        return f"model {embedder.model} cannot be loaded on a worker ({type(error).__name__}: {error})"
    return None


def _model(embedder: Embedder) -> Model:
    """The model on this task's device, with as many threads as the task has cores."""
    from pyspark import TaskContext

    task = TaskContext.get()
    cores = task.cpus() if task is not None else 1
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true" if cores > 1 else "false")
    model = embedder.load(device_for_task(embedder.device))
    if "torch" in sys.modules and sys.modules["torch"].get_num_threads() != cores:
        sys.modules["torch"].set_num_threads(cores)
    return model


def _windows(batch: pa.RecordBatch, text: str) -> Iterator[pa.RecordBatch]:
    sizes = np.diff(utf8(batch[text]).offsets)
    return (batch.slice(rows.start, rows.stop - rows.start) for rows in windows_of(sizes))


def _column(found: Vectors, embedder: Embedder) -> pa.Array:
    """The vectors as a column, null where a text has none."""
    column = column_of(found.matrix, embedder.precision)
    there = np.array([why is None for why in found.failed], np.bool_)
    if there.all():
        return column
    places = np.where(there, np.cumsum(there) - 1, 0)
    return column.take(pa.array(places, mask=~there))
