"""The commands that write: the whole run, and each stage by itself."""

import json
from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.table import Table

from thresher.ask.funnel import funnel
from thresher.errors import UsageError
from thresher.ingest.settings import IngestSettings
from thresher.location import locate
from thresher.recipe import Recipe, read_recipe
from thresher.runs import Runs
from thresher.stage import Job, Stage
from thresher_jobs import annotate as annotate_job
from thresher_jobs import curate as curate_job
from thresher_jobs import dedup as dedup_job
from thresher_jobs import embed as embed_job
from thresher_jobs import export as export_job
from thresher_jobs import filter as filter_job
from thresher_jobs import lines as lines_job
from thresher_jobs import pipeline
from thresher_jobs import regroup as regroup_job
from thresher_jobs import report as report_job
from thresher_jobs import semantic as semantic_job
from thresher_jobs.cli_options import (
    CorpusOption,
    RecipeOption,
    SetOption,
    console,
    create_corpus,
    open_corpus,
    recipe_or_newest,
)
from thresher_jobs.ingest import Ingest

InputOption = Annotated[str, typer.Option("--input", help="Files to ingest: a file, a folder or a pattern, or a URI.")]
InputFirstOption = Annotated[
    str | None, typer.Option("--input", help="Files to ingest first: a file, a folder or a pattern, or a URI.")
]
DatasetOption = Annotated[str, typer.Option("--dataset", help="The name of the data set that the records belong to.")]
ColumnOption = Annotated[
    list[str] | None, typer.Option("--column", help="Which column holds a field, as text=content; may be repeated.")
]
ParserOption = Annotated[
    str, typer.Option("--html-parser", help="resiliparse, trafilatura, or module:function of your own.")
]
BatchOption = Annotated[int, typer.Option("--batch-bytes", min=1, help="Bytes of input a batch, the unit of commit.")]
OutputOption = Annotated[str | None, typer.Option("--output", help="Where files go; else into the corpus's folder.")]
AgainstOption = Annotated[
    list[str] | None,
    typer.Option("--against", help="Another corpus: what its newest release holds is dropped here; may be repeated."),
]
ReleaseOption = Annotated[str | None, typer.Option("--release", help="A name for the release; else one is made.")]


def run(
    recipe: Annotated[str, typer.Argument(help="A recipe's name, or a YAML file.")],
    corpus: CorpusOption,
    input: InputFirstOption = None,
    dataset: DatasetOption = "default",
    column: ColumnOption = None,
    html_parser: ParserOption = "resiliparse",
    batch_bytes: BatchOption = Ingest.batch_bytes,
    set: SetOption = None,
    output: OutputOption = None,
    release: ReleaseOption = None,
    against: AgainstOption = None,
) -> None:
    """Bring a corpus up to date: ingest what is new, then every stage of the recipe."""
    checked = read_recipe(recipe, _with_against(set, against))
    _ = checked.annotators  # a list or a model that is missing is told before Spark starts
    _find_model(checked)
    ingest = _ingest(input, dataset, column, html_parser, batch_bytes) if input else None
    _show(_run(corpus, checked, pipeline.STAGES, ingest, output, release))


def ingest(
    corpus: CorpusOption,
    input: InputOption,
    dataset: DatasetOption = "default",
    column: ColumnOption = None,
    html_parser: ParserOption = "resiliparse",
    batch_bytes: BatchOption = Ingest.batch_bytes,
) -> None:
    """Read files that are new into `documents` and `quarantine`."""
    _run(corpus, None, (), _ingest(input, dataset, column, html_parser, batch_bytes))


def annotate(corpus: CorpusOption, recipe: RecipeOption = None, set: SetOption = None) -> None:
    """Measure the documents that are not measured yet: all signals of a recipe in one pass."""
    _run_one(corpus, recipe, set, annotate_job.STAGE)


def filter(corpus: CorpusOption, recipe: RecipeOption = None, set: SetOption = None) -> None:
    """Apply the recipe's rules to the signals; touches no text."""
    _run_one(corpus, recipe, set, filter_job.STAGE)


def dedup(
    corpus: CorpusOption, recipe: RecipeOption = None, set: SetOption = None, against: AgainstOption = None
) -> None:
    """Find copies and near copies among what passes the filter, and of what other corpora hold."""
    _run_one(corpus, recipe, _with_against(set, against), dedup_job.STAGE)


def embed(corpus: CorpusOption, recipe: RecipeOption = None, set: SetOption = None) -> None:
    """Make the vectors that the recipe's documents lack, where it asks for them (`embed:`)."""
    if recipe is not None:
        _find_model(read_recipe(recipe, set or ()))
    _run_one(corpus, recipe, set, embed_job.STAGE)


def regroup(corpus: CorpusOption, recipe: RecipeOption = None, set: SetOption = None) -> None:
    """Group the documents that have vectors into domains by meaning, where the recipe asks for it (`regroup:`)."""
    _run_one(corpus, recipe, set, regroup_job.STAGE)


def semantic(corpus: CorpusOption, recipe: RecipeOption = None, set: SetOption = None) -> None:
    """Drop documents that say what another of their domain says, where the recipe asks for it (`semantic:`)."""
    _run_one(corpus, recipe, set, semantic_job.STAGE)


def lines(corpus: CorpusOption, recipe: RecipeOption = None, set: SetOption = None) -> None:
    """Find lines or paragraphs that are repeated across the documents that are left, where the recipe asks for it."""
    _run_one(corpus, recipe, set, lines_job.STAGE)


def curate(
    corpus: CorpusOption, recipe: RecipeOption = None, set: SetOption = None, release: ReleaseOption = None
) -> None:
    """Publish a release: the documents that no verdict drops; copies no text."""
    _run_one(corpus, recipe, set, curate_job.STAGE, release=release)


def export(
    corpus: CorpusOption, recipe: RecipeOption = None, set: SetOption = None, output: OutputOption = None
) -> None:
    """Write the newest release as files for the trainer."""
    _run_one(corpus, recipe, set, export_job.STAGE, output=output)


def report(
    corpus: CorpusOption, recipe: RecipeOption = None, set: SetOption = None, output: OutputOption = None
) -> None:
    """Draw what happened: one HTML file."""
    _run_one(corpus, recipe, set, report_job.STAGE, output=output)


COMMANDS: tuple[Callable[..., None], ...] = (
    run, ingest, annotate, filter, dedup, embed, regroup, semantic, lines, curate, export, report,
)  # fmt: skip


def _run_one(corpus: str, recipe: str | None, changes: list[str] | None, stage: Stage, **options: str | None) -> None:
    if recipe is not None:
        read_recipe(recipe, changes or ())  # a wrong recipe is told before Spark starts
    opened = open_corpus(corpus)
    checked = recipe_or_newest(recipe, changes, opened, Runs(opened))
    _say(pipeline.run(opened, checked, (stage,), options=_given(options)))


def _run(
    corpus: str,
    recipe: Recipe | None,
    stages: Sequence[Stage],
    ingest: Ingest | None,
    output: str | None = None,
    release: str | None = None,
) -> Job:
    if ingest:
        _ = ingest.files  # a pattern that matches nothing is told before Spark starts
    opened = create_corpus(corpus)
    job = pipeline.run(opened, recipe, stages, ingest, _given({"output": output, "release": release}))
    _say(job)
    return job


def _find_model(recipe: Recipe) -> None:
    """A model that is missing is told before Spark starts."""
    if recipe.embedder is not None:
        _ = recipe.embedder.found


def _ingest(pattern: str, dataset: str, columns: list[str] | None, html_parser: str, batch_bytes: int) -> Ingest:
    named = dict(_pair(column) for column in columns or ())
    try:
        settings = IngestSettings(dataset=dataset, columns=named, html_parser=html_parser)
    except ValidationError as error:
        first = error.errors()[0]
        option = {"columns": "--column", "html_parser": "--html-parser"}.get(str(first["loc"][0]), "--dataset")
        raise UsageError(f"{option}: {first['msg'].removeprefix('Value error, ')}") from error
    return Ingest(pattern, settings, batch_bytes)


def _pair(column: str) -> tuple[str, str]:
    field, equals, name = column.partition("=")
    if not equals or not field or not name:
        raise UsageError(f"--column {column}: write it as field=column, such as text=content")
    return field, name


def _with_against(changes: list[str] | None, against: list[str] | None) -> list[str]:
    """The changes to a recipe, among them the corpora to dedup against."""
    roots = [locate(corpus).root for corpus in against or ()]
    # A list of strings is the same in JSON and in YAML.
    return [*(changes or ()), *([f"dedup.against={json.dumps(roots)}"] if roots else ())]


def _given(options: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in options.items() if value is not None}


def _say(job: Job) -> None:
    """Tell what was done, stage by stage."""
    new = [row for row in job.runs.rows if row.run_id == job.run_id]
    if not new:
        console.print("nothing to do: every stage is up to date", highlight=False)
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("stage")
    table.add_column("seconds", justify="right")
    table.add_column("counts")
    for row in new:
        counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in row.counts.items() if count)
        table.add_row(row.stage, f"{row.seconds:,.1f}", counts)
    console.print(table)


def _show(job: Job) -> None:
    """After a whole run that did something: the funnel, and where the report and the files lie."""
    if not any(row.run_id == job.run_id for row in job.runs.rows):
        return
    console.print(funnel(job.corpus, job.runs, job.recipe))
    for stage, place in (("export", "folder"), ("report", "path")):
        row = job.runs.newest(stage, job.recipe.name)
        if row is not None:
            console.print(f"{stage}: {row.details[place]}", highlight=False, soft_wrap=True)
