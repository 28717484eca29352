"""The quality rules of Gopher (Rae et al. 2021, appendix A.1.1) as DCLM-Baseline applies them.

Source: Li et al. 2024 (https://arxiv.org/abs/2406.11794), and `dclm_baseline_refinedweb.yaml` of its tools.

    rule                 a document is kept when                                           threshold
    word_count           it has 50 to 100,000 words that begin with a letter or number     50 … 100,000
    mean_word_length     its mean word length is within the range of 3 to 10 characters    3 … 10
    symbol_ratio         its ratio of hash signs and ellipses to words is at most 0.1      0.1
    bullet_lines         at most 90 % of its lines begin with a bullet                     0.9
    ellipsis_lines       at most 30 % of its lines end with an ellipsis                    0.3
    unalphabetic_words   at most 20 % of its words have no alphabetic character            0.2
    stop_words           the, be, to, of, and, that, have, with occur in it twice          2

Where `gopher_quality_v1` differs: it bounds hash signs and ellipses each for itself, asks for two different stop words
in lower case, cuts words as an English tokenizer does, and counts blank lines. The signals are those of the annotator
`gopher_dclm_v1`. A document without words breaks `word_count`.
"""

from thresher.filters.rule import Rule, RuleSet

GOPHER_QUALITY_DCLM_V1 = RuleSet(
    "gopher_quality_dclm_v1",
    (
        Rule("word_count", "gopher_dclm_v1.words", at_least=50, at_most=100_000),
        Rule("mean_word_length", "gopher_dclm_v1.mean_word_length", at_least=3, at_most=10),
        Rule("symbol_ratio", "gopher_dclm_v1.symbol_ratio", at_most=0.1),
        Rule("bullet_lines", "gopher_dclm_v1.bullet_lines", at_most=0.9),
        Rule("ellipsis_lines", "gopher_dclm_v1.ellipsis_lines", at_most=0.3),
        Rule("unalphabetic_words", "gopher_dclm_v1.unalphabetic_words", at_most=0.2),
        Rule("stop_words", "gopher_dclm_v1.stop_words", at_least=2),
    ),
    ("gopher_dclm_v1",),
)
