"""Fixtures that every test may use: real texts, one Spark session, a small crawl, and the corpus made of it."""

import gzip
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from thresher.session import get_session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from thresher.stage import Job

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


def lines(path: Path, count: int) -> list[dict[str, object]]:
    """The first records of a file of real texts."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for _, line in zip(range(count), file, strict=False)]


@pytest.fixture(scope="session")
def crawl(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five files: web prose, near duplicates (editions of one book), other languages, broken lines, a WARC."""
    folder = tmp_path_factory.mktemp("crawl")
    sources = {
        "a-web.jsonl": lines(data_dir / "text/wcxb_dev_gold_all_clean.jsonl.gz", 150),
        "b-books.jsonl": lines(data_dir / "neardup/rustbook.jsonl.gz", 200),
        "c-languages.jsonl": lines(data_dir / "lid/lingua75x200.jsonl.gz", 60),
    }
    for name, records in sources.items():
        for place, record in enumerate(records):
            record["id"] = f"{name}/{place}"
        (folder / name).write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    again = sources["a-web.jsonl"][:3]  # three exact copies under other names, and one id that is taken
    broken = [json.dumps({**record, "id": f"copy/{n}"}) for n, record in enumerate(again)]
    broken += [json.dumps({**again[0], "text": "another text under a taken id, " * 20}), '["a list"]', '{"text": 7}']
    (folder / "d-broken.jsonl").write_text("\n".join(broken) + "\n", encoding="utf-8")
    shutil.copy(data_dir / "web/warc/pywb/iana.warc.gz", folder / "e-iana.warc.gz")
    return folder


@pytest.fixture(scope="session")
def reference(spark: "SparkSession", crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> "Job":
    """The crawl through `fineweb-en` in one go; what other runs of the same must equal."""
    from thresher.corpus import Corpus
    from thresher.location import locate
    from thresher.recipe import read_recipe
    from thresher_jobs import pipeline
    from thresher_jobs.ingest import Ingest

    corpus = Corpus(spark, locate(str(tmp_path_factory.mktemp("reference"))))
    return pipeline.run(corpus, read_recipe("fineweb-en"), ingest=Ingest(str(crawl)))
