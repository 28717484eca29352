"""C4's bad words: a page that holds any entry of the list is dropped (Raffel et al. 2020, section 2.2).

    rule       a page is kept when             threshold
    matches    it holds no entry of the list   0

The list is the recipe's: `annotate: badwords_v1: {lists: PATH, language: en}`, or with `language: detected` that of
each document's own language. Its boundaries decide whether this is the filter of datatrove (`words`, `none`) or that of
TFDS (`letters`); see the annotator. The verdict's detail is the first entry found. Both tools can keep a share of such
pages by chance, which this does not.
"""

from thresher.filters.rule import Rule, RuleSet

BADWORDS_V1 = RuleSet(
    "badwords_v1",
    (Rule("matches", "badwords_v1.matches", at_most=0, detail="badwords_v1.first"),),
    ("badwords_v1",),
)
