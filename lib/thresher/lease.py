"""One writer at a time: the `lease` table holds the one run that may write now.

A run takes the lease before its first write, refreshes it while it works, and gives it back. One whose process is
dead on this host is taken over at once; one of another host after five minutes without a heartbeat.
"""

import logging
import os
import socket
import threading
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

import psutil
from pyspark.sql import Row
from pyspark.sql import functions as F

from thresher.corpus import Corpus
from thresher.errors import ThresherError
from thresher.tables import LEASE

HEARTBEAT_SECONDS = 60.0
STALE = timedelta(minutes=5)
CLOCK_SECONDS = 2.0  # how far the start of a process and the time of day may be apart, for systems count them apart
_log = logging.getLogger(__name__)


class Lease:
    """Holds the corpus for one run, as a context manager; raises `ThresherError` where a living run holds it."""

    def __init__(self, corpus: Corpus, holder: str) -> None:
        self._corpus, self._holder = corpus, holder
        self._since = self._heartbeat = datetime.now(UTC)
        self._stop = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="thresher-lease", daemon=True)

    def __enter__(self) -> "Lease":
        self._refuse_if_held(self._read())
        try:
            self._write()
        except Exception as error:  # of two that write at once Delta lets one through
            self._refuse_if_held(self._read())
            raise ThresherError(f"the lease of {self._corpus.location.root} could not be taken: {error}") from error
        self._heart.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._heart.join()
        if self._is_ours():
            self._corpus.overwrite(LEASE, self._corpus.spark.createDataFrame([], LEASE.schema))

    def _is_ours(self) -> bool:
        """Whether nobody has taken the lease over: nobody may while its heartbeat is fresh."""
        if datetime.now(UTC) - self._heartbeat < STALE / 2:
            return True
        held = self._read()
        return held is not None and bool(held["holder"] == self._holder)

    def _read(self) -> Row | None:
        return self._corpus.read(LEASE).first() if self._corpus.exists(LEASE.name) else None

    def _write(self) -> None:
        heartbeat = datetime.now(UTC)
        values: dict[str, Any] = {
            "holder": self._holder,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "since": self._since,
            "heartbeat": heartbeat,
        }
        row = self._corpus.spark.range(0, 1, 1, 1).select(*(F.lit(v).alias(k) for k, v in values.items()))
        self._corpus.overwrite(LEASE, row)
        self._heartbeat = heartbeat

    def _beat(self) -> None:
        while not self._stop.wait(HEARTBEAT_SECONDS):
            try:
                held = self._read()
                if held is not None and held["holder"] != self._holder:
                    _log.error("run %s has taken the lease over: this run was taken for dead", held["holder"])
                    return
                self._write()
            except Exception as error:  # the work goes on, and the next beat may do better
                _log.warning("the lease could not be refreshed: %s", error)

    def _refuse_if_held(self, held: Row | None) -> None:
        if held is not None and held["holder"] != self._holder and is_alive(held):
            since = held["since"].strftime("%Y-%m-%d %H:%M:%S")
            raise ThresherError(
                f"{self._corpus.location.root} is being written by run {held['holder']} "
                f"(process {held['pid']} on {held['host']}, since {since}): wait until it has ended"
            )


def is_alive(held: Row) -> bool:
    """Whether the run behind a row of `lease` still works, as far as can be known from here."""
    if held["host"] == socket.gethostname():
        if not psutil.pid_exists(held["pid"]):
            return False
        # A process that was started after the lease was taken only happens to have its number.
        return bool(psutil.Process(held["pid"]).create_time() <= held["since"].timestamp() + CLOCK_SECONDS)
    age: timedelta = datetime.now(UTC) - held["heartbeat"].astimezone(UTC)
    return age < STALE
