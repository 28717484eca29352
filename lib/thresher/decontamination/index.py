"""The n-grams of benchmark items as one index of sorted hashes, made once on each machine and shared by its processes.

Each passage is indexed in both readings of `kernels.plain_words`, so that a document is read once and still found
where it has `dont` or `don t` for `don't`. A passage shorter than n is indexed whole.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import ipc

from thresher.cache import shared_arrays
from thresher.decontamination.items import Items, benchmark_of, read_items
from thresher.errors import ThresherError, UsageError
from thresher.fingerprint import digest_files, fingerprint
from thresher.kernels.arrow import utf8
from thresher.kernels.hashing import Hashes
from thresher.kernels.overlap import Grams, Index, add_to, grams_of, inner_size
from thresher.kernels.sorted_keys import bucket_starts

FORMAT = 1  # of the files in the cache folder, and of what their hashes are hashes of
STORED = ("keys", "firsts", "owners", "long", "inner", "short", "closings")
_BITS_A_KEY = 16  # at least: then of a hundred hashes that are not in a table it takes at most one for its own


@dataclass(frozen=True)
class Sought:
    """The items that documents are compared with, and how: the files, the digests of their contents, and settings."""

    files: tuple[Path, ...]
    digests: tuple[str, ...]
    fields: tuple[str, ...]
    n: int
    shortest: int
    most_items: int
    id: str
    benchmark: str | None

    @property
    def settings(self) -> dict[str, Any]:
        """What the n-grams depend on, besides the content of the files; a file's name is its benchmark's."""
        return {
            "benchmarks": [benchmark_of(path) for path in self.files],
            **{"fields": list(self.fields), "n": self.n, "shortest": self.shortest, "most_items": self.most_items},
            **{"id": self.id, "benchmark": self.benchmark},
        }


class Known(NamedTuple):
    """The n-grams, and a table with the `benchmark` and the `item` of each number in them."""

    grams: Index
    names: pa.Table


@lru_cache(maxsize=4)
def index_of(sought: Sought) -> Known:
    """The index of these items, made once a machine."""
    name = fingerprint([FORMAT, sought.settings, list(sought.digests)])
    arrays = shared_arrays("decontamination", name, (*STORED, "names"), lambda: _made(sought))
    keys, firsts, owners, *tables, names = arrays
    table = ipc.open_stream(pa.py_buffer(names)).read_all()  # type: ignore[no-untyped-call]
    return Known(Index(keys, bucket_starts(keys), firsts, owners, *tables), table)


def _made(sought: Sought) -> list[npt.NDArray[Any]]:
    """The arrays of `STORED`, and the names of the items as the bytes of an Arrow stream."""
    if tuple(digest_files(sought.files)) != sought.digests:
        raise ThresherError("decontamination_v1: the items are not those that the run began with; start it again")
    items = read_items(sought.files, sought.fields, sought.id, sought.benchmark)
    table, sink = pa.table({"benchmark": items.benchmarks, "item": items.names}), pa.BufferOutputStream()
    with ipc.new_stream(sink, table.schema) as writer:  # type: ignore[no-untyped-call]
        writer.write_table(table)
    return [*_arrays(items, sought), np.frombuffer(sink.getvalue(), np.uint8)]


def _arrays(items: Items, sought: Sought) -> tuple[npt.NDArray[Any], ...]:
    """The arrays of `STORED`."""
    data, offsets, _ = utf8(pa.array(items.passages, pa.large_string()))
    apart, joined = (grams_of(data, offsets, sought.n, joined) for joined in (False, True))
    wanted = apart.words >= sought.shortest
    if not (wanted & (apart.words > 0)).any():
        raise UsageError(f"decontamination_v1: no item has {sought.shortest} words in {', '.join(sought.fields)}")
    owner_of = np.array(items.owners, np.int64)
    distinct = _distinct([_of(grams, wanted) for grams in (apart, joined)], owner_of)
    short, closings, inner = [], [], []
    for reading, grams in enumerate((apart, joined)):
        short.append(_of(grams, wanted & (grams.words < sought.n))[0])
        closings.append(grams.closing[wanted & (grams.closing != 0)])
        runs = grams_of(data, offsets, inner_size(sought.n), bool(reading))
        inner.append(_of(runs, wanted & (grams.words >= sought.n))[0])
    keys, firsts, owners = _by_key(*_without_boilerplate(*distinct, len(items.names), sought.most_items))
    return keys, firsts, owners, _table([keys]), _table(inner), _table(short), _table(closings)


def _of(grams: Grams, wanted: npt.NDArray[np.bool_]) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """The n-grams of the passages that are wanted."""
    chosen = wanted[grams.passages]
    return grams.keys[chosen], grams.passages[chosen]


def _distinct(
    parts: list[tuple[Hashes, npt.NDArray[np.int64]]], owners: npt.NDArray[np.int64]
) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """Each n-gram with each item that has it, once, in order."""
    keys = np.concatenate([part[0] for part in parts])
    item = owners[np.concatenate([part[1] for part in parts])]
    order = np.lexsort((item, keys))
    keys, item = keys[order], item[order]
    new = np.append(True, (keys[1:] != keys[:-1]) | (item[1:] != item[:-1]))[: len(keys)]
    return keys[new], item[new]


def _without_boilerplate(
    keys: Hashes, item: npt.NDArray[np.int64], items: int, most: int
) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """Leave out the n-grams that more than `most` items have, but for items that would have none left."""
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    common = counts[inverse] > most
    kept = ~common | (np.bincount(item[~common], minlength=items) == 0)[item]
    return keys[kept], item[kept]


def _by_key(keys: Hashes, item: npt.NDArray[np.int64]) -> tuple[Hashes, npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    distinct, firsts = np.unique(keys, return_index=True)
    return distinct, np.append(firsts, len(keys)).astype(np.int64), item.astype(np.int32)


def _table(parts: list[Hashes]) -> Hashes:
    """The hashes as a table of bits, for `kernels.overlap`."""
    keys = np.unique(np.concatenate(parts))
    table = np.zeros(1 << (_BITS_A_KEY * len(keys) // 64).bit_length(), np.uint64)
    add_to(table, keys)
    return table
