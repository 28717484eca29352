"""Fixtures that every test may use: the folder of real texts, and one Spark session."""

from pathlib import Path

import pytest

DATA = Path(__file__).parents[1].parent / "shared" / "data"


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real texts beside the project; tests that need it skip where it is missing."""
    if not DATA.is_dir():
        pytest.skip(f"the folder of real texts is missing: {DATA.resolve()}")
    return DATA
