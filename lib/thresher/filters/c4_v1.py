"""C4's page rules as TensorFlow Datasets applies them (Raffel et al. 2020, https://jmlr.org/papers/v21/20-074.html).

Section 2.2, and `clean_page` of `c4_utils`, which made the data set. First lines go (the annotator `c4_v1`): those that
do not end with . ? ! or ", or end with ..., that have fewer than 5 words or a word of more than 1,000 characters, that
say javascript or speak of policies and cookies; citations are cut out. Then pages, by the lines that are left:

    rule             a page is kept when                                                   threshold
    length           it has at most 190,000 characters                                     190,000
    sentences        the lines left have at least 3 sentences                              3
    lorem_ipsum      no line left holds "lorem ipsum"                                      0
    curly_brackets   no line left holds a {                                                0

The paper's first versions say 5 sentences and lines of 3 words, which datatrove follows (`c4_datatrove_v1`); its last
one and the code say 3 sentences and lines of 5 words. Sentences are counted line by line, by NLTK's Punkt. Bad words
are a rule set of their own (`badwords_v1`); `langdetect` is replaced by a recipe's language rules; repeated lines
belong to dedup. As an edit (`edit: [c4_v1]`) the annotator leaves the lines that count.
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
