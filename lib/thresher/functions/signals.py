"""An annotator as a Column function, and the annotators of this project by their names."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
from pyspark.sql import Column
from pyspark.sql.pandas.functions import arrow_udf
from pyspark.sql.pandas.types import from_arrow_type

from thresher.annotators.base import Annotator
from thresher.annotators.registry import make

ColumnOrName = Column | str


def signal(annotator: Annotator) -> Callable[..., Column]:
    """An annotator as a Column function: its input columns in, its struct column out.

    >>> from thresher.annotators.own import annotator
    >>> @annotator(exclamations=pa.int64())
    ... def shouting_v1(text: str) -> dict[str, int]:
    ...     return {"exclamations": text.count("!")}
    >>> df = spark.createDataFrame([("Stop! Thief!",)], "text string")
    >>> df.select(T.signal(shouting_v1())("text")).first()
    Row(shouting_v1=Row(exclamations=2))
    """

    def measured(*columns: pa.Array) -> pa.Array:
        return annotator.measure(*columns)

    measured.__annotations__ = {"columns": pa.Array, "return": pa.Array}
    udf: Callable[..., Column] = arrow_udf(measured, from_arrow_type(annotator.fields))  # type: ignore[call-overload]
    return lambda *columns: udf(*columns).alias(annotator.name)


def named(name: str, text: ColumnOrName, **settings: Any) -> Column:
    """The annotator so called, with these settings, of one column."""
    return signal(make(name, settings))(text)
