"""What FineWeb-2's rules need beyond the signals that other rules have: a document's settings and its stop words.

Source: Penedo et al. 2025, "FineWeb2" (https://arxiv.org/abs/2506.20920); the stop words of each language are those of
the published files (`thresher.language.fineweb_2`).
"""

from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.fingerprint import fingerprint
from thresher.kernels.stop_words import Numbers, StopWords, count_stop_words, latin, stop_words_of
from thresher.kernels.text import text_of
from thresher.language.fineweb_2 import read_settings
from thresher.language.labels import names_of

FIELDS = pa.struct([("settings", pa.string()), ("stop_words", pa.int64())])
NO_SETTINGS = "none"


def fineweb_2_v1(folder: str | Path | None = None) -> Annotator:
    """A document's settings and how many different stop words of theirs it has: `{"settings": "deu_Latn", …}`.

    `folder` holds FineWeb-2's files, one a language, as published; without it there are those that come with thresher.
    The language is that of `language_v1`, which the annotator takes as its second input: lid.176's labels and GlotLID's
    are known. Where no file is the language's, `settings` is `none` and `stop_words` null; a null document gives null.

    The folder is read here, once: workers need none. Only its languages and stop words are part of the annotator's
    identity, so that another threshold means no other signals. Raises UsageError where a file is wrong.

    >>> language = pa.array([{"label": "de", "score": 0.9}, {"label": "en", "score": 0.9}])
    >>> fineweb_2_v1().measure(pa.array(["Der Fuchs und die Gans", "The fox"]), language).to_pylist()
    [{'settings': 'deu_Latn', 'stop_words': 2}, {'settings': 'none', 'stop_words': None}]
    """
    words = {code: list(settings.stopwords) for code, settings in read_settings(folder).items()}
    return Annotator(
        "fineweb_2_v1",
        FIELDS,
        partial(_measure, tuple(words), stop_words_of(list(words.values()))),
        inputs=("text", "language_v1"),
        settings={"stop_words": fingerprint(words)},
    )


def _measure(codes: tuple[str, ...], stop_words: StopWords, text: pa.Array, language: pa.Array) -> pa.StructArray:
    t = text_of(text)
    chosen = _chosen(codes, text, language.field("label"))
    counted = count_stop_words(t.words.first, t.words.hashes, chosen, *stop_words)
    names = pa.array([*codes, NO_SETTINGS]).take(pa.array(chosen % (len(codes) + 1)))
    counts = pa.array(counted, mask=chosen < 0)
    return pa.StructArray.from_arrays([names, counts], fields=list(FIELDS), mask=pa.array(~t.utf8.valid))


def _chosen(codes: tuple[str, ...], text: pa.Array, labels: pa.Array) -> Numbers:
    """The number of each document's settings in `codes`, -1 without any."""
    numbers = {code: number for number, code in enumerate(codes)}
    encoded = labels.dictionary_encode()
    named = [names_of(label, numbers) for label in encoded.dictionary.to_pylist()]
    pairs = np.array([[numbers.get(name or "", -1) for name in pair] for pair in [*named, (None, None)]], np.int64)
    rows = encoded.indices.fill_null(len(named)).to_numpy(zero_copy_only=False)
    usual: Numbers = pairs[rows, 0]
    asked = usual != pairs[rows, 1]
    if asked.any():
        data, offsets, _ = text_of(text).utf8
        usual = np.where(latin(data, offsets, asked), pairs[rows, 1], usual)
    return usual
