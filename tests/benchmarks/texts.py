"""The text that the benchmarks run on: clauses of real texts, resampled into new documents, and planted copies.

    python -m tests.benchmarks.texts FOLDER [--scale small|full] [--check]

The real texts are cut into clauses of at most 20 words. Documents take consecutive clauses of one random permutation of
them after another, so that a clause comes back only in another document, 12 times at full scale. Sizes are log-normal
with a median of 2.5 KB and at least 600 bytes: two documents that share two clauses stay below a Jaccard similarity of
0.2 over word 5-grams. One document in fifty is a planted copy of another with some clauses replaced. `--check` counts
what the pairs really share. All of it follows from the seed.
"""

import argparse
import gzip
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "text"
DOCUMENTS = {"tiny": 300, "small": 5_000, "full": 100_000}
MEDIAN_BYTES, SIGMA, LEAST_BYTES, MOST_BYTES = 2_500, 0.8, 600, 200_000
CLAUSE_WORDS, LEAST_WORDS = 20, 4
PLANTED, REPLACED = 50, (0.02, 0.1, 0.3)  # one document in 50; the share of its clauses that is replaced
FILES = 8

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Plan:
    """Which clauses each document has: document d those of `drawn[starts[d]:starts[d + 1]]`."""

    drawn: Ints
    starts: Ints
    planted: dict[int, int]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def clauses(self, document: int) -> Ints:
        """The document's clauses, by number."""
        return self.drawn[self.starts[document] : self.starts[document + 1]]


@cache
def clauses() -> tuple[str, ...]:
    """Every clause of the real texts once (two that differ in case or signs alone are one), in a fixed order."""
    found: dict[tuple[str, ...], str] = {}
    for file in sorted(DATA.glob("*.jsonl.gz")):
        for line in gzip.open(file):
            for sentence in re.split(r"(?<=[.!?…])\s+|\n+", orjson.loads(line)["text"]):
                for part in _short(sentence.split()):
                    words = tuple(re.findall(r"\w+", part.lower()))
                    if len(words) >= LEAST_WORDS and len(part) <= 10 * CLAUSE_WORDS:
                        found.setdefault(words, part)
    return tuple(found.values())


def _short(words: list[str]) -> Iterator[str]:
    """The sentence in equal parts of at most `CLAUSE_WORDS` words."""
    parts = -(-len(words) // CLAUSE_WORDS)
    for part in range(parts):
        yield " ".join(words[part * len(words) // parts : (part + 1) * len(words) // parts])


def plan(documents: int, seed: int = 1) -> Plan:
    """The clauses of so many documents, planted copies among them."""
    generator = np.random.default_rng(seed)
    size = np.fromiter((len(clause.encode()) + 1 for clause in clauses()), np.int64)
    wanted = np.exp(generator.normal(np.log(MEDIAN_BYTES), SIGMA, documents)).clip(LEAST_BYTES, MOST_BYTES)
    rounds = int(wanted.sum() / size.sum()) + 2
    drawn = np.concatenate([generator.permutation(len(size)) for _ in range(rounds)])
    ends = np.searchsorted(np.cumsum(size[drawn]), np.cumsum(wanted)) + 1
    parts = np.split(drawn[: ends[-1]], ends[:-1])
    planted = {}
    for copy in range(PLANTED - 1, documents, PLANTED):
        planted[copy] = original = int(generator.integers(copy // PLANTED * PLANTED, copy))
        parts[copy] = parts[original].copy()
        share = REPLACED[copy // PLANTED % len(REPLACED)]
        places = generator.choice(len(parts[copy]), max(1, round(share * len(parts[copy]))), replace=False)
        parts[copy][places] = generator.integers(0, len(size), len(places))
    return Plan(np.concatenate(parts), np.cumsum([0, *map(len, parts)]), planted)


def texts(planned: Plan) -> Iterator[str]:
    """The documents' texts: four clauses a paragraph."""
    known = clauses()
    for document in range(len(planned)):
        words = [known[clause] for clause in planned.clauses(document)]
        yield "\n".join(" ".join(words[at : at + 4]) for at in range(0, len(words), 4))


def write_jsonl(folder: Path, documents: int, seed: int = 1) -> int:
    """The documents as JSON lines (`id`, `text`) in `FILES` files; returns the bytes of their texts."""
    folder.mkdir(parents=True, exist_ok=True)
    planned, size = plan(documents, seed), 0
    files = [open(folder / f"part-{n}.jsonl", "wb") for n in range(min(FILES, documents))]
    for document, text in enumerate(texts(planned)):
        size += len(text.encode())
        files[document % len(files)].write(orjson.dumps({"id": str(document), "text": text}) + b"\n")
    for file in files:
        file.close()
    return size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", choices=DOCUMENTS, default="small")
    parser.add_argument("--check", action="store_true", help="count what pairs of documents share instead")
    arguments = parser.parse_args()
    if arguments.check:
        from tests.benchmarks.overlap import check

        sys.stdout.write(check(plan(DOCUMENTS[arguments.scale])))
    else:
        size = write_jsonl(arguments.folder, DOCUMENTS[arguments.scale])
        sys.stdout.write(f"{DOCUMENTS[arguments.scale]:,} documents, {size / 1e6:.0f} MB of text\n")


if __name__ == "__main__":
    main()
