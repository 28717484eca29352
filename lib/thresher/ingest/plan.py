"""Which input files go into which batch, decided once and kept in `inputs`.

A file that is there already is never read again; one that has changed since is an error that names it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from thresher.errors import UsageError
from thresher.fingerprint import fingerprint
from thresher.ingest.listing import InputFile


@dataclass(frozen=True)
class Known:
    """What `inputs` holds of a file that was planned before."""

    size: int
    modified: int


def listing_digest(files: Iterable[InputFile], dataset: str) -> str:
    """A name for a listing: the same files, unchanged, give the same name, so that a second look needs no table."""
    return fingerprint([dataset, sorted([file.path, file.size, file.modified] for file in files)])


def new_files(files: Iterable[InputFile], known: Mapping[str, Known]) -> list[InputFile]:
    """The files that were never planned; raises `UsageError` for one that has changed since it was."""
    new = []
    for file in files:
        before = known.get(file.path)
        if before is None:
            new.append(file)
        elif (before.size, before.modified) != (file.size, file.modified):
            raise UsageError(
                f"{file.path} has changed since it was ingested (it had {before.size:,} bytes, now {file.size:,}): "
                "a file is ingested once, so give the new one another name"
            )
    return new


def into_batches(files: Sequence[InputFile], batch_bytes: int, first: int) -> dict[int, list[InputFile]]:
    """The files, in order of path, in batches of at most `batch_bytes` (a larger file is a batch of its own)."""
    batches: dict[int, list[InputFile]] = {}
    filled = batch_bytes
    for file in sorted(files, key=lambda file: file.path):
        if filled + file.size > batch_bytes or not batches:
            batches[first + len(batches)] = []
            filled = 0
        batches[max(batches)].append(file)
        filled += file.size
    return batches


def into_tasks(files: Sequence[InputFile], tasks: int) -> list[int]:
    """For each file the task that reads it: the largest first, each to the task with least to do."""
    load = [0] * tasks
    chosen = [0] * len(files)
    for place in sorted(range(len(files)), key=lambda place: (-files[place].size, files[place].path)):
        lightest = load.index(min(load))
        chosen[place] = lightest
        load[lightest] += files[place].size + 1
    return chosen
