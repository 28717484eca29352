"""All that the report shows, counted by Spark in a handful of queries whose answers are bounded."""

from dataclasses import dataclass

from thresher.ask.funnel import Funnel, funnel
from thresher.corpus import Corpus
from thresher.recipe import Recipe
from thresher.runs import Runs


@dataclass(frozen=True)
class Gathered:
    """The report's content before it is drawn."""

    recipe: Recipe
    funnel: Funnel


def gather(corpus: Corpus, runs: Runs, recipe: Recipe) -> Gathered:
    """Ask the corpus for everything that the report shows."""
    return Gathered(recipe, funnel(corpus, runs, recipe))
