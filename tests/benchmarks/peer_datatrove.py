"""datatrove's four MinHash stages on the same JSON lines, in an environment of its own: its extras do not go with ours.

    python -m tests.benchmarks.peer_datatrove FOLDER SCRATCH

Makes `.peers-datatrove/` the first time. Word 5-grams, 14 buckets of 8 hashes, 64 bits, two tasks on two cores where a
stage can be divided. Prints the seconds of the four stages, without the start of Python, and the documents kept.
"""

import subprocess
import sys
import time
import venv
from pathlib import Path

ENVIRONMENT = Path(__file__).parents[2] / ".peers-datatrove"
PYTHON = ENVIRONMENT / "bin" / "python"
PACKAGES = ("datatrove==0.10.1", "orjson", "spacy", "tokenizers", "xxhash<4", "nltk", "fasteners")
TASKS = 2


def run_stages(source: str, scratch: Path) -> None:
    """Signatures, buckets, clusters, filter."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import (
        MinhashDedupBuckets,
        MinhashDedupCluster,
        MinhashDedupFilter,
        MinhashDedupSignature,
    )
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter
    from datatrove.utils.hashing import HashConfig

    config = MinhashConfig(hash_config=HashConfig(precision=64), n_grams=5, num_buckets=14, hashes_per_bucket=8)
    signatures, buckets, removed = (str(scratch / name) for name in ("signatures", "buckets", "removed"))
    reader = JsonlReader(source, glob_pattern="*.jsonl", compression=None)
    kept = JsonlWriter(str(scratch / "kept"), compression=None)
    stages: list[tuple[int, list[object]]] = [
        (TASKS, [reader, MinhashDedupSignature(output_folder=signatures, config=config)]),
        (14, [MinhashDedupBuckets(input_folder=signatures, output_folder=buckets, config=config)]),
        (1, [MinhashDedupCluster(input_folder=buckets, output_folder=removed, config=config)]),
        (TASKS, [reader, MinhashDedupFilter(input_folder=removed), kept]),
    ]
    for number, (tasks, steps) in enumerate(stages):
        logs = str(scratch / f"logs-{number}")
        LocalPipelineExecutor(steps, tasks=tasks, workers=TASKS, logging_dir=logs, skip_completed=False).run()


def main(source: str, scratch: str) -> None:
    if not PYTHON.exists():
        venv.create(ENVIRONMENT, with_pip=True)
        subprocess.run([PYTHON, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    command = [PYTHON, __file__, source, scratch]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    sys.stdout.write(done.stdout.splitlines()[-1] + "\n")


if __name__ == "__main__":
    if Path(sys.prefix) == ENVIRONMENT:
        start = time.perf_counter()
        run_stages(sys.argv[1], Path(sys.argv[2]))
        seconds = time.perf_counter() - start
        kept = sum(1 for file in Path(sys.argv[2], "kept").iterdir() for _ in open(file, "rb"))
        sys.stdout.write(f"\n{seconds:.3f} {kept}\n")
    else:
        main(*sys.argv[1:])
