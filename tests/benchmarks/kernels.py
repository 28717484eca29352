"""MB/s of one core, kernel by kernel: each annotator on Arrow arrays in memory, no Spark; MinHash must reach 50.

Each is timed alone in CPU seconds of this process on batches of 16 MB, as Spark hands them over, after a first pass
that compiles or loads it. What several annotators share (the words) is made anew for each; the last line but one
measures them together, as `annotate` does. A pass of each makes a round; the figure is the median over rounds.
"""

from collections.abc import Sequence
from itertools import islice
from statistics import median

import pyarrow as pa
from tests.benchmarks.pairs import arguments, own_cpu, table, timed
from tests.benchmarks.texts import DOCUMENTS, plan, texts

from thresher.annotators.base import Annotator
from thresher.kernels import text as shared
from thresher.recipe import read_recipe

BATCH_BYTES = 16 << 20
MOST_DOCUMENTS = 10_000  # 34 MB: a kernel's speed does not need more


def batches(documents: int) -> list[pa.Array]:
    """The generated documents as arrays of about 16 MB of text."""
    arrays, held, size = [], [], 0
    for text in islice(texts(plan(documents)), MOST_DOCUMENTS):
        held.append(text)
        size += len(text.encode())
        if size >= BATCH_BYTES:
            arrays.append(pa.array(held))
            held, size = [], 0
    return [*arrays, pa.array(held)] if held else arrays


def measure(annotators: Sequence[Annotator], arrays: Sequence[pa.Array]) -> None:
    """Every annotator on every batch."""
    for array in arrays:
        shared.forget()  # the words of the last batch are no annotator's own
        for annotator in annotators:
            annotator.measure(array)


def main() -> None:
    given = arguments(__doc__)
    arrays = batches(DOCUMENTS[given.scale])
    megabytes = sum(array.nbytes for array in arrays) / 1e6
    every = read_recipe("fineweb-en").annotators
    sets = {a.name: (a,) for a in every}
    sets["all but language_v1"] = tuple(a for a in every if a.name != "language_v1")
    sets["all of fineweb-en"] = tuple(every)
    for chosen in sets.values():
        measure(chosen, arrays[:1])
    times: dict[str, list[float]] = {name: [] for name in sets}
    for _ in range(given.pairs):
        for name, chosen in sets.items():
            times[name].append(timed(lambda chosen=chosen: measure(chosen, arrays), own_cpu))
    rows = []
    for name, seconds in times.items():
        speeds = [megabytes / s for s in seconds]
        rows.append((name, f"{median(speeds):.0f}", f"{min(speeds):.0f} to {max(speeds):.0f}"))
    table(("annotator", f"MB/s/core on {megabytes:.0f} MB", "range"), rows)


if __name__ == "__main__":
    main()
