"""Two things timed by turns, A B A B, so that what else the machine does falls on both; the ratio of each pair counts.

A benchmark prints the median ratio with the smallest and the largest, never one run's.
"""

import argparse
import contextlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from tests.benchmarks.texts import DOCUMENTS, write_jsonl

Clock = Callable[[], float]


@dataclass(frozen=True)
class Ratio:
    """What pairs of timings say: seconds of each side, and how many times the first is of the second."""

    first: tuple[float, ...]
    second: tuple[float, ...]

    def of(self, scale: float = 1.0) -> str:
        """The median ratio (first to second, times `scale`), its range, the number of pairs."""
        ratios = [scale * a / b for a, b in zip(self.first, self.second, strict=True)]
        return f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}, {len(ratios)} pairs)"

    def seconds(self) -> str:
        """The median seconds of both sides."""
        return f"{median(self.first):.2f} s, {median(self.second):.2f} s"


def wall() -> float:
    """Seconds on the wall's clock."""
    return time.perf_counter()


def own_cpu() -> float:
    """CPU seconds of this process alone."""
    return time.process_time()


def tree_cpu() -> float:
    """CPU seconds of this process and all that are alive below it: the JVM, Python workers, parsers."""
    total = 0.0
    for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def timed(work: Callable[[], Any], clock: Clock = wall) -> float:
    """Seconds that the work takes by this clock."""
    start = clock()
    work()
    return clock() - start


def alternate(first: Callable[[], Any], second: Callable[[], Any], pairs: int = 5, clock: Clock = wall) -> Ratio:
    """Time both by turns; each pair is told on standard error as it ends."""
    times = []
    for _ in range(pairs):
        times.append((timed(first, clock), timed(second, clock)))
        sys.stderr.write(f"{times[-1][0]:.3f} s, {times[-1][1]:.3f} s\n")
    return Ratio(tuple(a for a, _ in times), tuple(b for _, b in times))


def arguments(about: str | None, *more: tuple[str, dict[str, Any]]) -> argparse.Namespace:
    """The options of a benchmark: `--scale`, `--pairs`, and its own."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", choices=DOCUMENTS, default="small")
    parser.add_argument("--pairs", type=int, default=5)
    for name, settings in more:
        parser.add_argument(name, **settings)
    return parser.parse_args()


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A folder that ends with the benchmark."""
    with TemporaryDirectory(prefix="thresher-bench-") as folder:
        yield Path(folder)


@contextlib.contextmanager
def jsonl(documents: int) -> Iterator[tuple[Path, int]]:
    """A folder with a sub-folder `input` of generated documents as JSON lines, and the bytes of their text."""
    with scratch() as folder:
        yield folder, write_jsonl(folder / "input", documents)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table, in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    sys.stdout.write("\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n")
    sys.stdout.flush()
