"""The quality rules of Gopher (Rae et al. 2021, appendix A.1.1) as dolma applies them.

Source: Soldaini et al. 2024 (https://arxiv.org/abs/2402.00159), and the tagger `gopher_v1` of its tools.

    rule                 a document is kept when                                           threshold
    word_count           it has between 50 and 100,000 words, cut at white space           50 … 100,000
    median_word_length   the median of its words' lengths is within 3 to 10 characters     3 … 10
    symbol_words         at most 10 % of its words hold a hash sign or an ellipsis         0.1
    alphabetic_words     at least 80 % of its words contain an alphabetic character        0.8
    stop_words           the, be, to, of, and, that, have, with occur in it twice          2
    bullet_lines         at most 90 % of its lines begin with * or -                       0.9
    ellipsis_lines       at most 30 % of its lines end with the one-character ellipsis     0.3

Where `gopher_quality_v1` differs: it takes the mean for the median, bounds hash signs and ellipses each for itself and
counts three full stops as one, asks for two different stop words, knows the bullet sign, and passes over white space
at a line's ends. The signals are those of the annotator `gopher_dolma_v1`.
"""

from thresher.filters.rule import Rule, RuleSet

GOPHER_QUALITY_DOLMA_V1 = RuleSet(
    "gopher_quality_dolma_v1",
    (
        Rule("word_count", "gopher_dolma_v1.words", at_least=50, at_most=100_000),
        Rule("median_word_length", "gopher_dolma_v1.median_word_length", at_least=3, at_most=10),
        Rule("symbol_words", "gopher_dolma_v1.symbol_words", at_most=0.1),
        Rule("alphabetic_words", "gopher_dolma_v1.alphabetic_words", at_least=0.8),
        Rule("stop_words", "gopher_dolma_v1.stop_words", at_least=2),
        Rule("bullet_lines", "gopher_dolma_v1.bullet_lines", at_most=0.9),
        Rule("ellipsis_lines", "gopher_dolma_v1.ellipsis_lines", at_most=0.3),
    ),
    ("gopher_dolma_v1",),
)
