"""What `thresher run minhash-only` is measured against: MinHash dedup of JSON lines in one process, by rensa.

    python -m tests.benchmarks.peer_rensa FOLDER KEPT

Reads FOLDER/*.jsonl, shingles words into 5-grams, takes R-MinHash signatures of 112 values (rensa uses all cores),
finds candidates by 14 bands of 8, joins them into clusters, and writes the ids that are kept, the longest of each
cluster, to KEPT, and their records, read again, to KEPT.parquet (zstd), as `thresher run` exports them.
"""

import re
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from rensa import RMinHash, RMinHashLSH

PERMUTATIONS, BANDS, NGRAM, SEED = 112, 14, 5, 1
CHUNK = 2_000
_word = re.compile(r"\w+")


def shingles(text: str) -> list[str]:
    """The document's word 5-grams."""
    words = _word.findall(text.lower())
    return [" ".join(five) for five in zip(*(words[n:] for n in range(NGRAM)), strict=False)]


def records(folder: Path) -> Iterator[tuple[str, str]]:
    """Every record's id and text."""
    for path in sorted(folder.glob("*.jsonl")):
        with open(path, "rb") as file:
            for line in file:
                record = orjson.loads(line)
                yield record["id"], record["text"]


def root(parents: list[int], node: int) -> int:
    """The node's cluster."""
    while parents[node] != node:
        parents[node] = parents[parents[node]]
        node = parents[node]
    return node


def export(folder: Path, names: set[str], path: Path) -> None:
    """Write the records of these names."""
    schema = pa.schema([("id", pa.string()), ("text", pa.string())])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        kept = (record for record in records(folder) if record[0] in names)
        while chunk := list(islice(kept, CHUNK)):
            columns = [pa.array(column, pa.string()) for column in zip(*chunk, strict=True)]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))


def main(folder: Path, kept: Path) -> None:
    ids, sizes, signatures, waiting = [], [], [], []
    for name, text in records(folder):
        ids.append(name)
        sizes.append(len(text))
        waiting.append(shingles(text))
        if len(waiting) == CHUNK:
            signatures += RMinHash.from_token_sets(waiting, PERMUTATIONS, SEED)
            waiting = []
    signatures += RMinHash.from_token_sets(waiting, PERMUTATIONS, SEED) if waiting else []
    index = RMinHashLSH(0.7, PERMUTATIONS, BANDS)
    index.insert_many(signatures)
    parents = list(range(len(ids)))
    for document, matches in enumerate(index.query_all(signatures)):
        for match in matches:
            one, other = root(parents, document), root(parents, match)
            parents[max(one, other)] = min(one, other)
    best: dict[int, int] = {}
    for document in range(len(ids)):
        cluster = root(parents, document)
        if cluster not in best or sizes[document] > sizes[best[cluster]]:
            best[cluster] = document
    names = {ids[document] for document in best.values()}
    kept.write_text("".join(f"{name}\n" for name in sorted(names)))
    export(folder, names, kept.with_suffix(".parquet"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
