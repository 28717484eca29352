"""All rule sets by name, and a rule set under a recipe's own bounds."""

import importlib
from collections.abc import Mapping
from typing import Any, cast

from thresher.errors import UsageError
from thresher.filters.by_language import with_bounds
from thresher.filters.rule import RuleSet

RULESETS = (
    *("language_v1", "fineweb_quality_v1"),
    *("gopher_quality_v1", "gopher_quality_dolma_v1", "gopher_quality_dclm_v1"),
    *("gopher_repetition_v1", "gopher_repetition_dolma_v1", "gopher_repetition_dclm_v1"),
    *("c4_v1", "c4_datatrove_v1", "c4_fineweb_v1", "c4_dclm_v1", "mc4_v1"),
    "refinedweb_lines_v1",
    *("badwords_v1", "url_v1", "decontamination_v1"),
    "fineweb_2_v1",
)
BOUNDS = ("at_least", "at_most", "above", "below", "one_of", "none_of")


def ruleset(
    name: str,
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
) -> RuleSet:
    """The published rule set called `name`, with the bounds that `overrides` names by rule in place of its own.

    A bound on a number may be a mapping from languages to numbers (`by_language`). `settings` are those of the
    annotators, as in a recipe: a rule set whose bounds lie in files finds these there.
    """
    if name not in RULESETS:
        raise UsageError(f"no rule set is called {name}; there are {', '.join(RULESETS)}")
    module = importlib.import_module(f"thresher.filters.{name}")
    published = cast(RuleSet, getattr(module, name.upper(), None) or module.of_settings(settings or {}))
    return with_bounds(published, overrides or {})
