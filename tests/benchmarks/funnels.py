"""The funnels of all recipes that ship, on the real texts and pages beside the project, as the page docs/funnels.md.

    python -m tests.benchmarks.funnels > docs/funnels.md

Inputs: the texts, the sentences of 75 languages, the WARC files.
"""

import sys
from collections.abc import Sequence
from tempfile import TemporaryDirectory

from tests.benchmarks.texts import DATA

from thresher.ask.funnel import Funnel, funnel
from thresher.corpus import Corpus
from thresher.location import locate
from thresher.recipe import read_recipe, shipped_recipes
from thresher.runs import Runs
from thresher.session import get_session
from thresher_jobs import annotate, curate, dedup, filter, pipeline
from thresher_jobs.ingest import Ingest

INPUTS = ("text", "lid", "web/warc")
STAGES = (annotate.STAGE, filter.STAGE, dedup.STAGE, curate.STAGE)
HEAD = """# Funnels

Every recipe that ships on the real texts beside the project: `text` (1,653 web pages, books, papers), `lid` (14,829
sentences of 75 languages, too short for most rules) and `web/warc` (29 files, many of them broken on purpose). Made by
`python -m tests.benchmarks.funnels`. Of a rule, `alone` counts the documents that it drops and no other does; rules
that drop nothing are left out.
"""


def section(shown: Funnel) -> str:
    """One recipe's funnel as a table."""
    rows = ["", f"## {shown.recipe}", "", "| step | documents | alone |", "|---|---|---|"]
    for step in shown.steps:
        if step.documents or step.kind == "left":
            sign, indent = ("" if step.kind == "left" else "-"), ("&nbsp;&nbsp;" if step.kind == "rule" else "")
            alone = "" if step.alone is None else f"{step.alone:,}"
            rows.append(f"| {indent}{step.name} | {sign}{step.documents:,} | {alone} |")
    return "\n".join(rows) + "\n"


def main(recipes: Sequence[str]) -> None:
    """Ingest once, then run each recipe up to its release."""
    sys.stdout.write(HEAD)
    with TemporaryDirectory() as folder:
        corpus = Corpus(get_session(), locate(f"{folder}/corpus"))
        for name in INPUTS:
            pipeline.run(corpus, None, (), Ingest(str(DATA.parent / name)))
        for name in recipes:
            recipe = read_recipe(name)
            pipeline.run(corpus, recipe, STAGES)
            sys.stdout.write(section(funnel(corpus, Runs(corpus), recipe)))
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:] or shipped_recipes())
