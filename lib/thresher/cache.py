"""The user's own cache folder, for what is fetched or made once a machine: jars, settings files, indexes."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from thresher.errors import ThresherError


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
    """Write a file at once: see `written`."""
    with written(target, mode) as file:
        file.write(content)


@contextmanager
def written(target: Path, mode: int = 0o600) -> Iterator[BinaryIO]:
    """A file to write to beside the target, then renamed, so that another process never sees half of it."""
    handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time; on a file system without locks two may make the same files, which is slower, not wrong."""
    with path.open("w") as lock:
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
