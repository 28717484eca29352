"""How long `what_if` takes to answer on a million documents: as the first thing that a session does, and later.

The documents are small (two clauses, about 140 bytes), one in ten a copy of another, and have a release by
`fineweb-en`. Each session is a process of its own, which before the clock starts has run one query of numbers and
opened the corpus; half of the sessions have also read its smallest table. Then each is asked three questions.
"""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

from tests.benchmarks.driver_memory import write_documents
from tests.benchmarks.pairs import arguments, scratch, table, timed

SIZES = {"tiny": 1_000, "small": 100_000, "full": 1_000_000}
QUESTIONS = (
    "gopher_quality_v1.alphabetic_words.at_least=0.6",
    "gopher_quality_v1.alphabetic_words.at_least=0.7",
    "fineweb_quality_v1.short_lines.at_most=0.5",
)


def make(folder: Path, documents: int) -> None:
    """A corpus with a release of `fineweb-en`."""
    from thresher.corpus import Corpus
    from thresher.location import locate
    from thresher.recipe import read_recipe
    from thresher.session import get_session
    from thresher_jobs import pipeline
    from thresher_jobs.ingest import Ingest

    write_documents(folder / "input", documents)
    corpus = Corpus(get_session("thresher-what-if"), locate(str(folder / "corpus")))
    chosen = [stage for stage in pipeline.STAGES if stage.name in ("annotate", "filter", "dedup", "curate")]
    pipeline.run(corpus, read_recipe("fineweb-en"), chosen, Ingest(f"{folder}/input/*.jsonl"))


def ask(folder: str, read: bool) -> list[float]:
    """Seconds of each question in this process."""
    import thresher

    corpus = thresher.open(f"{folder}/corpus")
    corpus.spark.range(1).collect()
    if read:
        corpus.runs.collect()
    return [timed(lambda question=question: corpus.what_if(question, recipe="fineweb-en")) for question in QUESTIONS]


def in_own_process(*options: str) -> str:
    """The last line that this benchmark says, run with these options."""
    command = [sys.executable, "-m", "tests.benchmarks.what_if", *options]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return said.splitlines()[-1] if said else ""


def main() -> None:
    more = {"make": "make FOLDER/corpus", "ask": "ask FOLDER/corpus", "ask-read": "ask it when a table was read"}
    given = arguments(__doc__, *((f"--{name}", {"help": about}) for name, about in more.items()))
    if given.make:
        make(Path(given.make), SIZES[given.scale])
    elif folder := given.ask or given.ask_read:
        sys.stdout.write(f"\n{json.dumps(ask(folder, bool(given.ask_read)))}\n")
    else:
        compare(given.scale, given.pairs)


def compare(scale: str, pairs: int) -> None:
    """Ask sessions of both kinds by turns, and print what they say."""
    with scratch() as folder:
        in_own_process("--make", str(folder), "--scale", scale)
        said = [
            [json.loads(in_own_process(option, str(folder))) for option in ("--ask", "--ask-read")]
            for _ in range(pairs)
        ]
    rows = []
    for kind, sessions in zip(("none", "its smallest table"), zip(*said, strict=True), strict=True):
        seconds = [
            f"{median(times):.1f} ({min(times):.1f} to {max(times):.1f})" for times in zip(*sessions, strict=True)
        ]
        rows.append((kind, *seconds))
    table((f"read of {SIZES[scale]:,} documents before", "first question, s", "second", "third"), rows)


if __name__ == "__main__":
    main()
