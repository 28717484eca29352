"""The recipe `fineweb` against FineWeb's chain of datatrove's filters, each on what the one before keeps and leaves.

Without the language, whose model datatrove would have to fetch. Where the two differ, words decide that lie next to a
threshold: see `test_agreement_with_datatrove`.
"""

from pathlib import Path

import pyarrow as pa
import pytest
from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)

from thresher.annotators.edited import apply
from thresher.recipe import Recipe, read_recipe

from .datatrove_words import remember_words
from .real_texts import prose
from .test_agreement_with_datatrove import broken

remember_words()
LANGUAGE = "language_v1"


@pytest.fixture(scope="module")
def texts(data_dir: Path) -> list[str]:
    return sorted({text[:10_000] for text in prose(data_dir)[::3]})


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return read_recipe("fineweb")


def theirs(text: str) -> str | None:
    """What the chain leaves of a page, none where it drops it; as in datatrove's examples/fineweb.py."""
    document = Document(text, "0")
    chain = (
        GopherRepetitionFilter(),
        GopherQualityFilter(),
        C4QualityFilter(filter_no_terminal_punct=False),
        FineWebQualityFilter(),
    )
    return document.text if all(step.filter(document) is True for step in chain) else None


def ours(recipe: Recipe, pages: list[str]) -> list[str | None]:
    """What is exported of each page, none where a rule but the language's drops it."""
    array = pa.array(pages)
    signals = {a.name: a.measure(array).to_pylist() for a in recipe.annotators if a.name != LANGUAGE}
    rules = [rule for rules in recipe.rulesets if rules.name != LANGUAGE for rule in rules.rules]
    left = apply(recipe.edits, array).to_pylist()
    dropped = [any(broken(rule, signals[rule.signal.split(".")[0]][d]) for rule in rules) for d in range(len(pages))]
    return [None if gone else text for gone, text in zip(dropped, left, strict=True)]


def test_it_keeps_the_same_pages_and_leaves_the_same_text(recipe: Recipe, texts: list[str]) -> None:
    pairs = list(zip(ours(recipe, texts), map(theirs, texts), strict=True))
    kept = [(mine, other) for mine, other in pairs if mine is not None or other is not None]
    both = [(mine, other) for mine, other in kept if mine is not None and other is not None]
    assert len(both) / len(kept) >= 0.97, (len(both), len(kept))
    assert sum((mine is None) == (other is None) for mine, other in pairs) / len(pairs) >= 0.995
    assert all(mine == other for mine, other in both)
    assert sum(mine != text for (mine, _), text in zip(pairs, texts, strict=True) if mine is not None) > 20
