"""Which inputs a pattern names, and what they are called."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import fsspec
import pytest
from pyarrow.fs import LocalFileSystem

from thresher.errors import UsageError
from thresher.ingest import listing
from thresher.ingest.arrivals import read_file
from thresher.ingest.listing import list_inputs, open_input
from thresher.ingest.settings import IngestSettings


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    for name in (
        "a.warc.gz",
        "2024/b.warc.gz",
        "2024/deep/c.jsonl",
        "2023/d.warc",
        "_SUCCESS",
        ".e.warc",
        "2024/_tmp/f",
    ):
        path = tmp_path / "crawl" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path / "crawl"


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("", ["2023/d.warc", "2024/b.warc.gz", "2024/deep/c.jsonl", "a.warc.gz"]),
        ("/", ["2023/d.warc", "2024/b.warc.gz", "2024/deep/c.jsonl", "a.warc.gz"]),
        ("/*.warc.gz", ["a.warc.gz"]),
        ("/*", ["2023/d.warc", "2024/b.warc.gz", "2024/deep/c.jsonl", "a.warc.gz"]),
        ("/**/*.warc.gz", ["2024/b.warc.gz", "a.warc.gz"]),
        ("/202?/*.warc*", ["2023/d.warc", "2024/b.warc.gz"]),
        ("/2024*", ["2024/b.warc.gz", "2024/deep/c.jsonl"]),
        ("/202[4-9]/deep/*", ["2024/deep/c.jsonl"]),
        ("/2024/b*", ["b.warc.gz"]),
        ("/2024/b.warc.gz", ["b.warc.gz"]),
        ("/2024/", ["b.warc.gz", "deep/c.jsonl"]),
    ],
)
@pytest.mark.parametrize("scheme", ["", "file://"])
def test_patterns(crawl: Path, pattern: str, names: list[str], scheme: str) -> None:
    inputs = list_inputs(f"{scheme}{crawl}{pattern}")
    assert [file.name for file in inputs] == names
    for file in inputs:
        assert Path(file.path).is_absolute() and file.path.endswith(file.name) and file.kind == "file"
        assert abs(file.modified - Path(file.path).stat().st_mtime_ns // 1000) <= 1  # seconds as a float round
        with open_input(file.path) as stream:
            assert stream.read() == Path(file.path).read_bytes()


def test_a_path_relative_to_here(crawl: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(crawl / "2024")
    (file,) = list_inputs("../*.gz")
    assert (file.path, file.name) == (str(crawl / "a.warc.gz"), "a.warc.gz")


def test_a_file_with_brackets_in_its_name(tmp_path: Path) -> None:
    (tmp_path / "a[1].jsonl").write_bytes(b"{}")
    assert [file.name for file in list_inputs(str(tmp_path / "a[1].jsonl"))] == ["a[1].jsonl"]


@pytest.mark.parametrize("pattern", ["/nothing/*.warc", "/nothing", "/2024/_tmp/*.gz"])
def test_nothing_is_an_error_that_names_the_pattern(crawl: Path, pattern: str) -> None:
    with pytest.raises(UsageError, match="no input file matches"):
        list_inputs(f"{crawl}{pattern}")


def test_a_scheme_that_nobody_knows() -> None:
    with pytest.raises(UsageError, match="nosuch"):
        list_inputs("nosuch://bucket/*.warc")


def test_a_delta_table_is_one_input(crawl: Path) -> None:
    for name in ("table/_delta_log/0.json", "table/part-0.parquet", "table/batch=1/part-1.parquet"):
        (crawl / name).parent.mkdir(parents=True, exist_ok=True)
        (crawl / name).write_bytes(b"{}")
    (alone,) = list_inputs(str(crawl / "table"))
    assert (alone.kind, alone.name, alone.path) == ("delta", "table", str(crawl / "table"))
    among = {file.name: file.kind for file in list_inputs(str(crawl))}
    assert among["table"] == "delta" and among["a.warc.gz"] == "file" and len(among) == 5


def test_a_store_that_only_pyarrow_opens(crawl: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_driver(uri: str) -> None:
        raise ImportError(uri)

    local = SimpleNamespace(from_uri=lambda uri: (LocalFileSystem(), "/"))
    monkeypatch.setattr(listing.fsspec.core, "url_to_fs", no_driver)
    monkeypatch.setattr(listing, "arrow_fs", SimpleNamespace(FileSystem=local))
    (crawl / "2024" / "deep" / "d.parquet").write_bytes(b"PAR1 and no table")
    files = list_inputs(f"hdfs://name:9000{crawl}/2024/**/*.*")
    assert [file.name for file in files] == ["b.warc.gz", "deep/c.jsonl", "deep/d.parquet"]
    assert files[0].path == f"hdfs://name:9000{crawl}/2024/b.warc.gz"
    for file in files:
        assert abs(file.modified - (crawl / "2024" / file.name).stat().st_mtime_ns // 1000) <= 1
        with open_input(file.path) as stream:
            assert stream.read() == (crawl / "2024" / file.name).read_bytes()
    (row,) = read_file(files[2], IngestSettings())
    assert row.error is not None and "Parquet" in row.error


def test_a_store_that_is_no_folder(tmp_path: Path) -> None:
    store = fsspec.filesystem("memory")
    store.pipe("/crawl/2024/a.jsonl.gz", gzip.compress(b'{"text": "Tea."}'))
    (file,) = list_inputs("memory://crawl/*")
    assert (file.name, file.path) == ("2024/a.jsonl.gz", "memory:///crawl/2024/a.jsonl.gz")
    assert 0 <= datetime.now(UTC).timestamp() * 1e6 - file.modified < 600e6
    (row,) = read_file(file, IngestSettings())
    assert row.text == b"Tea." and row.record_id == "2024/a.jsonl.gz:1"
    store.rm("/crawl", recursive=True)
