"""FineWeb's own quality rules (Penedo et al. 2024, https://arxiv.org/abs/2406.17557, section 3.6).

    rule                        a document is kept when                                                threshold
    empty                       it has a line that is not blank                                        1
    terminal_lines              at least 12 % of its lines end with a mark that ends a sentence        0.12
    short_lines                 at most 67 % of its lines have 30 characters or fewer                  0.67
    duplicate_line_characters   at most 1 % of its characters are in lines that came before            0.01
    newline_ratio               it has at most 0.3 newlines per word                                   0.3

As datatrove's `FineWebQualityFilter` has them, which made the data set: `newline_ratio` stands there and not in the
paper, whose threshold of 0.1 for duplicate lines is 0.01 there. The signals are those of the annotator `fineweb_v1`.
"""

from thresher.filters.rule import Rule, RuleSet

FINEWEB_QUALITY_V1 = RuleSet(
    "fineweb_quality_v1",
    (
        Rule("empty", "fineweb_v1.lines", at_least=1),
        Rule("terminal_lines", "fineweb_v1.terminal_lines", at_least=0.12),
        Rule("short_lines", "fineweb_v1.short_lines", at_most=0.67),
        Rule("duplicate_line_characters", "fineweb_v1.duplicate_line_characters", at_most=0.01),
        Rule("newline_ratio", "fineweb_v1.newline_ratio", at_most=0.3),
    ),
    ("fineweb_v1",),
)
