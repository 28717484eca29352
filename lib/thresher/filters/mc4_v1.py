"""mC4's rule on the length of lines (Xue et al. 2021, "mT5", https://arxiv.org/abs/2010.11934), for any language.

    rule         a page is kept when                                          threshold
    long_lines   it has at least 3 lines of 200 characters and more           3

It stands in mC4 where C4 asks for a mark that ends a sentence, which not all languages have. As TensorFlow Datasets'
`paragraph_filter` and datatrove's `C4ParagraphFilter` apply it: lines are what lies between newlines, white space
counts. The signals are those of the annotator `mc4_v1`.
"""

from thresher.filters.rule import Rule, RuleSet

MC4_V1 = RuleSet("mc4_v1", (Rule("long_lines", "mc4_v1.long_lines", at_least=3),), ("mc4_v1",))
