"""A user's own signal from one Python function, over whole Arrow arrays or, for the impatient, over one string.

The decorated function is a factory such as `thresher.annotators.registry` knows them: a recipe names it by its import
path, `annotate: {my_signals:shouting_v1: }`, and `thresher.functions.signal(shouting_v1())` makes it a Column function.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.errors import UsageError

Measure = Callable[[Any], Any]


def annotator(**fields: pa.DataType) -> Callable[[Measure], Callable[[], Annotator]]:
    """Make an annotator, named as the function is, of these fields.

    A function whose parameter is annotated `pa.Array` takes an array of text and returns a struct array (or an array
    per field, in a mapping) of the same length, null where the text is. One whose parameter is a `str` takes one text
    and returns a mapping of its fields; nulls are passed over. Its name is its version: a changed function is another
    name, or the signals that are there are not measured again. Raises UsageError where it is of neither kind.

    >>> @annotator(exclamations=pa.int64(), share=pa.float64())
    ... def shouting_v1(text: str) -> dict[str, float]:
    ...     return {"exclamations": text.count("!"), "share": text.count("!") / max(len(text), 1)}
    >>> shouting_v1().measure(pa.array(["Hey!", None])).to_pylist()
    [{'exclamations': 1, 'share': 0.25}, None]
    """
    struct = pa.struct(list(fields.items()))

    def decorate(function: Measure) -> Callable[[], Annotator]:
        measure = _over_arrays(function, struct) if _takes_arrays(function) else _over_strings(function, struct)

        def factory() -> Annotator:
            return Annotator(function.__name__, struct, measure)

        factory.__name__, factory.__doc__, factory.__module__ = function.__name__, function.__doc__, function.__module__
        return factory

    return decorate


def _takes_arrays(function: Measure) -> bool:
    parameters = list(inspect.signature(function, eval_str=True).parameters.values())
    if len(parameters) == 1 and parameters[0].annotation in (pa.Array, str):
        return bool(parameters[0].annotation is pa.Array)
    raise UsageError(
        f"{function.__module__}.{function.__name__}: an annotator's function has one parameter, annotated `str` (one "
        "text) or `pa.Array` (an array of texts)"
    )


def _over_arrays(function: Measure, struct: pa.DataType) -> Callable[[pa.Array], pa.StructArray]:
    def measure(text: pa.Array) -> pa.StructArray:
        found = function(text)
        if isinstance(found, Mapping):
            columns = [pa.array(found[field.name], field.type) for field in struct]
            return pa.StructArray.from_arrays(columns, fields=list(struct), mask=text.is_null())
        return found.cast(struct)

    return measure


def _over_strings(function: Measure, struct: pa.DataType) -> Callable[[pa.Array], pa.StructArray]:
    def measure(text: pa.Array) -> pa.StructArray:
        return pa.array([None if value is None else function(value) for value in text.to_pylist()], struct)

    return measure
