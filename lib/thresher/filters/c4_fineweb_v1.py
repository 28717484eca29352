"""C4's page rules as FineWeb applies them (Penedo et al. 2024, https://arxiv.org/abs/2406.17557, section 3.5).

    rule             a page is kept when                                                   threshold
    sentences        the lines left have at least 5 sentences                              5
    lorem_ipsum      no line left holds "lorem ipsum"                                      0
    curly_brackets   no line left holds a {                                                0

All of `c4_datatrove_v1` but the rule that a line ends as a sentence does, which would drop most. The signals are those
of the annotator `c4_fineweb_v1`.
"""

from thresher.filters.rule import Rule, RuleSet

C4_FINEWEB_V1 = RuleSet(
    "c4_fineweb_v1",
    (
        Rule("sentences", "c4_fineweb_v1.sentences", at_least=5),
        Rule("lorem_ipsum", "c4_fineweb_v1.lorem_ipsum", at_most=0),
        Rule("curly_brackets", "c4_fineweb_v1.curly_brackets", at_most=0),
    ),
    ("c4_fineweb_v1",),
)
