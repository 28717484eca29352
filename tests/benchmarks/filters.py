"""The filter chain beside datatrove's, on one core each: language, Gopher repetition and quality, C4, FineWeb quality.

Ours: the annotators `language_v1`, `repetition_v1`, `gopher_v1`, `c4_datatrove_v1`, `fineweb_v1` on Arrow arrays in
memory, and then every rule of the rule sets on what they measured, in pyarrow: every document by every rule. Theirs:
`LanguageFilter` with the same lid.176.ftz, `GopherRepetitionFilter`, `GopherQualityFilter`, `C4QualityFilter` and
`FineWebQualityFilter` with their defaults, `.filter(document)` on `Document`s in memory, each filter only on what the
one before it keeps, as its pipeline does. Both warm (kernels compiled, spaCy loaded), CPU seconds of this process, the
same documents; ours goes over them several times, because once is too short to time.

Three times: without language; with language, which drops nothing (datatrove's `label_only`); with language dropping
what is not surely English, as FineWeb has it, on documents that are English: others would cost theirs next to nothing.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import fasttext
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
    LanguageFilter,
)
from datatrove.pipeline.filters.base_filter import BaseFilter
from tests.benchmarks.kernels import measure
from tests.benchmarks.pairs import Ratio, alternate, arguments, own_cpu, table
from tests.benchmarks.texts import DOCUMENTS, plan, texts

from thresher.annotators.base import Annotator
from thresher.annotators.language import language_v1, packaged_model
from thresher.annotators.registry import make
from thresher.filters.registry import ruleset
from thresher.filters.rule import Rule
from thresher.kernels import text as shared

NAMES = ("gopher_repetition_v1", "gopher_quality_v1", "c4_datatrove_v1", "fineweb_quality_v1")
RULESETS = tuple(ruleset(name) for name in NAMES)
NEEDED = {name for rules in RULESETS for name in rules.annotators}
SHARE = {"tiny": 1, "small": 10, "full": 100}  # of the documents: theirs takes 10 s for 3 MB
TIMES = 20


def annotators() -> tuple[Annotator, ...]:
    """Those that the rule sets need."""
    return tuple(make(name, {}) for name in sorted(NEEDED))


def broken(rule: Rule, value: pa.Array) -> pa.Array:
    """Whether each document breaks the rule, as `Rule.broken` says it to Spark."""
    bounds = (("at_least", pc.less), ("at_most", pc.greater), ("above", pc.less_equal), ("below", pc.greater_equal))
    outside = [crosses(value, getattr(rule, name)) for name, crosses in bounds if getattr(rule, name) is not None]
    found = outside[0]
    for more in outside[1:]:
        found = pc.or_(found, more)
    return found


def ours(array: pa.Array, chosen: Iterable[Annotator]) -> int:
    """How many rules the documents break in all."""
    shared.forget()
    signals = {a.name: a.measure(array) for a in chosen}
    columns = {f"{name}.{field.name}": rows.field(field.name) for name, rows in signals.items() for field in rows.type}
    return sum(pc.sum(broken(rule, columns[rule.signal])).as_py() or 0 for rules in RULESETS for rule in rules.rules)


def theirs(documents: Iterable[Document], chain: Sequence[BaseFilter]) -> int:
    """How many documents the chain keeps."""
    fresh = [Document(document.text, document.id) for document in documents]  # C4's filter cuts the text it is given
    return sum(all(step.filter(document) is True for step in chain) for document in fresh)


def filters() -> tuple[BaseFilter, ...]:
    """The four filters without language."""
    return (GopherRepetitionFilter(), GopherQualityFilter(), C4QualityFilter(), FineWebQualityFilter())


class Model:
    """What their filter of languages calls: the model at hand, for they fetch one, by the binding at hand."""

    def __init__(self) -> None:
        self.model = fasttext.load_model(str(packaged_model()))

    def predict(self, text: str, k: int) -> tuple[tuple[str, ...], np.ndarray[Any, Any]]:
        """Labels and scores, the scores as an array, as fastText's own binding has them."""
        labels, scores = self.model.predict(text, k=k)
        return labels, np.array(scores)


def by_language(languages: list[str] | None, label_only: bool) -> BaseFilter:
    """Their filter of languages."""
    LanguageFilter._requires_dependencies = []  # they ask for another distribution of the binding by its name
    step = LanguageFilter(languages, label_only=label_only)
    step.model._model = Model()
    return step


def compare(known: Sequence[str], chosen: Sequence[Annotator], chain: Sequence[BaseFilter], pairs: int) -> list[str]:
    """The cells of a row: how much text, both speeds, the ratio, how many documents theirs keeps."""
    array, documents = pa.array(known), [Document(text, str(n)) for n, text in enumerate(known)]
    measure(chosen, [array])
    kept = theirs(documents[:20], chain)
    ratio = alternate(
        partial(theirs, documents, chain), lambda: [ours(array, chosen) for _ in range(TIMES)], pairs, own_cpu
    )
    per_pass = Ratio(ratio.first, tuple(seconds / TIMES for seconds in ratio.second))
    megabytes = array.nbytes / 1e6
    speeds = [f"{megabytes / min(side):.2f}" for side in (per_pass.first, per_pass.second)]
    return [f"{len(known):,}", f"{megabytes:.1f}", *speeds, per_pass.of(), str(kept)]


def main() -> None:
    given = arguments(__doc__)
    known = list(texts(plan(DOCUMENTS[given.scale] // SHARE[given.scale])))
    chosen, language = annotators(), language_v1()
    labels = language.measure(pa.array(known)).field("label").to_pylist()
    english = [text for text, label in zip(known, labels, strict=True) if label == "en"]
    every = (*chosen, language)
    rows = [
        ("without language", *compare(known, chosen, filters(), given.pairs)),
        ("with language", *compare(known, every, (by_language(None, True), *filters()), given.pairs)),
        ("English alone", *compare(english, every, (by_language(["en"], False), *filters()), given.pairs)),
    ]
    columns = ("chain", "documents", "MB", "datatrove MB/s/core", "thresher MB/s/core", "times as fast")
    table((*columns, "of the first 20 it keeps"), rows)


if __name__ == "__main__":
    main()
