"""`thresher run minhash-only` on JSON lines, beside the best single-process tool doing the same: at most 3 times it.

Whole processes by the wall's clock, from the command to its end: for thresher that is the session's start, ingest,
annotate, exact and MinHash dedup, release, export of the text, and the report, into a fresh corpus each time; for
the peer reading, signatures, clusters and a list of the ids it keeps (`peer_rensa`, `peer_text_dedup`).
"""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.pairs import alternate, arguments, jsonl, table
from tests.benchmarks.texts import DOCUMENTS

THRESHER = str(Path(sys.executable).with_name("thresher"))
PEERS = {"rensa": "tests.benchmarks.peer_rensa", "text-dedup": "tests.benchmarks.peer_text_dedup"}


def call(*command: str) -> None:
    """Run a command to its end; what it says is shown only where it fails."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")


def run_thresher(source: Path, corpus: Path) -> None:
    """The whole run into a corpus that is not there yet."""
    shutil.rmtree(corpus, ignore_errors=True)
    call(THRESHER, "run", "minhash-only", "--input", f"{source}/*.jsonl", "--corpus", str(corpus))


def kept_by(corpus: Path) -> int:
    """How many documents the run has exported."""
    import pyarrow.dataset as ds

    (release,) = (corpus / "export").iterdir()
    return int(ds.dataset([str(path) for path in release.rglob("*.parquet")]).count_rows())


def main() -> None:
    given = arguments(__doc__, ("--peer", {"choices": PEERS, "default": "rensa"}))
    count = DOCUMENTS[given.scale]
    with jsonl(count) as (folder, size):
        source, corpus, kept = folder / "input", folder / "corpus", folder / "kept"
        with jsonl(100) as (few, _):
            run_thresher(few / "input", few / "corpus")  # compiles, and makes what later sessions start from
        ratio = alternate(
            lambda: run_thresher(source, corpus),
            lambda: call(sys.executable, "-m", PEERS[given.peer], str(source), str(kept)),
            given.pairs,
        )
        keeps = f"{kept_by(corpus):,}, {len(kept.read_text().split()):,}"
    table(
        ("documents", "MB", "keep: thresher, peer", f"thresher, {given.peer}", "times the peer"),
        [(f"{count:,}", f"{size / 1e6:.0f}", keeps, ratio.seconds(), ratio.of())],
    )


if __name__ == "__main__":
    main()
