"""A page that makes the parser fail, hang or die costs that page; the parser does not outlive its reader."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from thresher.errors import ThresherError
from thresher.ingest.html import HtmlParser, ParseError
from thresher.ingest.settings import IngestSettings

PARSERS = """
import os, signal, time

def odd(body, content_type):
    word = body.split()[0]
    if word == b"sleep":
        time.sleep(60)
    if word == b"crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if word == b"exit":
        os._exit(3)
    if word == b"memory":
        return "x" * (8 << 30)
    if word == b"raise":
        raise ValueError("no \\ud800 way")
    if word == b"surrogate":
        return "a\\ud83d\\ude00b\\ud800c"
    if word == b"noise":
        print("not a frame")
        os.write(1, b"not a frame")
    return f"{body.decode()} {content_type}"
"""


@pytest.fixture
def parser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "odd_parsers.py").write_text(PARSERS)
    monkeypatch.syspath_prepend(tmp_path)
    parser = HtmlParser(IngestSettings(html_parser="odd_parsers:odd", parser_seconds=1))
    yield parser
    parser.close()


def parse(parser: HtmlParser, body: bytes, content_type: str | None = "text/html") -> str:
    parser.send(body, content_type)
    return parser.receive().decode()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"sleep", "took more than 1 s"),
        (b"crash", r"died \(SIGSEGV\)"),
        (b"exit", r"died \(exit code 3\)"),
        (b"memory", "failed: MemoryError"),
        (b"raise", "failed: ValueError: no \ufffd way"),
    ],
)
def test_a_bad_page_costs_itself(parser: HtmlParser, body: bytes, error: str) -> None:
    assert parse(parser, b"before") == "before text/html"
    with pytest.raises(ParseError, match=error):
        parse(parser, body)
    assert parse(parser, b"after", None) == "after None"


def test_lone_surrogates_become_replacement_characters(parser: HtmlParser) -> None:
    assert parse(parser, b"surrogate") == "a\N{GRINNING FACE}b\ufffdc"


def test_what_a_parser_prints_is_no_answer(parser: HtmlParser) -> None:
    assert parse(parser, b"noise") == "noise text/html"
    assert parse(parser, b"quiet") == "quiet text/html"


def test_a_page_nobody_asked_for_any_more_is_not_the_next_ones_text(parser: HtmlParser) -> None:
    parser.send(b"first", None)
    assert parse(parser, b"second") == "second text/html"


def test_large_pages_and_texts_pass(parser: HtmlParser) -> None:
    page = b"a" * (20 << 20)
    assert parse(parser, page, None) == page.decode() + " None"


def test_a_parser_that_is_not_there_is_told_clearly() -> None:
    with pytest.raises(ThresherError, match="no_such_module"):
        HtmlParser(IngestSettings(html_parser="no_such_module:parse")).send(b"page", None)


@pytest.mark.parametrize("page", [b"quiet", b"sleep"])
def test_the_parser_dies_with_its_reader(tmp_path: Path, page: bytes) -> None:
    (tmp_path / "odd_parsers.py").write_text(PARSERS)
    reader = textwrap.dedent(f"""
        import time
        from thresher.ingest.html import HtmlParser
        from thresher.ingest.settings import IngestSettings
        parser = HtmlParser(IngestSettings(html_parser="odd_parsers:odd", parser_seconds=0.5))
        parser.send({page!r}, None)
        print(parser._child.pid, flush=True)
        time.sleep(60)
    """)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    process = subprocess.Popen([sys.executable, "-c", reader], stdout=subprocess.PIPE, env=environment)
    child = psutil.Process(int(process.stdout.readline()))
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    for _ in range(200):
        if not child.is_running() or child.status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.05)
    pytest.fail("the parser's process is still there")


def test_trafilatura_by_choice() -> None:
    parser = HtmlParser(IngestSettings(html_parser="trafilatura"))
    sentence = "Tea leaves want water just off the boil and four minutes of patience. " * 5
    page = f"<html><body><nav>Home</nav><article><p>{sentence}</p></article></body></html>"
    assert parse(parser, page.encode()) == sentence.strip()
    parser.close()


def test_pages_in_a_warc_file(tmp_path: Path, monkeypatch, read: Callable, record: Callable) -> None:
    (tmp_path / "odd_parsers.py").write_text(PARSERS)
    monkeypatch.syspath_prepend(tmp_path)
    pages = [b"one", b"sleep", b"two", b"crash", b"three"]
    (tmp_path / "a.warc").write_bytes(b"".join(record(page, name=page.decode()) for page in pages))
    rows = read(tmp_path / "a.warc", html_parser="odd_parsers:odd", parser_seconds=1)
    assert [(row["kind"], row["record_id"]) for row in rows] == [
        ("document", "one"), ("quarantine", "sleep"), ("document", "two"), ("quarantine", "crash"),
        ("document", "three"),
    ]  # fmt: skip
    assert rows[1]["raw"].startswith(b"WARC/1.0\r\n") and rows[1]["raw"].endswith(b"\r\n\r\nsleep")
