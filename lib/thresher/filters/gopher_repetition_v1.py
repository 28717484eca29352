"""The repetition rules of Gopher (Rae et al. 2021, https://arxiv.org/abs/2112.11446, table A1 "Repetition removal").

    rule                             at most
    duplicate_lines                  0.30
    duplicate_paragraphs             0.30
    duplicate_line_characters        0.20
    duplicate_paragraph_characters   0.20
    top_2_gram                       0.20
    top_3_gram                       0.18
    top_4_gram                       0.16
    duplicate_5_grams                0.15
    duplicate_6_grams                0.14
    duplicate_7_grams                0.13
    duplicate_8_grams                0.12
    duplicate_9_grams                0.11
    duplicate_10_grams               0.10

All rules bound fractions: of the lines, of the paragraphs, or of the text's characters. A line, paragraph or n-gram is
a duplicate from its second occurrence on, the first one is none; a run of newlines ends one line, so that blank lines
are none, and two or more end a paragraph; a top n-gram counts with its spaces, and with overlaps. `empty` is
datatrove's addition: a text without a character is dropped. Read as datatrove's `GopherRepetitionFilter` reads them;
the signals are those of the annotator `repetition_v1`.
"""

from thresher.filters.rule import Rule, RuleSet

AT_MOST = {
    "duplicate_lines": 0.30,
    "duplicate_paragraphs": 0.30,
    "duplicate_line_characters": 0.20,
    "duplicate_paragraph_characters": 0.20,
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

GOPHER_REPETITION_V1 = RuleSet(
    "gopher_repetition_v1",
    (
        Rule("empty", "repetition_v1.characters", at_least=1),
        *(Rule(name, f"repetition_v1.{name}", at_most=most) for name, most in AT_MOST.items()),
    ),
    ("repetition_v1",),
)
