"""C4's page rules as DCLM's baseline `c4.yaml` applies them (Li et al. 2024, https://arxiv.org/abs/2406.11794).

After C4 (Raffel et al. 2020, section 2.2); the line rules are those of `c4_v1`, but for what is said below.

    rule             a page is kept when                                                   threshold
    length           it has at most 190,000 characters                                     190,000
    sentences        the lines left have at least 3 sentences                              3
    lorem_ipsum      no line left holds "lorem ipsum"                                      0
    curly_brackets   no line left holds a {                                                0

Where `c4_v1` differs: it cuts lines at all of Unicode's line breaks, trims them and drops blank ones, where DCLM keeps
these, ends lines at newlines alone and passes over white space at their ends, so that a line that ends with a citation
stays; it wants javascript and policies in plain letters, where DCLM ignores case as `re.IGNORECASE` does; and it counts
the sentences of each line, not of the page. Not here: the steps of `c4.yaml` after these (URL and paragraph dedup, a
second look at sentences, bad words between word boundaries (`badwords_v1`, `boundaries: words`), langdetect at 0.99).
The signals are those of the annotator `c4_dclm_v1`.
"""

from thresher.filters.rule import Rule, RuleSet

C4_DCLM_V1 = RuleSet(
    "c4_dclm_v1",
    (
        Rule("length", "sizes_v1.characters", at_most=190_000),
        Rule("sentences", "c4_dclm_v1.sentences", at_least=3),
        Rule("lorem_ipsum", "c4_dclm_v1.lorem_ipsum", at_most=0),
        Rule("curly_brackets", "c4_dclm_v1.curly_brackets", at_most=0),
    ),
    ("c4_dclm_v1", "sizes_v1"),
)
