"""The quality rules of Gopher (Rae et al. 2021, https://arxiv.org/abs/2112.11446, appendix A.1.1 "Quality filtering").

    rule               a document is kept when                                             threshold
    word_count         it has between 50 and 100,000 words                                 50 … 100,000
    mean_word_length   its mean word length is within the range of 3 to 10 characters      3 … 10
    hash_ratio         its ratio of hash signs to words is at most 0.1                     0.1
    ellipsis_ratio     its ratio of ellipses to words is at most 0.1                       0.1
    bullet_lines       at most 90 % of its lines begin with a bullet point                 0.9
    ellipsis_lines     at most 30 % of its lines end with an ellipsis                      0.3
    alphabetic_words   at least 80 % of its words contain an alphabetic character          0.8
    stop_words         it has two of: the, be, to, of, and, that, have, with               2

Read as datatrove's `GopherQualityFilter` reads them: words without those of punctuation alone for the first two rules,
all of them for the others, lines as `str.splitlines` cuts them, blank ones included, and two different stop words, in
lower case. The signals are those of the annotator `gopher_v1`. Other readings: `gopher_quality_dolma_v1`,
`gopher_quality_dclm_v1`.
"""

from thresher.filters.rule import Rule, RuleSet

GOPHER_QUALITY_V1 = RuleSet(
    "gopher_quality_v1",
    (
        Rule("word_count", "gopher_v1.words", at_least=50, at_most=100_000),
        Rule("mean_word_length", "gopher_v1.mean_word_length", at_least=3, at_most=10),
        Rule("hash_ratio", "gopher_v1.hash_ratio", at_most=0.1),
        Rule("ellipsis_ratio", "gopher_v1.ellipsis_ratio", at_most=0.1),
        Rule("bullet_lines", "gopher_v1.bullet_lines", at_most=0.9),
        Rule("ellipsis_lines", "gopher_v1.ellipsis_lines", at_most=0.3),
        Rule("alphabetic_words", "gopher_v1.alphabetic_words", at_least=0.8),
        Rule("stop_words", "gopher_v1.stop_words", at_least=2),
    ),
    ("gopher_v1",),
)
