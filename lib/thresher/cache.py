"""The user's own cache folder, for what is fetched or made once a machine: jars, settings, arrays."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from thresher.errors import ThresherError

log = logging.getLogger(__name__)
Arrays = Sequence[npt.NDArray[Any]]
UNUSED_SECONDS = 30 * 24 * 3600.0


def cache_folder(*parts: str) -> Path:
    """`$XDG_CACHE_HOME/thresher/PARTS`, made if missing and closed to other users; `~/.cache` by default."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "thresher"
    folder = root.joinpath(*parts)
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ThresherError(
            f"the cache folder {folder} cannot be made ({error.strerror}): set XDG_CACHE_HOME to a folder you can write"
        ) from error
    return folder


def put(content: bytes, target: Path, mode: int = 0o600) -> None:
    """Write beside the target and rename, so that another process never sees half a file."""
    with _replacing(target) as file:
        file.write(content)
        os.chmod(file.name, mode)


def shared_arrays(folder: str, name: str, parts: Sequence[str], make: Callable[[], Arrays]) -> list[npt.NDArray[Any]]:
    """What `make` returns, an array for each of `parts`, read-only: made once a machine and mapped by its processes.

    They lie in `cache_folder(folder)` as `NAME.PART.npy`; so `name` must tell all that they depend on. Where nothing
    can be written, each process makes its own. When others are made, those go that nobody has used for a month.
    """
    try:
        stem = cache_folder(folder) / name
        lock = stem.with_name(f"{name}.lock").open("w")
    except (OSError, ThresherError) as error:
        log.info("the arrays %s are not shared between processes: %s", name, error)
        return [read_only(array) for array in make()]
    paths = [stem.with_name(f"{name}.{part}.npy") for part in parts]
    with lock:
        with suppress(OSError):  # a file system without locks: two may make the same files, which is slower, not wrong
            fcntl.flock(lock, fcntl.LOCK_EX)
        for path in paths:
            used_now(path)
        with suppress(FileNotFoundError):  # not made yet, or gone since: another process may have forgotten them
            return _mapped(paths)
        _tidy(stem.parent)
        for path, array in zip(paths, make(), strict=True):
            with _replacing(path) as file:
                np.save(file, array)
        return _mapped(paths)


def _mapped(paths: Iterable[Path]) -> list[npt.NDArray[Any]]:
    return [read_only(np.load(path, mmap_mode="r")) for path in paths]


def read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The same values, not to be written, as mapped ones are: to numba that is a type of its own."""
    plain = np.asarray(array).view()
    plain.flags.writeable = False
    return plain


@lru_cache(maxsize=64)
def _tidy(folder: Path) -> None:
    """Once in a process: in a folder of many arrays it takes a while."""
    forget_unused(folder.glob("*.*"))


def used_now(entry: Path) -> None:
    """Say of an entry of the cache, a file or a folder, that it is in use."""
    with suppress(OSError):
        os.utime(entry)


def forget_unused(entries: Iterable[Path]) -> None:
    """Remove those of these files and folders that have not been in use for `UNUSED_SECONDS`; whoever can't, doesn't.

    A process that has mapped such a file keeps what it has.
    """
    for entry in entries:
        with suppress(OSError):
            if time.time() - entry.stat().st_mtime > UNUSED_SECONDS:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


@contextmanager
def _replacing(target: Path) -> Iterator[IO[bytes]]:
    """A new file that takes the target's place when it is whole."""
    handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
