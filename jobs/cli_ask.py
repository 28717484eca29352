"""The commands that only ask: nothing here writes to the corpus."""

from collections.abc import Callable
from typing import Annotated

import typer

from thresher.ask.audit import FLOOR, MOST, SAMPLE, require_minhash
from thresher.ask.audit import audit_dedup as audit
from thresher.ask.compare import diff as compare
from thresher.ask.domains import domains as map_of
from thresher.ask.ledger import ledger
from thresher.ask.sample import sample as draw
from thresher.ask.status import status as state
from thresher.ask.what_if import what_if as suppose
from thresher.errors import UsageError
from thresher.recipe import read_recipe
from thresher.runs import Runs
from thresher_jobs import pipeline
from thresher_jobs.cli_options import (
    CorpusOption,
    RecipeOption,
    SetOption,
    console,
    open_corpus,
    open_to_ask,
    recipe_or_newest,
)

KeyArgument = Annotated[str, typer.Argument(help="A document's URL, record_id or doc_id.")]
RecipeArgument = Annotated[str | None, typer.Argument(help="A recipe's name or file; else that of the newest release.")]
OneRecipeOption = Annotated[str | None, typer.Option("--recipe", help="Tell of this recipe alone, by name.")]
RuleOption = Annotated[str, typer.Option("--rule", help="RULESET.RULE, such as gopher_quality_v1.mean_word_length.")]
CountOption = Annotated[int, typer.Option("-n", min=1, max=1000, help="How many documents.")]
SeedOption = Annotated[int, typer.Option("--seed", help="Another seed draws other documents.")]


def explain(corpus: CorpusOption, key: KeyArgument, recipe: OneRecipeOption = None) -> None:
    """Tell one document's story: every rule it failed, by how much, and what it duplicates."""
    opened = open_to_ask(corpus)
    console.print(ledger(opened, Runs(opened), key, recipe))


def sample(
    corpus: CorpusOption, rule: RuleOption, recipe: RecipeOption = None, n: CountOption = 5, seed: SeedOption = 0
) -> None:
    """Show documents that a rule drops, with the value beside the threshold."""
    opened = open_to_ask(corpus)
    console.print(draw(opened, recipe_or_newest(recipe, None, opened, Runs(opened)), rule, n, seed))


def status(corpus: CorpusOption, recipe: RecipeOption = None) -> None:
    """Show every stage's counts and seconds, what is stale and why."""
    opened = open_to_ask(corpus)
    runs = Runs(opened)
    console.print(state(runs, recipe_or_newest(recipe, None, opened, runs), pipeline.STAGES))


def domains(corpus: CorpusOption, recipe: RecipeOption = None) -> None:
    """Show the domains that the recipe's documents were grouped into: sizes, keywords, sources, languages."""
    opened = open_to_ask(corpus)
    runs = Runs(opened)
    console.print(map_of(opened, runs, recipe_or_newest(recipe, None, opened, runs)))


def what_if(corpus: CorpusOption, set: SetOption = None, recipe: RecipeOption = None) -> None:
    """Count how many more or fewer documents would pass under other bounds; touches no text, writes nothing."""
    if not set:
        raise UsageError("what-if needs a change: --set gopher_quality_v1.word_count.at_least=20")
    if recipe is not None:
        read_recipe(recipe, set)  # a wrong change is told before Spark starts
    opened = open_to_ask(corpus)
    runs = Runs(opened)
    present = recipe_or_newest(recipe, None, opened, runs)
    console.print(suppose(opened, runs, present, present.changed(set)))


def diff(
    corpus: CorpusOption,
    left: Annotated[str, typer.Argument(help="A recipe's name.")],
    right: Annotated[str, typer.Argument(help="Another recipe's name.")],
    n: CountOption = 5,
    seed: SeedOption = 0,
) -> None:
    """Show what one recipe keeps that the other drops: counts, by which rule, samples."""
    opened = open_to_ask(corpus)
    console.print(compare(opened, Runs(opened), left, right, n, seed))


def audit_dedup(
    corpus: CorpusOption,
    recipe: RecipeArgument = None,
    set: SetOption = None,
    sample: Annotated[int, typer.Option("--sample", min=1, max=MOST, help="How many documents are drawn.")] = SAMPLE,
    seed: SeedOption = 0,
    floor: Annotated[float, typer.Option("--floor", min=0.01, max=1, help="The least similarity of a pair.")] = FLOOR,
) -> None:
    """State the recall and precision of near deduplication by true similarity, of a sample beside the whole corpus.

    Reads the corpus's text; writes nothing. Example: thresher audit-dedup gopher --corpus ./corpus --sample 2000
    """
    if recipe is not None:
        require_minhash(read_recipe(recipe, set or ()))  # a wrong recipe is told before Spark starts
    opened = open_corpus(corpus)
    runs = Runs(opened)
    console.print(audit(opened, runs, recipe_or_newest(recipe, set, opened, runs), sample, seed, floor))


COMMANDS: tuple[Callable[..., None], ...] = (explain, sample, status, domains, what_if, diff, audit_dedup)
