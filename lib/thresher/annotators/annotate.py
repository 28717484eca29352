"""All annotators in one trip through Python: text goes to the workers once, and only measurements come back."""

import logging
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql.pandas.types import from_arrow_schema, from_arrow_type

from thresher.annotators.base import Annotator

_log = logging.getLogger(__name__)


def annotate(documents: DataFrame, annotators: Sequence[Annotator]) -> DataFrame:
    """Every document's measurements: `doc_id`, `batch`, `failed`, and one struct column an annotator.

    An annotator that measures what another has measured stands after it (`order.in_order`). A document at which an
    annotator raises an error is a row with that error in `failed` and null structs.
    """
    schema = _schema(annotators)
    inputs = sorted({name for a in annotators for name in a.inputs} - {a.name for a in annotators})

    def fill(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from _measure(batch, annotators, schema)

    return documents.select("doc_id", "batch", *inputs).mapInArrow(fill, from_arrow_schema(schema))


def signal_columns(annotators: Sequence[Annotator]) -> str:
    """The annotators' columns in Spark's DDL."""
    return ", ".join(f"`{a.name}` {from_arrow_type(a.fields).simpleString()}" for a in annotators)


def _schema(annotators: Sequence[Annotator]) -> pa.Schema:
    columns = [pa.field(annotator.name, annotator.fields) for annotator in annotators]
    return pa.schema([("doc_id", pa.int64()), ("batch", pa.int32()), ("failed", pa.string()), *columns])


def _measure(batch: pa.RecordBatch, annotators: Sequence[Annotator], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The batch's measurements; where they fail those of its halves, down to the one document that is to blame."""
    try:
        columns = _columns(batch, annotators)
        failed = pa.nulls(batch.num_rows, pa.string())
    except Exception as error:  # an annotator may be a user's: whatever it raises costs one row, never the task
        if batch.num_rows > 1:
            middle = batch.num_rows // 2
            yield from _measure(batch.slice(0, middle), annotators, schema)
            yield from _measure(batch.slice(middle), annotators, schema)
            return
        _log.warning("document %s could not be measured: %s", batch["doc_id"][0], error)
        columns = [pa.nulls(1, annotator.fields) for annotator in annotators]
        failed = pa.array([f"{type(error).__name__}: {error}"])
    yield pa.RecordBatch.from_arrays([batch["doc_id"], batch["batch"], failed, *columns], schema=schema)


def _columns(batch: pa.RecordBatch, annotators: Sequence[Annotator]) -> list[pa.StructArray]:
    made: dict[str, pa.StructArray] = {}
    for annotator in annotators:
        inputs = (made[name] if name in made else batch[name] for name in annotator.inputs)
        made[annotator.name] = annotator.measure(*inputs)
    return list(made.values())
