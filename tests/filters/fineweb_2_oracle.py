"""FineWeb-2's filters as its pipeline runs datatrove's, rule by rule, and ours on the same documents."""

import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from datatrove.data import Document
from datatrove.pipeline.filters import (
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)

from thresher.annotators.fineweb import fineweb_v1
from thresher.annotators.fineweb_2 import fineweb_2_v1
from thresher.annotators.gopher import gopher_v1
from thresher.annotators.repetition import repetition_v1
from thresher.filters.fineweb_2_v1 import DUPLICATED, SIGNALS, TOP, bounds
from thresher.language.fineweb_2 import LanguageSettings, read_settings
from thresher.language.labels import names_of

from .datatrove_words import remember_words

REPETITION_OFF = {
    **{name: 0 for name in ("dup_line_frac", "dup_para_frac", "dup_line_char_frac", "dup_para_char_frac")},
    "top_n_grams": (),
    "dup_n_grams": (),
}
FINEWEB_OFF = {"line_punct_thr": -1, "short_line_thr": 999, "char_duplicates_ratio": 1, "new_line_ratio": float("inf")}
QUALITY_OFF = {
    name: None
    for name in (
        *("min_doc_words", "max_doc_words", "min_avg_word_length", "max_avg_word_length", "max_symbol_word_ratio"),
        *("max_bullet_lines_ratio", "max_ellipsis_lines_ratio", "max_non_alpha_words_ratio", "min_stop_words"),
    )
}
RULES = tuple(rule for rule in SIGNALS if rule not in ("language_score", "hash_ratio", "ellipsis_ratio"))
NO_WORDS = ("duplicate_lines", "terminal_lines", "duplicate_line_characters", "bullet_lines", "ellipsis_lines")
Verdicts = list[tuple[dict[str, bool], dict[str, bool]]]
remember_words()


def oracles(code: str, of: LanguageSettings) -> dict[str, Callable[[Document], Any]]:
    """Each of `RULES` alone, as the pipeline sets it for a language."""

    def repetition(**on: Any) -> Callable[[Document], Any]:
        return GopherRepetitionFilter(**{**REPETITION_OFF, **on}, language=code).filter

    def fineweb(**on: Any) -> Callable[[Document], Any]:
        return FineWebQualityFilter(**{**FINEWEB_OFF, **on}, language=code).filter

    def quality(**on: Any) -> Callable[[Document], Any]:
        return GopherQualityFilter(**{**QUALITY_OFF, **on}, language=code).filter

    top, duplicated = dict(of.top_n_grams), dict(of.dup_n_grams)
    return {
        "duplicate_lines": repetition(dup_line_frac=of.dup_line_frac),
        **{f"top_{n}_gram": repetition(top_n_grams=((n, top[n]),)) for n in TOP},
        **{f"duplicate_{n}_grams": repetition(dup_n_grams=((n, duplicated[n]),)) for n in DUPLICATED},
        "terminal_lines": fineweb(line_punct_thr=of.line_punct_thr),
        "duplicate_line_characters": fineweb(char_duplicates_ratio=0.1),
        "newline_ratio": fineweb(new_line_ratio=of.new_line_ratio),
        "word_count": quality(min_doc_words=50, max_doc_words=100_000),
        "mean_word_length": quality(
            min_avg_word_length=of.min_avg_word_length, max_avg_word_length=of.max_avg_word_length
        ),
        "bullet_lines": quality(max_bullet_lines_ratio=0.9),
        "ellipsis_lines": quality(max_ellipsis_lines_ratio=0.3),
        "alphabetic_words": quality(max_non_alpha_words_ratio=of.max_non_alpha_words_ratio),
        "stop_words": quality(min_stop_words=2, stop_words=list(of.stopwords)),
    }


def ours(code: str, texts: list[str]) -> list[dict[str, bool]]:
    """Which of `RULES` each text breaks as a document of this language, by our signals."""
    array, limits = pa.array(texts), bounds(read_settings()[code])
    language = pa.array([{"label": code, "score": 1.0}] * len(texts))
    signals = {a.name: a.measure(array).to_pylist() for a in (gopher_v1(), repetition_v1(), fineweb_v1())}
    signals["fineweb_2_v1"] = fineweb_2_v1().measure(array, language).to_pylist()

    def broken(rule: str, d: int) -> bool:
        annotator, _, field = SIGNALS[rule].partition(".")
        value, least, most = signals[annotator][d][field], *(limits.get(f"{rule}_at_{k}") for k in ("least", "most"))
        return value is not None and ((least is not None and value < least) or (most is not None and value > most))

    return [{rule: broken(rule, d) for rule in RULES} for d in range(len(texts))]


def verdicts(code: str, texts: list[str]) -> Verdicts:
    """Of each text, by rule: whether we drop it, and whether datatrove does. Raises where its tokenizer is missing."""
    rules = oracles(code, read_settings()[code])
    theirs = ({rule: rules[rule](Document(text, "0")) is not True for rule in RULES} for text in texts)
    return list(zip(ours(code, texts), theirs, strict=True))


def novels(data_dir: Path, every: int = 1) -> dict[str, list[str]]:
    """Passages of three lengths of the novels of text/eltec_10lang, by language."""
    found: dict[str, list[str]] = defaultdict(list)
    for record in _records(data_dir / "text/eltec_10lang.jsonl.gz"):
        text, lengths = record["text"], (800, 2500, 6000)
        starts = range(0, max(len(text) - 6000, 1), max(len(text) // 45, 1))
        for place, start in list(enumerate(starts))[::every]:
            found[_code(record)].append(text[start : start + lengths[place % 3]])
    return _known(found)


def sentences(data_dir: Path) -> dict[str, list[str]]:
    """The short texts of lid/lingua75x200, joined by spaces or newlines into documents of 2 to 60, by language."""
    lines: dict[str, list[str]] = defaultdict(list)
    for record in _records(data_dir / "lid/lingua75x200.jsonl.gz"):
        lines[_code(record)].append(record["text"])
    return _known({code: list(_joined(parts)) for code, parts in lines.items()})


def _joined(parts: list[str]) -> Iterator[str]:
    for size in (2, 5, 20, 60):
        for place, start in enumerate(range(0, len(parts), max(size, 10))):
            yield (" ", "\n")[place % 2].join(parts[start : start + size])


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def _code(record: dict[str, Any]) -> str:
    return names_of(record.get("lang") or record["label"], read_settings())[0] or ""


def _known(texts: dict[str, list[str]]) -> dict[str, list[str]]:
    return {code: [text for text in found if text.strip()] for code, found in sorted(texts.items()) if code}
