"""Keeps the JVM's loaded classes in an archive (AppCDS), so that a session starts in half the time from the second on.

The first session on a machine writes the archive when its JVM ends, which takes that JVM some seconds in the
background. Measured on two cores: session, first Delta write and read cost 29 s of processor time without the archive
and 19 s with it. A JVM ignores an archive that is damaged, half written or not its own, and starts as it always did.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from thresher.cache import cache_folder, forget_unused, used_now

QUIET = "-Xlog:disable"  # of an archive that does not fit nothing is said; it is only a matter of speed


def archive_options(made_of: Iterable[Path]) -> list[str]:
    """JVM options that read the archive for the Java, jars and folders of jars it is `made_of`, or have it written."""
    archive = cache_folder("classes") / f"{_key(made_of)}.jsa"
    if _is_whole(archive):
        used_now(archive)
        return [f"-XX:SharedArchiveFile={archive}", "-Xshare:auto", QUIET]
    forget_unused(archive.parent.glob("*.jsa"))  # each is some 200 MB, and other jars or another Java ask for another
    return [f"-XX:ArchiveClassesAtExit={archive}", QUIET]


def _key(files: Iterable[Path]) -> str:
    """A hash of where the files are and when they changed: the JVM compares both with what it finds in the archive."""
    known = [f"{file.resolve()} {file.stat().st_mtime_ns}" for file in files]
    return hashlib.sha256("\n".join(known).encode()).hexdigest()[:16]


def _is_whole(archive: Path) -> bool:
    """Whether the JVM that wrote the archive came to its end: it writes the first bytes last."""
    try:
        with archive.open("rb") as file:
            return file.read(4).strip(b"\0") != b""
    except OSError:
        return False
