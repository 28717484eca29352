"""Lists of five million domains and URLs: how long they take to load, the memory they cost, and look-ups a second.

    python -m tests.benchmarks.url_list --scale tiny|small|full

The entries are made up, nine domains to one page of the UT1 layout, and half of the URLs asked for are below
listed hosts. `made` is the first process on a machine, which reads the lists and writes the index; `loaded` any other
one. Memory is what the lists add to that of a process which measures URLs: all of it, what of it is files in memory
that other processes share, and the most that it was at any time.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
from tests.benchmarks.pairs import arguments, scratch

WORDS = ("river", "stone", "paper", "cloud", "maple", "north", "amber", "tiger", "piano", "lemon")
ENDS = ("com", "org", "net", "co.uk", "de", "com.br")
ENTRIES = {"tiny": 5_000, "small": 500_000, "full": 5_000_000}
BATCHES, BATCH = 100, 10_000


def host(number: int) -> str:
    """The made-up domain of this number."""
    spelled = (WORDS[number // 10**place % 10] for place in (1, 3, 5))
    return f"{'-'.join(spelled)}{number:x}.{ENDS[number % len(ENDS)]}"


def write_lists(folder: Path, entries: int) -> None:
    """A category in UT1's layout: nine domains to one page."""
    category = folder / "lists" / "made-up"
    category.mkdir(parents=True)
    with (category / "domains").open("w") as domains, (category / "urls").open("w") as urls:
        for number in range(entries):
            if number % 10:
                domains.write(host(number) + "\n")
            else:
                urls.write(f"{host(number)}/{WORDS[number % 7]}/{number % 97}\n")


def urls(entries: int, count: int, seed: int) -> pa.Array:
    """URLs as a crawl has them; about half are below an entry."""
    numbers = np.random.default_rng(seed).integers(0, 2 * entries, count).tolist()
    return pa.array(
        [f"https://www.{host(n)}/{WORDS[n % 7]}/{n % 97}/page-{n % 1009}.html?id={n % 13}" for n in numbers]
    )


def measure(folder: Path, entries: int) -> dict[str, float]:
    """What one process finds: seconds to its first answer, bytes, look-ups a second."""
    from thresher.annotators.url import url_v1

    batches, process = [urls(entries, BATCH, seed) for seed in range(BATCHES)], psutil.Process()
    url_v1().measure(batches[0])  # compiles or loads the kernels
    before = process.memory_info()
    started = time.perf_counter()
    annotator = url_v1(block=(folder / "lists",))
    annotator.measure(batches[0])
    loaded = time.perf_counter() - started
    started = time.process_time()
    listed = sum(BATCH - annotator.measure(batch).field("listed").null_count for batch in batches)
    seconds = time.process_time() - started
    after, peak = process.memory_info(), _peak()
    return {
        "seconds": loaded,
        "mapped": after.shared - before.shared,
        "all": after.rss - before.rss,
        "peak": peak - before.rss,
        "a second": BATCHES * BATCH / seconds,
        "share listed": listed / (BATCHES * BATCH),
    }


def _peak() -> int:
    """The most memory that this process ever held."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith("VmHWM")).split()[1])


def main() -> None:
    given = arguments(__doc__, ("--of", {"type": Path, "help": "measure the lists of this folder, which has them"}))
    entries = ENTRIES[given.scale]
    if given.of is not None:
        sys.stdout.write(json.dumps(measure(given.of, entries)))
        return
    with scratch() as folder:
        write_lists(folder, entries)
        command = [sys.executable, "-m", "tests.benchmarks.url_list", "--of", str(folder), "--scale", given.scale]
        environment = {**os.environ, "XDG_CACHE_HOME": str(folder)}
        for name in ("made", "loaded"):
            done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
            found = json.loads(done.stdout)
            sys.stdout.write(
                f"{name:8}{found['seconds']:6.2f} s to load {entries:,} entries, "
                f"{found['all'] / 1e6:.0f} MB of memory ({found['mapped'] / 1e6:.0f} shared, "
                f"{found['peak'] / 1e6:.0f} at most), {found['a second']:,.0f} look-ups a second, "
                f"{found['share listed']:.0%} of them listed\n"
            )


if __name__ == "__main__":
    main()
