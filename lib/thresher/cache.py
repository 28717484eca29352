"""The user's own cache folder, for what is fetched or made once a machine: jars, the Java wrapper, settings files."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

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
    """Write beside the target and rename, so that another process never sees half a file."""
    handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
