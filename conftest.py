"""The one Spark session of a test run, for the tests and for the examples in docstrings of Column functions."""

import doctest
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from thresher.session import get_session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ON_SPARK = ("thresher.functions.", "thresher.embed.column.")  # the modules whose examples have `spark` and `T`


@pytest.fixture(scope="session")
def spark() -> "Iterator[SparkSession]":
    """One small local session for all tests: a Java that starts fast matters more here than one that runs fast."""
    session = get_session(
        "thresher-tests",
        master="local[2]",
        conf={
            "spark.driver.memory": "2g",
            "spark.sql.shuffle.partitions": "2",
            "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
            "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
            "spark.connect.grpc.binding.port": str(_free_port()),
        },
    )
    yield session
    session.stop()


@pytest.fixture(scope="session")
def connect(spark: "SparkSession") -> str:
    """Where other processes reach the same Java through Spark Connect: a client may be killed, and costs no start."""
    return f"sc://127.0.0.1:{spark.conf.get('spark.connect.grpc.binding.port')}"


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(autouse=True)
def what_examples_use(
    request: pytest.FixtureRequest,
    doctest_namespace: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Gives examples that run on Spark the session, `T`, and an empty folder to write to; no others start Spark."""
    if request.node.name.startswith(ON_SPARK):
        import thresher.functions as T

        monkeypatch.setitem(doctest_namespace, "spark", request.getfixturevalue("spark"))
        monkeypatch.setitem(doctest_namespace, "T", T)
        monkeypatch.chdir(request.getfixturevalue("tmp_path"))
        request.node.runner.optionflags |= doctest.NORMALIZE_WHITESPACE  # `show` ends with an empty line
