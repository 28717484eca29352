"""Our verdicts against those of datatrove's filters, rule by rule, on all real texts beside the project, whole.

Rules that need no words agree on every document. The others differ where the words do:

- Chinese, Japanese and Thai, which datatrove's English tokenizer leaves whole from one sign to the next, and of which
  we count each code point: 1,824 of the 1,865 verdicts that differ, of 429,400.
- Lists of spaCy's: contractions without an apostrophe (cannot, dont, Im, id; also the German im) and emoticons, among
  them `):`, which it makes one word of wherever the two signs meet.
- Emoji of newer Unicode versions than spaCy's list has.

Where a document's value lies next to a threshold, that decides.
"""

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from datatrove.data import Document
from datatrove.pipeline.filters import FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter

from thresher.annotators.fineweb import fineweb_v1
from thresher.annotators.gopher import gopher_v1
from thresher.annotators.repetition import repetition_v1
from thresher.filters.fineweb_quality_v1 import FINEWEB_QUALITY_V1
from thresher.filters.gopher_quality_v1 import GOPHER_QUALITY_V1
from thresher.filters.gopher_repetition_v1 import AT_MOST, GOPHER_REPETITION_V1
from thresher.filters.rule import Rule
from thresher.kernels.unicode import is_spaceless

from .datatrove_words import remember_words
from .real_texts import pages, prose, sentences

remember_words()
ANNOTATORS = {a.name: a for a in (gopher_v1(), repetition_v1(), fineweb_v1())}
SOURCES = (prose, pages, sentences)
RULESETS = (GOPHER_QUALITY_V1, GOPHER_REPETITION_V1, FINEWEB_QUALITY_V1)
Judged = list[tuple[str, dict[str, bool], dict[str, bool]]]

QUALITY_OFF = {
    name: None
    for name in (
        *("min_doc_words", "max_doc_words", "min_avg_word_length", "max_avg_word_length", "max_symbol_word_ratio"),
        *("max_bullet_lines_ratio", "max_ellipsis_lines_ratio", "max_non_alpha_words_ratio", "min_stop_words"),
    )
}
REPETITION_OFF = {
    **{name: None for name in ("dup_line_frac", "dup_para_frac", "dup_line_char_frac", "dup_para_char_frac")},
    "top_n_grams": (),
    "dup_n_grams": (),
}
FINEWEB_OFF = {"line_punct_thr": 0, "short_line_thr": 1, "char_duplicates_ratio": 1, "new_line_ratio": float("inf")}
PARAMETERS = {
    "duplicate_lines": "dup_line_frac",
    "duplicate_paragraphs": "dup_para_frac",
    "duplicate_line_characters": "dup_line_char_frac",
    "duplicate_paragraph_characters": "dup_para_char_frac",
}


def quality(**on: float) -> Callable[[Document], Any]:
    return GopherQualityFilter(**{**QUALITY_OFF, **on}).filter


def repetition(**on: Any) -> Callable[[Document], Any]:
    return GopherRepetitionFilter(**{**REPETITION_OFF, **on}).filter


def fineweb(**on: float) -> Callable[[Document], Any]:
    return FineWebQualityFilter(**{**FINEWEB_OFF, **on}).filter


def symbols(reason: str) -> Callable[[Document], Any]:
    """datatrove bounds hash signs and ellipses by one setting, and looks at hash signs first."""
    both = quality(max_symbol_word_ratio=0.1)

    def alone(doc: Document) -> Any:
        said = both(doc)
        if said is True or said[1] == reason:
            return said
        return reason == "gopher_too_many_hashes" or both(Document(doc.text.replace("#", "-"), doc.id))

    return alone


def repetition_oracle(rule: str) -> Callable[[Document], Any]:
    if rule in PARAMETERS:
        return repetition(**{PARAMETERS[rule]: AT_MOST[rule]})
    kind, n = rule.split("_")[:2]
    return repetition(**{"top_n_grams" if kind == "top" else "dup_n_grams": ((int(n), AT_MOST[rule]),)})


ORACLES = {
    "gopher_quality_v1.word_count": quality(min_doc_words=50, max_doc_words=100_000),
    "gopher_quality_v1.mean_word_length": quality(min_avg_word_length=3, max_avg_word_length=10),
    "gopher_quality_v1.hash_ratio": symbols("gopher_too_many_hashes"),
    "gopher_quality_v1.ellipsis_ratio": symbols("gopher_too_many_ellipsis"),
    "gopher_quality_v1.bullet_lines": quality(max_bullet_lines_ratio=0.9),
    "gopher_quality_v1.ellipsis_lines": quality(max_ellipsis_lines_ratio=0.3),
    "gopher_quality_v1.alphabetic_words": quality(max_non_alpha_words_ratio=0.8),
    "gopher_quality_v1.stop_words": quality(min_stop_words=2),
    **{f"gopher_repetition_v1.{rule}": repetition_oracle(rule) for rule in AT_MOST},
    "fineweb_quality_v1.terminal_lines": fineweb(line_punct_thr=0.12),
    "fineweb_quality_v1.short_lines": fineweb(short_line_thr=0.67),
    "fineweb_quality_v1.duplicate_line_characters": fineweb(char_duplicates_ratio=0.01),
    "fineweb_quality_v1.newline_ratio": fineweb(new_line_ratio=0.3),
}
NO_WORDS = (
    *("gopher_quality_v1.bullet_lines", "gopher_quality_v1.ellipsis_lines"),
    *(f"gopher_repetition_v1.{rule}" for rule in PARAMETERS),
    *("fineweb_quality_v1.terminal_lines", "fineweb_quality_v1.short_lines"),
    "fineweb_quality_v1.duplicate_line_characters",
)


def broken(rule: Rule, row: dict[str, Any]) -> bool:
    """What `Rule.broken` says in Spark, in plain Python, for bounds that may be met."""
    value = row[rule.signal.split(".")[1]]
    if value is None:
        return False
    return (rule.at_least is not None and value < rule.at_least) or (rule.at_most is not None and value > rule.at_most)


def our_verdicts(texts: list[str]) -> list[dict[str, bool]]:
    array = pa.array(texts)
    rows = {name: annotator.measure(array).to_pylist() for name, annotator in ANNOTATORS.items()}
    return [
        {
            f"{ruleset.name}.{rule.name}": broken(rule, rows[ruleset.annotators[0]][d])
            for ruleset in RULESETS
            for rule in ruleset.rules
        }
        for d in range(len(texts))
    ]


def drops(verdict: Any) -> bool:
    return verdict is not True


@pytest.fixture(scope="module")
def judged(data_dir: Path) -> Judged:
    """Each text with its verdicts by rule: whether we drop it, and whether datatrove does."""
    texts = [text for source in SOURCES for text in source(data_dir)]
    theirs = ({rule: drops(oracle(Document(text, "0"))) for rule, oracle in ORACLES.items()} for text in texts)
    return list(zip(texts, our_verdicts(texts), theirs, strict=True))


def test_rules_that_need_no_words_agree_on_every_document(judged: Judged):
    assert not [(text[:80], rule) for text, ours, theirs in judged for rule in NO_WORDS if ours[rule] != theirs[rule]]


def test_there_are_texts_that_break_each_rule(judged: Judged):
    assert {rule for _, _, theirs in judged for rule in theirs if theirs[rule]} == set(ORACLES)


def agreement(judged: Judged, rules: Collection[str] = ORACLES.keys()) -> tuple[float, float]:
    """The share of verdicts that are equal, and of the documents that either side drops the share that both drop."""
    equal = [ours[rule] == theirs[rule] for _, ours, theirs in judged for rule in rules]
    pairs = [(any(ours[rule] for rule in rules), any(theirs[rule] for rule in rules)) for _, ours, theirs in judged]
    return sum(equal) / len(equal), sum(a and b for a, b in pairs) / sum(a or b for a, b in pairs)


def test_nearly_all_verdicts_agree(judged: Judged):
    assert agreement(judged)[0] >= 0.995


@pytest.mark.parametrize("ruleset", [ruleset.name for ruleset in RULESETS])
def test_documents_that_either_drops_are_dropped_by_both(ruleset: str, judged: Judged):
    assert agreement(judged, [rule for rule in ORACLES if rule.startswith(ruleset)])[1] >= 0.97


@pytest.mark.parametrize("ruleset", [ruleset.name for ruleset in RULESETS])
def test_what_differs_is_all_but_a_few_in_scripts_without_spaces(ruleset: str, judged: Judged):
    spaced = [found for found in judged if not any(is_spaceless(ord(char)) for char in set(found[0]))]
    equal, dropped = agreement(spaced, [rule for rule in ORACLES if rule.startswith(ruleset)])
    assert len(spaced) > 15_000 and equal >= 0.9995 and dropped >= 0.995, (equal, dropped)


def test_an_empty_text_is_dropped_by_every_ruleset():
    for text in ("", " \n "):
        verdict = our_verdicts([text])[0]
        assert verdict["gopher_quality_v1.word_count"] and verdict["fineweb_quality_v1.empty"]
    assert our_verdicts([""])[0]["gopher_repetition_v1.empty"]
