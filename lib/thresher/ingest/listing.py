"""Finding and opening input files, on this machine or in a store, without Spark.

A pattern is a file, a folder (with all below it), or a glob (`*`, `?`, `[…]`, `**`). Hidden files and folders (`.x`,
`_x`) are left out. A folder with a `_delta_log` is one input of its own.
"""

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

import fsspec
import pyarrow as pa
import pyarrow.fs as arrow_fs
from fsspec.implementations.arrow import ArrowFSWrapper

from thresher.errors import UsageError

_DELTA = "/_delta_log/"
_MODIFIED = (
    "mtime",
    "LastModified",
    "last_modified",
    "updated",
    "modified",
    "timeModified",
    "modificationTime",
    "created",
)
_BLOCK_BYTES = 4 << 20
_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, order=True)
class InputFile:
    """One input: `path` is its full URI or absolute path, `name` its path below the input root.

    `size` is in bytes, `modified` in microseconds since 1970 UTC, 0 where the store does not tell. Both are 0 where
    `kind` is `delta`.
    """

    path: str
    name: str
    size: int
    modified: int
    kind: str = "file"


def list_inputs(pattern: str) -> list[InputFile]:
    """The inputs that a pattern names, sorted by path; the input root is the pattern's folder before any wildcard.

    Errors: UsageError where nothing matches or the store's scheme cannot be opened.
    """
    store, path = _store(pattern if "://" in pattern else os.path.abspath(pattern))
    root, found = _matches(store, path)
    tables = {entry.partition(_DELTA)[0] for entry in found if _DELTA in entry}
    inputs = [InputFile(_uri(pattern, table), _name(table, root), 0, 0, "delta") for table in tables]
    for entry, info in found.items():
        name = _name(entry, root)
        hidden = any(part[0] in "._" for part in name.split("/"))
        if not hidden and not any(entry.startswith(f"{table}/") for table in tables):
            inputs.append(InputFile(_uri(pattern, entry), name, int(info.get("size") or 0), _modified(info)))
    if not inputs:
        raise UsageError(f"no input file matches {pattern!r}: check the path, and put quotes around a pattern")
    return sorted(inputs)


def open_input(path: str) -> BinaryIO:
    """An input as a binary stream that can seek; a store is read in blocks, never whole."""
    if "://" not in path:
        return open(path, "rb")
    store, path = _store(path)
    return cast(BinaryIO, store.open(path, "rb", block_size=_BLOCK_BYTES))


def _store(uri: str) -> tuple[Any, str]:
    """The filesystem of a URI and the path in it: fsspec's own driver where one is installed, else pyarrow's."""
    try:
        store, path = fsspec.core.url_to_fs(uri)
        return store, path
    except ImportError:
        pass
    except (ValueError, OSError) as error:
        raise UsageError(f"{uri!r} cannot be opened: {_first_line(error)}") from None
    parts = urlsplit(uri)
    scheme = {"s3a": "s3", "s3n": "s3", "gcs": "gs"}.get(parts.scheme, parts.scheme)
    path = uri.partition("://")[2]
    try:
        arrow, base = arrow_fs.FileSystem.from_uri(f"{scheme}://{parts.netloc}")  # type: ignore[attr-defined]
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UsageError(
            f"{uri!r} cannot be opened: install fsspec's driver for {scheme}:// ({_first_line(error)})"
        ) from None
    return ArrowFSWrapper(arrow), path if base.strip("/") == parts.netloc else "/" + path.partition("/")[2]


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _matches(store: Any, path: str) -> tuple[str, dict[str, dict[str, Any]]]:
    """The input root and every file that the path or pattern stands for, with the store's information on it."""
    wildcard = re.search(r"[*?\[]", path)
    if not wildcard or store.exists(path):
        if store.isdir(path):
            return path.rstrip("/"), store.find(path, detail=True)
        return path.rpartition("/")[0], {path: store.info(path)} if store.exists(path) else {}
    found: dict[str, dict[str, Any]] = {}
    folders: list[str] = []
    for entry, info in sorted(store.glob(path, detail=True).items()):
        if info["type"] != "directory":
            found[entry] = info
        elif not any(entry.startswith(f"{folder}/") for folder in folders):
            folders.append(entry)
    for folder in folders:
        found.update(store.find(folder, detail=True))
    return path[: wildcard.start()].rpartition("/")[0], found


def _uri(pattern: str, entry: str) -> str:
    """A store's entry as something that `open_input` takes; a local one is its absolute path."""
    scheme, _, rest = pattern.partition("://") if "://" in pattern else ("", "", pattern)
    if scheme in ("", "file", "local") or "://" in entry:
        return entry
    if scheme in ("hdfs", "viewfs"):
        return f"{scheme}://{rest.partition('/')[0]}{entry}"
    return f"{scheme}://{entry}"


def _name(entry: str, root: str) -> str:
    """The entry's path below the root; its own name where it is the root."""
    return PurePosixPath(entry).name if entry == root else entry[len(root) :].lstrip("/")


def _modified(info: dict[str, Any]) -> int:
    """Microseconds since 1970 UTC: filesystems tell it as seconds, as a datetime or as ISO 8601, under many names."""
    value = next((info[key] for key in _MODIFIED if info.get(key) is not None), 0)
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return (aware - _EPOCH) // timedelta(microseconds=1)
    return int(value * 1_000_000)
