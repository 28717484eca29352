"""Fixtures that every test may use: the folder of real texts, and one Spark session."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from thresher.session import get_session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

settings.register_profile("kernels compile at first use", deadline=None)
settings.load_profile("kernels compile at first use")
DATA = Path(__file__).parents[1].parent / "shared" / "data"


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real texts beside the project; tests that need it skip where it is missing."""
    if not DATA.is_dir():
        pytest.skip(f"the folder of real texts is missing: {DATA.resolve()}")
    return DATA


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
        },
    )
    yield session
    session.stop()
