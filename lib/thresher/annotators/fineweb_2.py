"""What FineWeb-2's rules need beyond the signals that other rules have: its settings, and its own language's words.

Source: Penedo et al. 2025, "FineWeb2" (https://arxiv.org/abs/2506.20920); the stop words of each language are those of
the published files (`thresher.language.fineweb_2`).
"""

from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.fingerprint import fingerprint
from thresher.kernels.counts import counts
from thresher.kernels.segment import Words, words_of
from thresher.kernels.stop_words import Numbers, StopWords, count_stop_words, latin, stop_words_of
from thresher.kernels.text import Text, ratio, text_of
from thresher.language.fineweb_2 import read_settings
from thresher.language.labels import names_of
from thresher.language.word_rules import word_rules

FIELDS = pa.struct(
    [
        ("settings", pa.string()),
        ("words", pa.int64()),
        ("mean_word_length", pa.float64()),
        ("alphabetic_words", pa.float64()),
        ("stop_words", pa.int64()),
    ]
)
NO_SETTINGS = "none"


class _Languages(NamedTuple):
    """What is known of the languages with settings, in one order: codes, rules of their words, stop words."""

    codes: tuple[str, ...]
    rules: npt.NDArray[np.uint8]
    stop_words: StopWords


def fineweb_2_v1(folder: str | Path | None = None) -> Annotator:
    """A document's settings, by its language, and its words: `{"settings": "deu_Latn", "words": 5, …}`.

    `words`, `mean_word_length` and `alphabetic_words` are those of `gopher_v1`, with words cut as datatrove's tokenizer
    of the language does (`thresher.language.word_rules`); `stop_words` is how many different ones of the settings' list
    occur. `folder` holds FineWeb-2's files, one a language, as published; without it there are those that come with
    thresher. The language is that of `language_v1`, the second input: lid.176's labels and GlotLID's are known. Where
    no file is the language's, `settings` is `none` and the rest null; a null document gives null.

    The folder is read here, once: workers need none. Only its languages and stop words are part of the annotator's
    identity, so that another threshold means no other signals. Raises UsageError where a file is wrong.

    >>> language = pa.array([{"label": "fr", "score": 0.9}, {"label": "en", "score": 0.9}])
    >>> french, english = fineweb_2_v1().measure(pa.array(["L'oie et le renard", "The fox"]), language).to_pylist()
    >>> french["settings"], french["words"], french["stop_words"], english["settings"], english["words"]
    ('fra_Latn', 5, 2, 'none', None)
    """
    words = {code: list(settings.stopwords) for code, settings in read_settings(folder).items()}
    rules = np.array([word_rules(code) for code in words], np.uint8)
    return Annotator(
        "fineweb_2_v1",
        FIELDS,
        partial(_measure, _Languages(tuple(words), rules, stop_words_of(list(words.values())))),
        inputs=("text", "language_v1"),
        settings={"stop_words": fingerprint(words)},
    )


def _measure(languages: _Languages, text: pa.Array, language: pa.Array) -> pa.StructArray:
    t = text_of(text)
    chosen = _chosen(languages.codes, text, language.field("label"))
    words = _words(t, np.where(chosen < 0, 0, languages.rules[chosen]).astype(np.uint8))
    counted = counts(*words, np.empty(0, np.uint64))
    columns = (
        counted["words"],
        ratio(counted["word_characters"], counted["words"]),
        ratio(counted["lettered"], counted["tokens"]),
        count_stop_words(words.first, words.hashes, chosen, *languages.stop_words),
    )
    names = pa.array([*languages.codes, NO_SETTINGS]).take(pa.array(chosen % (len(languages.codes) + 1)))
    measured = [pa.array(np.asarray(c), mask=(chosen < 0) | np.isnan(c)) for c in columns]
    return pa.StructArray.from_arrays([names, *measured], fields=list(FIELDS), mask=pa.array(~t.utf8.valid))


def _words(text: Text, rules: npt.NDArray[np.uint8]) -> Words:
    """The documents' words, each by its language's rules; those that all have where these are the English ones."""
    return words_of(text.utf8, rules) if rules.any() else text.words()


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
