"""Decontamination: a document that shares n-grams with a benchmark's items is dropped (Brown et al. 2020, appendix C).

    rule       a document is kept when                                               threshold
    overlap    the longest overlap with an item has no more words than the threshold 0

The items are the recipe's: `annotate: decontamination_v1: {items: [PATH]}`. An overlap has `n` words or more, or is a
whole item shorter than that: so a threshold of `n` - 1 keeps documents for the sake of short items, and a larger one
those that only quote. The verdict's detail names the item, how many more there are, and the overlapping words.
"""

from thresher.filters.rule import Rule, RuleSet

DECONTAMINATION_V1 = RuleSet(
    "decontamination_v1",
    (Rule("overlap", "decontamination_v1.words", at_most=0, detail="decontamination_v1.first"),),
    ("decontamination_v1",),
)
