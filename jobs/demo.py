"""Makes real input for a first run without a download: a WARC of the documentation that is already on this machine.

The pages are the HTML documentation (pydoc) of the standard library and of packages that thresher needs, and the
descriptions and licences of all that is installed. Nobody wrote them for this: they hold true boilerplate and true
near duplicates.

    python -m thresher_jobs.demo demo-input
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import importlib.metadata
import importlib.util
import io
import json
import logging
import os
import pkgutil
import pydoc
import re
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from email.message import Message
from itertools import islice
from pathlib import Path
from typing import NamedTuple, cast

from thresher.errors import ThresherError

SITE = "https://docs.example"
DATE = "2026-01-01T00:00:00Z"  # a fixed date: the same machine makes the same records again
PAGES = 1700
FEWEST = 1500
PAGES_PER_FILE = 500
MODULES_PER_PROCESS = 60
SECONDS_PER_PROCESS = 60

# Importing these does something: opens a browser, prints a poem, starts Spark, runs a test suite or a program.
ACTS_ON_IMPORT = frozenset(
    ("antigravity", "conftest", "idlelib", "lib2to3", "shell", "test", "testing", "tests", "this", "turtledemo")
)
PACKAGES = ("rich", "pydantic", "fsspec", "psutil", "numba", "pandas", "numpy", "pyarrow", "pyspark", "matplotlib")
LICENCE = re.compile(r"(licen[cs]e|copying|notice|authors|readme|changes|changelog)[^/]*$", re.IGNORECASE)
# Where an object and where a module lies: neither is the same on another machine.
OF_THIS_MACHINE = re.compile(r' at 0x[0-9a-f]{6,}|<br><a href="file:[^"]*">[^<]*</a>')
TEXT_SUFFIXES = ("", ".txt", ".md", ".rst", ".apache", ".bsd", ".mit")

log = logging.getLogger(__name__)


class Page(NamedTuple):
    """One page of the demo's web site."""

    url: str
    content_type: str
    body: str


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the demo's WARC files into the folder that is given."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pages", type=int, default=PAGES)
    options = parser.parse_args(arguments)
    files = make(options.folder, options.pages)
    log.info("%d files in %s", len(files), options.folder)


def make(folder: Path, pages: int = PAGES) -> list[Path]:
    """Write up to `pages` pages into `folder` as demo-00.warc.gz and so on; ThresherError where too few are found."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("demo-*.warc.gz"):
        old.unlink()
    found = list(islice(all_pages(), pages))
    if len(found) < min(pages, FEWEST):
        raise ThresherError(f"only {len(found)} pages of documentation on this machine, {FEWEST} are wanted")
    files = []
    for number, start in enumerate(range(0, len(found), PAGES_PER_FILE)):
        files.append(folder / f"demo-{number:02d}.warc.gz")
        write_warc(files[-1], found[start : start + PAGES_PER_FILE])
    log.info("%d pages of documentation found on this machine", len(found))
    return files


def all_pages() -> Iterator[Page]:
    """Every page in a fixed order: package texts, the standard library, then the installed packages' modules."""
    yield from package_texts()
    yield from rendered(standard_modules())
    yield from rendered(package_modules())


def package_texts() -> Iterator[Page]:
    """The description and the licence files of each installed package."""
    packages = {d.metadata["Name"].lower(): d for d in importlib.metadata.distributions() if d.metadata["Name"]}
    for name, package in sorted(packages.items()):
        description = cast(Message, package.metadata).get_payload()
        if isinstance(description, str) and description.strip():
            yield Page(f"{SITE}/packages/{name}/description.txt", "text/plain; charset=utf-8", description)
        for file in sorted(package.files or (), key=str):
            if not LICENCE.search(str(file)) or file.suffix.lower() not in TEXT_SUFFIXES:
                continue
            path = Path(str(file.locate()))
            if path.is_file():
                text = path.read_text(encoding="utf-8", errors="replace")
                yield Page(f"{SITE}/packages/{name}/{file.as_posix()}", "text/plain; charset=utf-8", text)


def standard_modules() -> list[str]:
    """The public modules of the standard library, those inside its packages too."""
    top = sorted(name for name in sys.stdlib_module_names if _is_public(name))
    return [name for package in top for name in (package, *_inside(package))]


def package_modules() -> Iterator[str]:
    """The public modules of the packages that thresher itself needs: they are on every machine that runs it."""
    for package in PACKAGES:
        yield from (package, *_inside(package))


def rendered(modules: Iterable[str]) -> Iterator[Page]:
    """The HTML documentation of the modules that can be imported, in the order given."""
    names = iter(modules)
    chunks = iter(lambda: list(islice(names, MODULES_PER_PROCESS)), [])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        ahead = [pool.submit(_render_apart, chunk) for chunk in islice(chunks, 2 * (os.cpu_count() or 1))]
        while ahead:
            yield from ahead.pop(0).result()
            ahead.extend(pool.submit(_render_apart, chunk) for chunk in islice(chunks, 1))


def write_warc(path: Path, pages: Iterable[Page]) -> None:
    """Write the pages as `response` records, each its own gzip member, as crawlers do."""
    with path.open("wb") as file:
        info = b"software: thresher demo\r\nformat: WARC File Format 1.0\r\n"
        file.write(_record("warcinfo", path.name, "application/warc-fields", info))
        for page in pages:
            body = page.body.encode("utf-8", "replace")
            head = f"HTTP/1.1 200 OK\r\nContent-Type: {page.content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
            file.write(_record("response", page.url, "application/http; msgtype=response", head.encode() + body))


def _record(kind: str, target: str, content_type: str, block: bytes) -> bytes:
    about = "WARC-Filename" if kind == "warcinfo" else "WARC-Target-URI"
    lines = (
        "WARC/1.0",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: <urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, target)}>",
        f"WARC-Date: {DATE}",
        f"{about}: {target}",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(block)}",
    )
    return gzip.compress("\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n", compresslevel=6, mtime=0)


def _is_public(name: str) -> bool:
    return not any(part.startswith("_") or part in ACTS_ON_IMPORT for part in name.split("."))


def _inside(package: str) -> list[str]:
    """The public modules inside a package, found by looking into its folder: nothing is imported."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return []
    folders = [(package, folder) for folder in (spec.submodule_search_locations or ())] if spec else []
    names: set[str] = set()
    while folders:
        prefix, folder = folders.pop()
        for module in pkgutil.iter_modules([folder], f"{prefix}."):
            if not _is_public(module.name):
                continue
            names.add(module.name)
            if module.ispkg:
                folders.append((module.name, os.path.join(folder, module.name.rpartition(".")[2])))
    return sorted(names)


def _render_apart(modules: list[str]) -> list[Page]:
    """Render in a process of its own: an import may hang, exit or crash, and then only that module is left out."""
    pages: list[Page] = []
    while modules:
        with tempfile.TemporaryDirectory() as scratch:
            command = [sys.executable, "-c", "from thresher_jobs import demo; demo._render_here()"]
            with open(os.path.join(scratch, "out"), "w+", encoding="utf-8") as out:
                environment = {**os.environ, "PYTHONHASHSEED": "0", "HOME": scratch, "MPLBACKEND": "agg"}
                try:
                    subprocess.run(
                        command,
                        input=json.dumps(modules),
                        text=True,
                        stdout=out,
                        stderr=subprocess.DEVNULL,
                        timeout=SECONDS_PER_PROCESS,
                        cwd=scratch,
                        env=environment,
                    )
                except subprocess.TimeoutExpired:
                    log.debug("a module of %s did not come to an end", modules)
                out.seek(0)
                answers = [json.loads(line) for line in out if line.endswith("\n")]
        pages.extend(Page(f"{SITE}/modules/{n}.html", "text/html; charset=utf-8", html) for n, html in answers if html)
        modules = modules[len(answers) + 1 :]  # the one after the last answer ended the process
    return pages


def _render_here() -> None:
    """In the child: module names in, one line of JSON out for each, null where there is nothing to render."""
    modules = json.load(sys.stdin)
    # What modules print must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for name in modules:
        answers.write(json.dumps((name, _html(name))) + "\n")
        answers.flush()
    os._exit(0)  # threads that a module has started must not keep the process


class _Documentation(pydoc.HTMLDoc):
    """pydoc's pages with plain spaces: it joins the words of a docstring by non-breaking ones."""

    def preformat(self, text: str) -> str:
        return super().preformat(text).replace("&nbsp;", " ")


def _html(name: str) -> str | None:
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            module = importlib.import_module(name)
            writer = _Documentation()
            page = writer.page(pydoc.describe(module), writer.document(module, name))
    except (Exception, SystemExit):  # a module may raise anything on import
        return None
    return OF_THIS_MACHINE.sub("", page)


if __name__ == "__main__":
    main()
