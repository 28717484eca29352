"""Text after edits: what a chain of annotators leaves of it, and measurements of that in place of the text itself."""

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.kernels.text import text_of


def apply(edits: Sequence[Annotator], text: pa.Array) -> pa.Array:
    r"""What the edits leave of each text, one after the other; each is made once of an array.

    >>> from thresher.annotators.c4 import c4_v1
    >>> apply([c4_v1()], pa.array(["Menu\nThe fox ran over the hill."])).to_pylist()
    ['The fox ran over the hill.']
    """
    left = text
    for annotator in edits:
        left = _edited(annotator, left)
    return left


def _edited(annotator: Annotator, text: pa.Array) -> pa.Array:
    edit = annotator.edit
    assert edit is not None, "a recipe's edits are checked when it is read"
    return text_of(text).once(f"{annotator.name} {dict(annotator.settings)} leaves", lambda: edit(text))


def after(edits: Sequence[Annotator], annotator: Annotator) -> Annotator:
    """The same measurement of what the edits leave of the text, which is its first input."""
    return replace(
        annotator,
        measure=lambda text, *others: annotator.measure(apply(edits, text), *others),
        edit=None,
        settings={**annotator.settings, "after": {edit.name: dict(edit.settings) for edit in edits}},
        files=(*annotator.files, *(file for edit in edits for file in edit.files)),
    )
