"""The rules that a recipe can drop a document by, in the recipe's own order."""

from thresher.dedup.lines import SHARE_CUT
from thresher.errors import ThresherError, UsageError
from thresher.filters.judge import FAILED
from thresher.recipe import Recipe
from thresher.recipe_messages import unknown
from thresher.runs import Runs

_LATER = ("dedup.", "semantic.", "lines.")
ALIKE_IN_MEANING = "semantic.cosine"


def rule_names(recipe: Recipe) -> list[str]:
    """The names that verdicts of this recipe can have: failed measurements, filters, duplicates, then lines."""
    names = [FAILED, *(f"{rules.name}.{rule.name}" for rules in recipe.rulesets for rule in rules.rules)]
    if recipe.dedup is not None:
        methods = [*recipe.dedup.identities, *["minhash"] * (recipe.dedup.minhash is not None)]
        names += [f"dedup.{method}" for method in methods]
    names += [ALIKE_IN_MEANING] * (recipe.semantic is not None)
    return names + [SHARE_CUT] * (recipe.lines is not None)


def is_of_filter(rule: str) -> bool:
    """Whether a rule is one of the filter's: a document that it drops gets to no later stage."""
    return not rule.startswith(_LATER)


def require_rule(recipe: Recipe, rule: str) -> None:
    """Raises `UsageError`, with the nearest right name, where the recipe has no such rule."""
    known = rule_names(recipe)
    if rule not in known:
        raise UsageError(unknown(rule, known, f"rule of recipe {recipe.name}"))


def require_filtered(runs: Runs, recipe: str) -> None:
    """Raises `ThresherError` where no verdicts of this recipe were ever written."""
    if runs.of("filter", recipe):
        return
    there = runs.recipes()
    have = f"there are verdicts of {', '.join(there)}" if there else "no recipe has been run on it yet"
    first = f"run `thresher run {recipe} --corpus …` first"
    raise ThresherError(f"recipe {recipe} has not been run on this corpus ({have}): {first}")
