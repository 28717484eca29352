"""Random damage to a real WARC file: reading never raises, says where it had to stop, and keeps what lies before."""

import gzip
import io
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thresher.ingest.pages import Page
from thresher.ingest.row import Arrival, batched
from thresher.ingest.settings import IngestSettings
from thresher.ingest.stream import StoredStream
from thresher.ingest.warc import read_warc

SOURCE = SimpleNamespace(path="/in/a.warc", name="a.warc")


def items(data: bytes) -> list[Arrival | Page]:
    return list(read_warc(StoredStream(io.BytesIO(data)), SOURCE, IngestSettings(max_record_bytes=1 << 20)))


def page_places(found: list[Arrival | Page]) -> list[tuple[int, str]]:
    return [(item.row.offset, item.row.record_id) for item in found if isinstance(item, Page)]


class Crawl:
    """A file's bytes, without showing them in every message."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.pages = page_places(items(data))


@pytest.fixture(scope="module", params=["gzip", "plain"])
def crawl(request: pytest.FixtureRequest, data_dir: Path) -> Crawl:
    stored = (data_dir / "web/warc/resiliparse/warcfile.warc.gz").read_bytes()
    return Crawl(stored if request.param == "gzip" else gzip.decompress(stored))


damages = st.tuples(
    st.floats(0, 0.999),
    st.sampled_from(["cut", "zero", "flip", "insert", "remove", "repeat"]),
    st.integers(1, 3000),
    st.binary(min_size=1, max_size=40),
)


def damaged(data: bytes, where: float, how: str, size: int, noise: bytes) -> tuple[bytes, int]:
    at = int(where * len(data))
    pieces = {
        "cut": b"",
        "zero": bytes(size) + data[at + size :],
        "flip": bytes(byte ^ 0x55 for byte in data[at : at + size]) + data[at + size :],
        "insert": noise + data[at:],
        "remove": data[at + size :],
        "repeat": data[max(0, at - size) :],
    }
    return data[:at] + pieces[how], at


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=damages)
def test_damage_costs_what_it_touches(crawl: Crawl, damage: tuple[float, str, int, bytes]) -> None:
    data, at = damaged(crawl.data, *damage)
    found = items(data)
    before = [place for place in crawl.pages if place[0] < at][:-1]
    # The last one before the damage may be damaged itself; a header that is hit can change its name.
    assert page_places(found)[: len(before)] == before
    offsets = [offset for offset, _ in page_places(found)]
    assert offsets == sorted(set(offsets))
    rows = [item.row if isinstance(item, Page) else item for item in found]
    assert (rows or not data) and all(row.error for row in rows if row.kind != "document")
    for batch in batched(rows):
        batch.validate(full=True)


@given(st.binary(max_size=2000))
def test_any_bytes_after_the_first_words(noise: bytes) -> None:
    for batch in batched(item.row if isinstance(item, Page) else item for item in items(b"WARC/1.0\r\n" + noise)):
        batch.validate(full=True)
