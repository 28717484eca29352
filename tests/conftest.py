"""Fixtures that every test may use: real texts, a small crawl, and the corpus made of it."""

import gzip
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from thresher.corpus import Corpus
from thresher.location import locate
from thresher.recipe import read_recipe

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


def lines(path: Path, count: int) -> list[dict[str, object]]:
    """The first records of a file of real texts."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for _, line in zip(range(count), file, strict=False)]


@pytest.fixture(scope="session")
def crawl(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six files: web prose, editions of one book, other languages, broken lines, near copies, a WARC."""
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
    near = [json.dumps({"text": _every_word_but(str(record["text"]), 150)}) for record in sources["a-web.jsonl"][:40]]
    (folder / "f-near.jsonl").write_text("\n".join(near), encoding="utf-8")
    shutil.copy(data_dir / "web/warc/pywb/iana.warc.gz", folder / "e-iana.warc.gz")
    return folder


def _every_word_but(text: str, n: int) -> str:
    """The text without every nth word: at n = 150 about one shingle of 5 words in 30 is lost."""
    return " ".join(word for place, word in enumerate(text.split(" ")) if place % n != n - 1)


# What a recipe may ask for besides: vectors, domains, copies by meaning.
EVERYTHING = ("embed={model: wordllama}", "regroup={k: 6}", "semantic={at_least: 0.9}")


@pytest.fixture(scope="session")
def reference(spark: "SparkSession", crawl: Path, tmp_path_factory: pytest.TempPathFactory) -> "Job":
    """The crawl through `fineweb-en` and everything besides in one go; what other runs of the same must equal."""
    from thresher.corpus import Corpus
    from thresher.location import locate
    from thresher.recipe import read_recipe
    from thresher_jobs import pipeline
    from thresher_jobs.ingest import Ingest

    corpus = Corpus(spark, locate(str(tmp_path_factory.mktemp("reference"))))
    return pipeline.run(corpus, read_recipe("fineweb-en", EVERYTHING), ingest=Ingest(str(crawl)))


HOSTILE = "<script>alert(1)</script> ]]> --> {{ 7*7 }} \x00 \x1b[31m \u202e desrever \u2028 &amp; \U0001f600"


@pytest.fixture(scope="session")
def asked(spark: "SparkSession", data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Real web prose, near and exact duplicates, hostile texts and a broken line, under two recipes, for questions."""
    from thresher_jobs import annotate, curate, dedup, filter, pipeline
    from thresher_jobs.ingest import Ingest

    folder = tmp_path_factory.mktemp("asked")
    for name, records in _texts(data_dir).items():
        lines = [json.dumps({**record, "id": f"{name}/{place}"}) for place, record in enumerate(records)]
        (folder / f"{name}.jsonl").write_text("\n".join([*lines, "not JSON"][: len(lines) + (name == "web")]) + "\n")
    corpus = Corpus(spark, locate(str(tmp_path_factory.mktemp("asked-corpus"))))
    stages = (annotate.STAGE, filter.STAGE, dedup.STAGE, curate.STAGE)
    ingest = Ingest(str(folder), batch_bytes=400_000)
    for recipe in ("minhash-only", "gopher"):
        pipeline.run(corpus, read_recipe(recipe), stages, ingest)
    return corpus


def _texts(data_dir: Path) -> dict[str, list[dict[str, object]]]:
    web = _first(data_dir / "text/wcxb_dev_gold_all_clean.jsonl.gz", 120)
    book = _first(data_dir / "neardup/rustbook.jsonl.gz", 374)
    hostile = [
        {"text": f"{HOSTILE} {n}", "url": f'https://evil.example/{n}?"><script>alert(1)</script>'} for n in range(3)
    ]
    copies = [{"text": record["text"], "url": f"https://copy.example/{n}"} for n, record in enumerate(web[:10])]
    near = [
        {"text": f"{record['text']} The end.", "url": f"https://near.example/{n}"}
        for n, record in enumerate(web[10:30])
    ]
    return {"web": web, "book": book[::3], "hostile": hostile, "copies": [*copies, *near]}


def _first(path: Path, count: int) -> list[dict[str, object]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for _, line in zip(range(count), file, strict=False)]
