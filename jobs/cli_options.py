"""What the commands share: their options, and how a corpus and a recipe are found."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from thresher.corpus import Corpus
from thresher.errors import UsageError
from thresher.location import locate
from thresher.progress import console as errors
from thresher.recipe import Recipe, read_recipe
from thresher.runs import Runs
from thresher.session import get_session

# Where nobody looks at a terminal, eighty columns would only cut names short.
console = Console(width=None if sys.stdout.isatty() else 120)

CorpusOption = Annotated[str, typer.Option("--corpus", help="A folder, a URI, or a catalog's schema (main.web).")]
RecipeOption = Annotated[
    str | None, typer.Option("--recipe", help="A recipe's name or file; else that of the newest release.")
]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", help="Change a setting of the recipe, as a.b=value; may be repeated.")
]


def create_corpus(corpus: str) -> Corpus:
    """The corpus at this place, which need not be there yet."""
    created = Corpus(get_session(), locate(corpus))
    created.make_place()
    return created


def open_corpus(corpus: str, settings: Mapping[str, str] | None = None) -> Corpus:
    """The corpus at this place, in a session with these settings where a new one is started.

    Raises `UsageError`, before Spark starts where it can, if there is none.
    """
    location = locate(corpus)
    absent = f"there is no corpus at {corpus}: make one with `thresher run RECIPE --input … --corpus {corpus}`"
    if not location.in_catalog and "://" not in location.root and not Path(location.root, "runs").is_dir():
        raise UsageError(absent)
    found = Corpus(get_session(conf=settings), location)
    if not found.exists("runs"):
        raise UsageError(absent)
    return found


def open_to_ask(corpus: str) -> Corpus:
    """The corpus for a question that takes seconds, which is over before a JVM's optimising compiler has paid."""
    return open_corpus(corpus, {"spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1"})


def recipe_or_newest(recipe: str | None, changes: list[str] | None, corpus: Corpus, runs: Runs) -> Recipe:
    """The recipe that was asked for, else that of the newest release (said aloud), with the changes asked for."""
    if recipe is not None:
        return read_recipe(recipe, changes or ())
    newest = runs.newest_release()
    if newest is None:
        raise UsageError(f"{corpus.location.root} has no release yet: name a recipe with --recipe")
    released = Recipe.model_validate_json(newest.details["recipe"])
    told = f"recipe {released.name}, of release {newest.details['release']}; --recipe takes another"
    errors.print(told, style="dim", highlight=False)
    return released.changed(changes or ())
