"""The repetition rules of Gopher (Rae et al. 2021, table A1) as dolma applies them.

Source: Soldaini et al. 2024 (https://arxiv.org/abs/2402.00159), and the tagger `gopher_v1` of its tools.

    rule                             at most
    duplicate_lines                  0.30
    duplicate_line_characters        0.30
    top_2_gram                       0.20
    top_3_gram                       0.18
    top_4_gram                       0.16
    duplicate_5_grams                0.15
    duplicate_6_grams                0.14
    duplicate_7_grams                0.13
    duplicate_8_grams                0.12
    duplicate_9_grams                0.11
    duplicate_10_grams               0.10

All occurrences of what occurs twice count here, the first ones too, and every newline ends a line: blank lines are
lines, and duplicates of each other, so that a page of ten paragraphs with a blank line between two is nearly half
duplicates. n-grams are of words by white space, and the characters those of words alone. Where `gopher_repetition_v1`
differs: it counts what repeats from the second occurrence on, passes over blank lines, has rules on paragraphs, takes
fractions of the text, and bounds the characters of duplicate lines at the paper's 0.20. The signals are those of the
annotator `gopher_dolma_v1`.
"""

from thresher.filters.rule import Rule, RuleSet

AT_MOST = {
    "duplicate_lines": 0.30,
    "duplicate_line_characters": 0.30,
    "top_2_gram": 0.20,
    "top_3_gram": 0.18,
    "top_4_gram": 0.16,
    "duplicate_5_grams": 0.15,
    "duplicate_6_grams": 0.14,
    "duplicate_7_grams": 0.13,
    "duplicate_8_grams": 0.12,
    "duplicate_9_grams": 0.11,
    "duplicate_10_grams": 0.10,
}

GOPHER_REPETITION_DOLMA_V1 = RuleSet(
    "gopher_repetition_dolma_v1",
    tuple(Rule(name, f"gopher_dolma_v1.{name}", at_most=most) for name, most in AT_MOST.items()),
    ("gopher_dolma_v1",),
)
