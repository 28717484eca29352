"""Any fastText classifier by its path: quality (DCLM's oh-eli5, dolma's), toxicity, domains, language.

Source: Joulin et al. 2016, "Bag of Tricks for Efficient Text Classification" (https://arxiv.org/abs/1607.01759). A
recipe may have several, each under a name of its own:

    annotate:
      quality: {annotator: classifier_v1, model: /models/oh_eli5.bin, label: hq}
      toxic: {annotator: classifier_v1, model: /models/jigsaw.bin, label: toxic}
"""

from difflib import get_close_matches
from functools import partial
from pathlib import Path

import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.errors import UsageError
from thresher.kernels.arrow import utf8
from thresher.kernels.fasttext import classify
from thresher.kernels.fasttext_label import probabilities
from thresher.language.fasttext_model import LABEL_PREFIX, labels, load

BEST = pa.struct([("label", pa.string()), ("score", pa.float32())])
ONE = pa.struct([("score", pa.float32())])
SHOWN = 8  # labels that an error lists


def classifier_v1(model: str | Path, label: str | None = None) -> Annotator:
    r"""How probable a label is for each document, 0 to 1: `{"score": 0.97}`; without `label`, the most probable one.

    Then it is `{"label": "hq", "score": 0.97}`. Labels are named with or without their prefix `__label__`. Scores are
    fastText's `predict(text.replace("\n", " "), k=-1)` within 1e-5. A text without any word has the score 0 and a null
    label; a null document gives null.

    `model` is the path of a `.bin` or `.ftz` file, the same on every machine; its content is part of the annotator's
    identity. Raises UsageError where there is no such file or label, ThresherError where it is no classifier with
    softmax or hierarchical softmax.

    >>> from thresher.annotators.language import packaged_model
    >>> text = pa.array(["Wir haben lange geredet.", "", None])
    >>> german, empty, missing = classifier_v1(packaged_model(), "de").measure(text).to_pylist()
    >>> round(german["score"], 2), empty, missing
    (0.98, {'score': 0.0}, None)
    """
    path = Path(model)
    if not path.is_file():
        raise UsageError(f"classifier_v1: there is no model file {path}; check `model`")
    if label is None:
        return Annotator("classifier_v1", BEST, partial(_best, path), files=(path,))
    name = label.removeprefix(LABEL_PREFIX)
    if name not in labels(path):
        raise UsageError(f"classifier_v1: {path} knows no label {name}; {_hint(name, labels(path))}")
    return Annotator("classifier_v1", ONE, partial(_one, path, name), settings={"label": name}, files=(path,))


def _hint(name: str, known: tuple[str, ...]) -> str:
    if near := get_close_matches(name, known, n=1):
        return f"did you mean {near[0]}?"
    more = f" and {len(known) - SHOWN} more" if len(known) > SHOWN else ""
    return f"it has {', '.join(known[:SHOWN])}{more}"


def _best(path: Path, text: pa.Array) -> pa.StructArray:
    model, (data, offsets, valid) = load(path), utf8(text)
    found, scores = classify(model.words, model.network, model.memo, data, offsets, valid)
    named = pa.array(model.labels, pa.string()).take(pa.array(found, mask=found < 0))
    return pa.StructArray.from_arrays([named, pa.array(scores)], fields=list(BEST), mask=pa.array(~valid))


def _one(path: Path, label: str, text: pa.Array) -> pa.StructArray:
    model, (data, offsets, valid) = load(path), utf8(text)
    place = model.labels.index(label)
    scores = probabilities(model.words, model.network, model.memo, place, data, offsets, valid)
    return pa.StructArray.from_arrays([pa.array(scores)], fields=list(ONE), mask=pa.array(~valid))
