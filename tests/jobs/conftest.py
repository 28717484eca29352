"""A small crawl of real texts, in several files and formats, for the tests that run whole recipes."""

import gzip
import json
import shutil
from pathlib import Path

import pytest


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
