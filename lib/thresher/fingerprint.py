"""Names for settings: the same settings give the same short hash, on every machine and in every version."""

import hashlib
import json
from collections.abc import Iterable
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
    digests = []
    for path in paths:
        with path.open("rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").hexdigest())
    return digests
