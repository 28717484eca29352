"""The repetition rules of Gopher (Rae et al. 2021, table A1) as DCLM-Baseline applies them.

Source: Li et al. 2024 (https://arxiv.org/abs/2406.11794), and `massive_web_repetition_filters` of its tools.

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

Where `gopher_repetition_v1` differs: it counts what repeats from the second occurrence on, keeps white space at the
ends of lines, and cuts words as an English tokenizer does, punctuation included; here they are cut at Unicode's
default boundaries, and all occurrences count. `empty` drops a text without a line that is not blank, as DCLM does. The
signals are those of the annotator `repetition_dclm_v1`.
"""

from thresher.filters.gopher_repetition_v1 import AT_MOST
from thresher.filters.rule import Rule, RuleSet

GOPHER_REPETITION_DCLM_V1 = RuleSet(
    "gopher_repetition_dclm_v1",
    (
        Rule("empty", "repetition_dclm_v1.lines", at_least=1),
        *(Rule(name, f"repetition_dclm_v1.{name}", at_most=most) for name, most in AT_MOST.items()),
    ),
    ("repetition_dclm_v1",),
)
