"""What row-local edits leave of a text, as Column functions: text in, text out."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.sql import Column
from pyspark.sql.pandas.functions import arrow_udf

from thresher.annotators.base import Annotator
from thresher.annotators.edited import apply
from thresher.annotators.registry import make
from thresher.functions.signals import ColumnOrName


def edited(text: ColumnOrName, edits: Sequence[Annotator]) -> Column:
    r"""The text that these annotators leave, one after the other.

    >>> from thresher.annotators.registry import make
    >>> df = spark.createDataFrame([("Menu\nWrite to jane@mail.org for more.",)], "text string")
    >>> df.select(T.edited("text", [make("c4_v1", {}), make("pii_v1", {})])).first()
    Row(edited_text='Write to email@example.com for more.')
    """

    def left(text: pa.Array) -> pa.Array:
        return apply(edits, text)

    left.__annotations__ = {"text": pa.Array, "return": pa.Array}
    udf: Callable[..., Column] = arrow_udf(left, "string")  # type: ignore[call-overload]
    return udf(text).alias("edited_text")


def without(text: ColumnOrName, cuts: ColumnOrName) -> Column:
    """The text without these spans, byte for byte; as it is where `cuts` is null.

    `cuts` is an array of structs with `start` and `end`, in bytes of the text, sorted; they may overlap.

    >>> columns = "text string, cuts array<struct<start long, end long>>"
    >>> df = spark.createDataFrame([("Home. It rained.", [(0, 6)])], columns)
    >>> df.select(T.without("text", "cuts").alias("left")).first()
    Row(left='It rained.')
    """

    def left(text: pa.Array, cuts: pa.Array) -> pa.Array:
        from thresher.kernels.edits import cut_out

        return cut_out(text, cuts)

    left.__annotations__ = {"text": pa.Array, "cuts": pa.Array, "return": pa.Array}
    udf: Callable[..., Column] = arrow_udf(left, "string")  # type: ignore[call-overload]
    return udf(text, cuts)


def c4_text(text: ColumnOrName, dialect: str = "c4_v1") -> Column:
    r"""The text that C4's line rules leave, in the dialect of `c4`.

    >>> df = spark.createDataFrame([("Menu\nThe fox ran over the hill.\nWe use cookies to serve you.",)], "text string")
    >>> df.select(T.c4_text("text")).first()
    Row(c4_text='The fox ran over the hill.')
    """
    return edited(text, [make(dialect, {})]).alias("c4_text")


def repair_text(text: ColumnOrName, normal_form: str = "NFC") -> Column:
    """The text with mojibake undone, in a normal form, without control and zero-width characters.

    >>> df = spark.createDataFrame([("Un cafÃ© noir",)], "text string")
    >>> df.select(T.repair_text("text")).first()
    Row(repair_text='Un café noir')
    """
    return edited(text, [make("repair_v1", {"normal_form": normal_form})]).alias("repair_text")


def pii_text(text: ColumnOrName, public_ips: bool = True) -> Column:
    """The text with each of these replaced by something of its kind that is reserved for documentation.

    >>> df = spark.createDataFrame([("Write to jane@mail.org or to 81.2.69.142.",)], "text string")
    >>> df.select(T.pii_text("text")).first()
    Row(pii_text='Write to email@example.com or to 192.0.2.1.')
    """
    return edited(text, [make("pii_v1", {"public_ips": public_ips})]).alias("pii_text")


def decontamination_text(
    text: ColumnOrName, items: Sequence[str | Path], fields: Sequence[str] = ("text",), n: int = 13, **settings: Any
) -> Column:
    """The text without the words that it shares with benchmark items, as `decontamination` finds them.

    >>> item = '{"id": "q7", "text": "How many clips did Natalia sell?"}'
    >>> _ = Path("quiz.jsonl").write_text(item)
    >>> df = spark.createDataFrame([("Quiz: how many CLIPS did Natalia sell - 72.",)], "text string")
    >>> df.select(T.decontamination_text("text", items=["quiz.jsonl"])).first()
    Row(decontamination_text='Quiz:  - 72.')
    """
    annotator = make("decontamination_v1", {"items": items, "fields": fields, "n": n, **settings})
    return edited(text, [annotator]).alias("decontamination_text")
