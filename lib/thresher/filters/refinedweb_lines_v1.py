"""RefinedWeb's rule on what its line rules cut (Penedo et al. 2023, https://arxiv.org/abs/2306.01116, appendix G.2).

    rule            a document is kept when                                              threshold
    words           it has a word                                                        1
    removed_words   the line rules cut at most 5 % of its words                          0.05

As DCLM-Baseline applies it (`word_removal_ratio_filter`). The signals are those of the annotator `refinedweb_lines_v1`,
which, as an edit (`edit: [refinedweb_lines_v1]`), leaves what the line rules leave.
"""

from thresher.filters.rule import Rule, RuleSet

REFINEDWEB_LINES_V1 = RuleSet(
    "refinedweb_lines_v1",
    (
        Rule("words", "refinedweb_lines_v1.words", at_least=1),
        Rule("removed_words", "refinedweb_lines_v1.removed_words", at_most=0.05),
    ),
    ("refinedweb_lines_v1",),
)
