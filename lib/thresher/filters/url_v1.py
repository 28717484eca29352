"""URLs on block-lists: a document whose URL any of a recipe's lists holds is dropped (RefinedWeb, appendix G.1).

    rule      a document is dropped when the first list that holds its URL is one of
    domain    domains: its host, or a parent of it, is an entry
    url       URLs: its page, or a folder above it, is an entry
    hard      hard words: one of them is a word of the URL
    soft      soft words: two of them are words of the URL

Source: Penedo et al. 2023 (https://arxiv.org/abs/2306.01116). The lists are the recipe's (`annotate: url_v1: {block:
[PATH], …}`); a URL that an allow-list holds passes. The verdict's detail is the list's category.
"""

from thresher.filters.rule import Rule, RuleSet

URL_V1 = RuleSet(
    "url_v1",
    tuple(
        Rule(kind, "url_v1.listed", none_of=(kind,), detail="url_v1.category")
        for kind in ("domain", "url", "hard", "soft")
    ),
    ("url_v1",),
)
