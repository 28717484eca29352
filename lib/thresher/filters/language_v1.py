"""The language filter of FineWeb: English, and the classifier sure of it.

Source: Penedo et al. 2024, "The FineWeb Datasets" (https://arxiv.org/abs/2406.17557), section 3.3: fastText language
identification, English kept with a score of at least 0.65.

| rule | signal | keeps |
|---|---|---|
| language | `language_v1.label` | `en` |
| score | `language_v1.score` | at least 0.65 |

A recipe for other languages sets another `one_of` for `language`.
"""

from thresher.filters.rule import Rule, RuleSet

LANGUAGE_V1 = RuleSet(
    name="language_v1",
    rules=(
        Rule("language", "language_v1.label", one_of=("en",)),
        Rule("score", "language_v1.score", at_least=0.65),
    ),
    annotators=("language_v1",),
)
