"""text-dedup's MinHash on the same JSON lines, in an environment of its own: its packages do not go with ours.

    python -m tests.benchmarks.peer_text_dedup FOLDER KEPT

Makes `.peers/` the first time. Word 5-grams, 112 permutations of 32 bits, 14 bands of 8, one process; KEPT gets the
ids that are kept.
"""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ENVIRONMENT = Path(__file__).parents[2] / ".peers"
PYTHON = ENVIRONMENT / "bin" / "python"
IDS = "import datasets, sys; print(*datasets.load_from_disk(sys.argv[1])['id'], sep='\\n')"


def main(folder: Path, kept: Path) -> None:
    if not PYTHON.exists():
        venv.create(ENVIRONMENT, with_pip=True)
        subprocess.run([PYTHON, "-m", "pip", "install", "-q", "text-dedup"], check=True)
    with tempfile.TemporaryDirectory() as scratch:
        settings = {
            **{"path": "json", "data_files": f"{folder}/*.jsonl", "split": "train", "column": "text"},
            **{"cache_dir": f"{scratch}/cache", "output": f"{scratch}/kept", "num_proc": "1"},
            **{"ngram": "5", "num_perm": "112", "b": "14", "r": "8", "hash_func": "xxh3", "hash_bits": "32"},
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        subprocess.run([PYTHON, "-m", "text_dedup.minhash", *options], check=True)
        ids = subprocess.run([PYTHON, "-c", IDS, f"{scratch}/kept"], check=True, capture_output=True, text=True).stdout
    kept.write_text(ids)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
