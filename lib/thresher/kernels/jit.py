"""Compiles the kernels, lazily, once per machine, and never fails at import.

Does two things: finds a folder for compiled code that belongs to the user alone (a shared temporary folder would let
others plant code), and lets one process compile while the others wait and then load what it wrote.
"""

import fcntl
import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files  # the package may lie in a zip file on a cluster
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from thresher.cache import forget_unused, used_now

log = logging.getLogger(__name__)
Function = TypeVar("Function", bound=Callable[..., Any])


def _sources() -> str:
    """A hash of all kernels: numba's own cache would miss a change in a function that another file's kernel calls."""
    digest = hashlib.sha256(np.__version__.encode())
    for source in sorted(files("thresher.kernels").iterdir(), key=lambda found: found.name):
        if source.name.endswith((".py", ".npy")):
            digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path | None:
    """The folder of compiled code, mode 0700: below `NUMBA_CACHE_DIR` where set, else below the user's cache folder.

    None where no folder can be written, or where it belongs to somebody else; then each process compiles for itself.
    """
    default = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "thresher" / "numba"
    try:
        root, version = Path(os.environ.get("NUMBA_CACHE_DIR") or default).expanduser(), _sources()
        folder = root if root.name == version else root / version
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_uid != os.getuid():
            raise PermissionError(f"{folder} belongs to another user")
        folder.chmod(0o700)
        used_now(folder)
        if not (folder / "lock").exists():  # new kernels: others may be those of a version that is gone
            forget_unused(root.glob("[0-9a-f]" * len(version)))
        (folder / "lock").touch()
    except (OSError, RuntimeError) as error:
        log.info("compiled kernels are not kept: %s", error)
        return None
    return folder


CACHE = cache_folder()
if CACHE is not None:
    os.environ["NUMBA_CACHE_DIR"] = str(CACHE)

import numba  # noqa: E402  (reads NUMBA_CACHE_DIR when it is imported)
from numba.core.compiler_lock import global_compiler_lock  # noqa: E402
from numba.core.config import reload_config  # noqa: E402

reload_config()  # type: ignore[no-untyped-call]  # numba may have been imported before us
_depth = 0


@contextmanager
def _one_compiles() -> Iterator[None]:
    """Hold the machine's compile lock; a kernel that calls another enters twice, so only the outermost one locks.

    The lock goes with the process that dies. numba's own lock comes first: it keeps this process's other threads out.
    """
    global _depth
    with global_compiler_lock:
        lock = None
        if CACHE is not None and _depth == 0:
            try:
                lock = os.open(CACHE / "lock", os.O_RDWR)
                fcntl.flock(lock, fcntl.LOCK_EX)
            except OSError as error:  # a network file system without locks: two may compile, which is slower, not wrong
                log.debug("no compile lock: %s", error)
        _depth += 1
        try:
            yield
        finally:
            _depth -= 1
            if lock is not None:
                os.close(lock)


def njit(function: Function) -> Function:
    """Compile `function` at its first call (or load it from the cache); it runs without the interpreter's lock.

    Division by zero gives inf or nan as in numpy, and indices are not checked.

    >>> @njit
    ... def twice(x):
    ...     return 2 * x
    >>> twice(21)
    42
    """
    return _dispatcher(function, False)


def inlined(function: Function) -> Function:
    """As `njit`, for a small function: its code becomes part of each kernel that calls it.

    A call between kernels costs some 10 ns for counting the references to its arrays; per word of a text that is much.
    """
    return _dispatcher(function, True)


def _dispatcher(function: Function, inline: bool) -> Function:
    try:
        made: Any = numba.njit(function, nogil=True, error_model="numpy", forceinline=inline, cache=CACHE is not None)
    except RuntimeError:  # no source file to cache by, or a folder that has become unwritable
        made = numba.njit(function, nogil=True, error_model="numpy", forceinline=inline)
    compile_unlocked = made.compile

    def compile_locked(signature: Any) -> Any:
        with _one_compiles():
            return compile_unlocked(signature)

    made.compile = compile_locked
    compiled: Function = made
    return compiled
