"""How long `what_if` takes to answer on a million documents: the first question of a session, and later ones.

The documents are small (two clauses, about 140 bytes), one in ten a copy of another, and have a release by
`fineweb-en`, loosened for such texts, in many languages, until some four in ten pass. Each session is a process of its
own: how long `thresher.open` takes, Spark's start included, is told apart, then it is asked three questions.
"""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

from tests.benchmarks.driver_memory import write_documents
from tests.benchmarks.pairs import arguments, scratch, table, timed

SIZES = {"tiny": 1_000, "small": 100_000, "full": 1_000_000}
LOOSENED = (
    "language_v1.language.one_of=null",
    "language_v1.score.at_least=null",
    "gopher_quality_v1.word_count.at_least=10",
    "gopher_quality_v1.stop_words.at_least=0",
    "fineweb_quality_v1.terminal_lines.at_least=0",
    "fineweb_quality_v1.short_lines.at_most=1",
)
QUESTIONS = (
    "gopher_quality_v1.alphabetic_words.at_least=0.6",
    "gopher_repetition_v1.top_4_gram.at_most=0.3",
    "language_v1.score.at_least=0.5",
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
    pipeline.run(corpus, read_recipe("fineweb-en", LOOSENED), chosen, Ingest(f"{folder}/input/*.jsonl"))


def ask(folder: str) -> list[float]:
    """Seconds of opening the corpus and of each question in this process."""
    import thresher

    opened = []
    opening = timed(lambda: opened.append(thresher.open(f"{folder}/corpus")))
    return [opening, *(timed(lambda q=q: opened[0].what_if(q)) for q in QUESTIONS)]


def in_own_process(*options: str) -> str:
    """The last line that this benchmark says, run with these options."""
    command = [sys.executable, "-m", "tests.benchmarks.what_if", *options]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return said.splitlines()[-1] if said else ""


def main() -> None:
    more = {"make": "make FOLDER/corpus", "ask": "ask FOLDER/corpus"}
    given = arguments(__doc__, *((f"--{name}", {"help": about}) for name, about in more.items()))
    if given.make:
        make(Path(given.make), SIZES[given.scale])
    elif given.ask:
        sys.stdout.write(f"\n{json.dumps(ask(given.ask))}\n")
    else:
        compare(given.scale, given.pairs)


def compare(scale: str, pairs: int) -> None:
    """Ask one session after the other, and print what they say."""
    with scratch() as folder:
        in_own_process("--make", str(folder), "--scale", scale)
        said = [json.loads(in_own_process("--ask", str(folder))) for _ in range(pairs)]
    columns = (f"{median(times):.1f} ({min(times):.1f} to {max(times):.1f})" for times in zip(*said, strict=True))
    table(("documents", "thresher.open, s", "first question", "second", "third"), [(f"{SIZES[scale]:,}", *columns)])


if __name__ == "__main__":
    main()
