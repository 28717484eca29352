"""FineWeb-2's rules, for each document those of its own language (Penedo et al. 2025, https://arxiv.org/abs/2506.20920).

As https://github.com/huggingface/fineweb-2 runs datatrove's filters: `fineweb-2-pipeline.py`, `configs/*.yml`.

    rule                       a document is kept when                                       threshold
    no_settings                FineWeb-2 has settings for its language
    language_score             the classifier is as sure of its language as that demands     language_score
    duplicate_lines            at most that many of its lines came before                    dup_line_frac
    top_N_gram                 its most frequent 2, 3, 4-gram covers at most that much       top_n_grams
    duplicate_N_grams          5 to 10-grams that came before cover at most that much        dup_n_grams
    terminal_lines             that many lines end with a mark that ends a sentence          line_punct_thr
    duplicate_line_characters  at most 10 % of its characters are in lines that came before  0.1
    newline_ratio              it has at most that many newlines per word                    new_line_ratio
    word_count                 it has between 50 and 100,000 words                           50 … 100,000
    mean_word_length           its mean word length is in the range of its language          min_…, max_avg_word_length
    hash_ratio                 it has at most 0.1 hash signs per word                        0.1
    ellipsis_ratio             it has at most 0.1 ellipses per word                          0.1
    bullet_lines               at most 90 % of its lines begin with a bullet                 0.9
    ellipsis_lines             at most 30 % of its lines end with an ellipsis                0.3
    alphabetic_words           that many of its words have a letter                          max_non_alpha_words_ratio
    stop_words                 it has two of its language's stop words                       2

Thresholds with a name are in the published file of each language (`thresher.language.fineweb_2`), by default one of
those that come with thresher; `folder` of the annotator `fineweb_2_v1` names another folder of them. A document whose
language has no file breaks `no_settings`, which tells the language, and no other rule: FineWeb-2 drops it too.
"""

from collections.abc import Mapping
from typing import Any

from thresher.annotators.fineweb_2 import NO_SETTINGS
from thresher.filters.row_bound import BoundTable
from thresher.filters.rule import Rule, RuleSet
from thresher.language.fineweb_2 import LanguageSettings, read_settings

TOP, DUPLICATED = (2, 3, 4), (5, 6, 7, 8, 9, 10)
SIGNALS = {
    "language_score": "language_v1.score",
    "duplicate_lines": "repetition_v1.duplicate_lines",
    **{f"top_{n}_gram": f"repetition_v1.top_{n}_gram" for n in TOP},
    **{f"duplicate_{n}_grams": f"repetition_v1.duplicate_{n}_grams" for n in DUPLICATED},
    "terminal_lines": "fineweb_v1.terminal_lines",
    "duplicate_line_characters": "fineweb_v1.duplicate_line_characters",
    "newline_ratio": "fineweb_v1.newline_ratio",
    "word_count": "fineweb_2_v1.words",
    "mean_word_length": "fineweb_2_v1.mean_word_length",
    "hash_ratio": "gopher_v1.hash_ratio",
    "ellipsis_ratio": "gopher_v1.ellipsis_ratio",
    "bullet_lines": "gopher_v1.bullet_lines",
    "ellipsis_lines": "gopher_v1.ellipsis_lines",
    "alphabetic_words": "fineweb_2_v1.alphabetic_words",
    "stop_words": "fineweb_2_v1.stop_words",
}
ANNOTATORS = ("language_v1", "repetition_v1", "fineweb_v1", "gopher_v1", "fineweb_2_v1")


def of_settings(settings: Mapping[str, Mapping[str, Any]]) -> RuleSet:
    """The rule set under the settings of a recipe's annotators: `fineweb_2_v1` names the folder, if any does."""
    languages = read_settings(settings.get("fineweb_2_v1", {}).get("folder"))
    table = BoundTable.of(
        "fineweb_2_bounds", "fineweb_2_v1.settings", {code: bounds(of) for code, of in languages.items()}
    )
    rules = (
        Rule(name, signal, at_least=table.bound(f"{name}_at_least"), at_most=table.bound(f"{name}_at_most"))
        for name, signal in SIGNALS.items()
    )
    none = Rule("no_settings", "fineweb_2_v1.settings", none_of=(NO_SETTINGS,), detail="language_v1.label")
    return RuleSet("fineweb_2_v1", (none, *rules), ANNOTATORS, (table,))


def bounds(of: LanguageSettings) -> dict[str, float | None]:
    """A language's bounds by rule and kind; 0 switches off those that datatrove then leaves out."""
    return {
        "language_score_at_least": of.language_score,
        "duplicate_lines_at_most": of.dup_line_frac or None,
        **{f"top_{n}_gram_at_most": dict(of.top_n_grams).get(n) for n in TOP},
        **{f"duplicate_{n}_grams_at_most": dict(of.dup_n_grams).get(n) for n in DUPLICATED},
        "terminal_lines_at_least": of.line_punct_thr,
        "duplicate_line_characters_at_most": 0.1,
        "newline_ratio_at_most": of.new_line_ratio,
        "word_count_at_least": 50,
        "word_count_at_most": 100_000,
        "mean_word_length_at_least": of.min_avg_word_length or None,
        "mean_word_length_at_most": of.max_avg_word_length or None,
        "hash_ratio_at_most": 0.1,
        "ellipsis_ratio_at_most": 0.1,
        "bullet_lines_at_most": 0.9,
        "ellipsis_lines_at_most": 0.3,
        "alphabetic_words_at_least": of.max_non_alpha_words_ratio or None,
        "stop_words_at_least": 2,
    }
