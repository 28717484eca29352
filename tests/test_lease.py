"""One writer at a time: of several that ask at once one gets the lease, and only the living hold it."""

import os
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyspark.sql import Row, SparkSession

from thresher.corpus import Corpus
from thresher.errors import ThresherError
from thresher.lease import Lease, is_alive
from thresher.location import locate
from thresher.tables import LEASE


def row(**changed: object) -> Row:
    now = datetime.now(UTC)
    values = {"holder": "x", "host": socket.gethostname(), "pid": os.getpid(), "since": now, "heartbeat": now}
    return Row(**{**values, **changed})


def test_who_is_alive() -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as ended:
        ended.wait()
    long_ago = datetime.now(UTC) - timedelta(days=4000)
    assert is_alive(row())
    assert not is_alive(row(pid=ended.pid))
    assert not is_alive(row(since=long_ago, heartbeat=long_ago)), "our process number, taken by another before us"
    assert is_alive(row(host="elsewhere", since=long_ago))
    assert is_alive(row(host="elsewhere", heartbeat=datetime.now(UTC) - timedelta(minutes=4)))
    assert not is_alive(row(host="elsewhere", heartbeat=datetime.now(UTC) - timedelta(minutes=6)))


@pytest.mark.parametrize("again", [False, True], ids=["first", "after others"])
def test_of_several_that_ask_at_once_one_holds_the_lease(spark: SparkSession, tmp_path: Path, again: bool) -> None:
    corpus = Corpus(spark, locate(str(tmp_path)))
    if again:
        with Lease(corpus, "earlier"):
            pass
    held, refused, together = [], [], threading.Barrier(3)

    def ask(name: str) -> None:
        together.wait()
        try:
            held.append(Lease(corpus, name).__enter__())
        except ThresherError as error:
            refused.append(str(error))

    threads = [threading.Thread(target=ask, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(held) == 1
    assert len(refused) == 2
    assert all("is being written by run" in message for message in refused)
    held[0].__exit__(None, None, None)
    assert corpus.read(LEASE).count() == 0
