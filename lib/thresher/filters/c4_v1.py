"""C4's page rules as TensorFlow Datasets applies them (Raffel et al. 2020, https://jmlr.org/papers/v21/20-074.html).

    rule             a page is kept when                                                   threshold
    length           it has at most 190,000 characters                                     190,000
    sentences        the lines left have at least 3 sentences                              3
    lorem_ipsum      no line left holds "lorem ipsum"                                      0
    curly_brackets   no line left holds a {                                                0

The paper says 5 sentences and lines of 3 words, the code that made the data set (`clean_page`, which this follows)
says 3 sentences and lines of 5 words. Its bad words are a rule set of their own; `langdetect` is replaced by a recipe's
language rules; repeated lines belong to dedup. The signals are those of the annotator `c4_v1`, which counts sentences
by spaCy's rule where NLTK's Punkt stands; as an edit (`edit: [c4_v1]`) it leaves the lines that count.
"""

from thresher.filters.rule import Rule, RuleSet

C4_V1 = RuleSet(
    "c4_v1",
    (
        Rule("length", "sizes_v1.characters", at_most=190_000),
        Rule("sentences", "c4_v1.sentences", at_least=3),
        Rule("lorem_ipsum", "c4_v1.lorem_ipsum", at_most=0),
        Rule("curly_brackets", "c4_v1.curly_brackets", at_most=0),
    ),
    ("c4_v1", "sizes_v1"),
)
