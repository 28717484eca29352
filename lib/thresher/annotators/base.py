"""What an annotator is: one measurement of a document, with a name, a version and a shape.

An annotator knows neither Spark nor tables. `annotate` (the stage) runs all of a recipe's annotators in one trip
through Python; `thresher.functions` offers each as a Column function. One kernel, two doors.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa


@dataclass(frozen=True)
class Annotator:
    """One measurement of a document: the column it fills in `signals`, that column's fields, and how.

    `measure` takes one Arrow array per input and returns a struct array of the same length and of type `fields`; a null
    document gives a null struct. An input is a column of `documents` (string or large_string, nulls allowed) or another
    annotator's name, whose struct array of the same documents it is. `settings` and the content of `files` (models) go
    into the fingerprint, so that changed settings are a new pass.

    An annotator whose rules cut text has an `edit`: an array of text in, what it leaves of each out. It depends on the
    text alone, so no table carries what it leaves: `measure` says what it would do, `export` does it.
    """

    name: str
    fields: pa.DataType
    measure: Callable[..., pa.StructArray]
    inputs: tuple[str, ...] = ("text",)
    settings: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[Path, ...] = ()
    edit: Callable[[pa.Array], pa.Array] | None = None
