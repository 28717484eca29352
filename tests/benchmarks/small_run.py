"""Small is quick: `thresher run minhash-only` on 100 documents, and a run that has nothing to do.

The first takes at most 2 times the bare sequence of Delta operations (`floor`, with the same documents, JVM options and
jars), the second at most 1.5 times a process that opens a session and reads `runs`. Whole processes, by turns.
"""

import shutil
import sys
from itertools import islice
from pathlib import Path

import orjson
from tests.benchmarks.minhash_run import THRESHER, call, run_thresher
from tests.benchmarks.pairs import Ratio, alternate, arguments, scratch, table
from tests.benchmarks.texts import plan, texts

DOCUMENTS = 100
READ_RUNS = """
import sys
from thresher.session import get_session
get_session().read.format("delta").load(sys.argv[1] + "/runs").collect()
"""


def floor(source: Path, folder: Path) -> None:
    """The bare operations, into a folder that is not there yet."""
    shutil.rmtree(folder, ignore_errors=True)
    call(sys.executable, "-m", "tests.benchmarks.floor", str(source), str(folder))


def again(source: Path, corpus: Path) -> None:
    """The same command as before, on the corpus that it has made."""
    call(THRESHER, "run", "minhash-only", "--input", f"{source}/*.jsonl", "--corpus", str(corpus))


def row(name: str, ratio: Ratio, most: str) -> tuple[str, ...]:
    return (name, ratio.seconds(), ratio.of(), most)


def main() -> None:
    given = arguments(__doc__)
    with scratch() as folder:
        source, corpus = folder / "input", folder / "corpus"
        source.mkdir()
        records = ({"id": str(n), "text": text} for n, text in enumerate(islice(texts(plan(DOCUMENTS)), DOCUMENTS)))
        (source / "part.jsonl").write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
        run_thresher(source, corpus)  # compiles, and lets the session keep what makes the next one start fast
        whole = alternate(lambda: run_thresher(source, corpus), lambda: floor(source, folder / "floor"), given.pairs)
        nothing = alternate(
            lambda: again(source, corpus), lambda: call(sys.executable, "-c", READ_RUNS, str(corpus)), given.pairs
        )
    table(
        ("what", "it, the floor", "times the floor", "at most"),
        [row(f"a run on {DOCUMENTS} documents", whole, "2"), row("a run with nothing to do", nothing, "1.5")],
    )


if __name__ == "__main__":
    main()
