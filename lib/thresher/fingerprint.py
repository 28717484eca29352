"""Names for settings: the same settings give the same short hash, on every machine and in every version."""

import hashlib
import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any


def fingerprint(value: Any) -> str:
    """16 hexadecimal digits that name a JSON-like value, whatever the order of its keys.

    >>> fingerprint({"a": 1, "b": [2.5]}) == fingerprint({"b": [2.5], "a": 1})
    True
    """
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def digest_files(paths: Iterable[Path]) -> list[str]:
    """The SHA-256 of each file's content: a model that changes is another model, whatever its path."""
    return [_digest(path, found.st_size, found.st_mtime_ns) for path in paths for found in [path.stat()]]


@lru_cache(maxsize=1024)
def _digest(path: Path, size: int, modified: int) -> str:
    """Read once a process while the file is the same: a large model's takes seconds, and is asked for many times."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
