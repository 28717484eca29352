"""The memory of a process and all below it, watched while something runs."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import psutil

EVERY = 0.5


@dataclass
class Peak:
    """The most megabytes at any look: of all processes together, and of the largest Python worker among them."""

    together: float = 0.0
    worker: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Take one look; pages that processes share are counted once (proportional set size)."""
        total = 0.0
        for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                megabytes = process.memory_full_info().pss / 2**20
                total += megabytes
                if process.pid != psutil.Process().pid and process.name().startswith("python"):
                    self.worker = max(self.worker, megabytes)
        self.together = max(self.together, total)

    def watch(self) -> None:
        """Look again and again until it is over."""
        while not self._over.wait(EVERY):
            self.look()


@contextlib.contextmanager
def watched() -> Iterator[Peak]:
    """The peak of what happens meanwhile."""
    peak = Peak()
    watcher = threading.Thread(target=peak.watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        peak._over.set()
        watcher.join()
