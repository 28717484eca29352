"""C4's page rules as datatrove's `C4QualityFilter` applies them (https://github.com/huggingface/datatrove, 0.10).

After C4 (Raffel et al. 2020, https://jmlr.org/papers/v21/20-074.html, section 2.2) in its first versions: lines of at
least 3 words, that end with . ? ! " or '; then pages, by the lines that are left:

    rule             a page is kept when                                                   threshold
    sentences        the lines left have at least 5 sentences                              5
    lorem_ipsum      no line left holds "lorem ipsum"                                      0
    curly_brackets   no line left holds a {                                                0

Where `c4_v1` differs: 3 sentences and lines of 5 words, counted after citations are cut (here 5 and 3, before); a line
may not end with an apostrophe; sentences are Punkt's, here spaCy's; a page has a greatest length. The signals are those
of the annotator `c4_datatrove_v1`.
"""

from thresher.filters.rule import Rule, RuleSet

C4_DATATROVE_V1 = RuleSet(
    "c4_datatrove_v1",
    (
        Rule("sentences", "c4_datatrove_v1.sentences", at_least=5),
        Rule("lorem_ipsum", "c4_datatrove_v1.lorem_ipsum", at_most=0),
        Rule("curly_brackets", "c4_datatrove_v1.curly_brackets", at_most=0),
    ),
    ("c4_datatrove_v1",),
)
