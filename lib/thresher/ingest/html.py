"""HTML to text in a process of its own, so that a page that hangs or crashes the parser costs that page only.

One child per process and per settings, kept from task to task; see `html_worker` for what it runs and the frames.
A page is handed over before the next record is read, so that parsing and reading overlap.
"""

import atexit
import mmap
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from typing import BinaryIO, cast

from thresher.errors import ThresherError
from thresher.ingest.html_worker import NONE, REPLY, REQUEST
from thresher.ingest.settings import IngestSettings

_START_SECONDS = 60.0


class ParseError(Exception):
    """A page that gave no text; its message says why."""


class HtmlParser:
    """A parsing process. `send` a page, `receive` its text; one page at a time is under way.

    >>> parser = HtmlParser(IngestSettings())
    >>> parser.send(b"<main><p>Pour &amp; wait.</main>", "text/html")
    >>> parser.receive()
    b'Pour & wait.'
    >>> parser.close()
    """

    def __init__(self, settings: IngestSettings) -> None:
        self._settings = settings
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()
        self._page_file = _unnamed_file(settings.max_record_bytes)
        self._page = mmap.mmap(self._page_file.fileno(), settings.max_record_bytes)
        self._deadline = 0.0
        self._under_way = False
        self._failure: ParseError | None = None

    def send(self, body: bytes, content_type: str | None) -> None:
        """Hand a page over; what goes wrong is told by `receive`."""
        kind = None if content_type is None else content_type.encode("utf-8", "replace")
        head = REQUEST.pack(len(body), NONE if kind is None else len(kind)) + (kind or b"")
        if self._under_way:  # a reader that was given up in the middle: its page's text is nobody's
            self.close()
        child = self._child if self._child and self._child.poll() is None else self._start()
        self._failure, self._under_way = None, True
        self._deadline = time.monotonic() + self._settings.parser_seconds
        try:
            self._page[: len(body)] = body
            self._write(child, head)
        except ParseError as failure:
            self._failure = failure

    def receive(self) -> bytes:
        """The text of the page sent last, as UTF-8.

        Errors: ParseError where the parser failed, took too long or died; the next page gets a new process.
        """
        self._under_way = False
        if self._failure:
            raise self._failure
        status, text = self._reply()
        if status:
            raise ParseError(f"the HTML parser failed: {text.decode('utf-8', 'replace')}")
        return text

    def close(self) -> None:
        """End the process, if it is this process's own and not inherited by a fork."""
        child, self._child, self._under_way = self._child, None, False
        if child and self._owner == os.getpid():
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe:
                    pipe.close()

    def _start(self) -> subprocess.Popen[bytes]:
        self.close()
        settings = self._settings
        # The child's own alarm comes after ours: it is for the case that nobody is left to look at the clock.
        command = [sys.executable, "-m", "thresher.ingest.html_worker", settings.html_parser]
        page = self._page_file.fileno()
        command += [str(settings.parser_seconds + 2), str(settings.parser_memory_bytes), str(page)]
        path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
        child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
            env={**os.environ, "PYTHONPATH": path}, start_new_session=True, pass_fds=(page,),
        )  # fmt: skip
        assert child.stdin and child.stdout
        for pipe in (child.stdin, child.stdout):
            os.set_blocking(pipe.fileno(), False)
        self._child = child
        self._deadline = time.monotonic() + _START_SECONDS
        try:
            status, message = self._reply()
        except ParseError as error:
            raise ThresherError(
                f"the process of the HTML parser {settings.html_parser} does not start: {error}"
            ) from None
        if status:
            raise ThresherError(f"{message.decode()}; install it where the workers run, or set ingest.html_parser")
        return child

    def _write(self, child: subprocess.Popen[bytes], data: bytes) -> None:
        assert child.stdin
        pipe, view = child.stdin.fileno(), memoryview(data)
        while view:
            self._wait(pipe, select.POLLOUT)
            try:
                view = view[os.write(pipe, view) :]
            except BrokenPipeError:
                raise self._crashed() from None

    def _reply(self) -> tuple[int, bytes]:
        status, size = REPLY.unpack(self._read(REPLY.size))
        return status, self._read(size)

    def _read(self, size: int) -> bytes:
        child = self._child
        assert child and child.stdout
        pipe, data = child.stdout.fileno(), bytearray()
        while len(data) < size:
            self._wait(pipe, select.POLLIN)
            piece = os.read(pipe, size - len(data))
            if not piece:
                raise self._crashed()
            data += piece
        return bytes(data)

    def _wait(self, pipe: int, event: int) -> None:
        poll = select.poll()
        poll.register(pipe, event)
        if not poll.poll(max(0.0, self._deadline - time.monotonic()) * 1000):
            self.close()
            raise ParseError(f"the HTML parser took more than {self._settings.parser_seconds:g} s")

    def _crashed(self) -> ParseError:
        child = self._child
        assert child
        try:
            code = child.wait(timeout=1)
        except subprocess.TimeoutExpired:
            code = -signal.SIGKILL
        self.close()
        cause = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return ParseError(f"the HTML parser's process died ({cause})")


def _unnamed_file(size: int) -> BinaryIO:
    """A file of this size without a name, in memory where the system offers that; what is not written takes no room."""
    file = os.fdopen(os.memfd_create("page"), "w+b") if hasattr(os, "memfd_create") else tempfile.TemporaryFile()
    os.ftruncate(file.fileno(), size)
    return cast(BinaryIO, file)


_kept: dict[tuple[int, str, float, int, int], HtmlParser] = {}


def parser_for(settings: IngestSettings) -> HtmlParser:
    """The process's own parser for these settings, made on first use and kept.

    A forked process makes its own: two that spoke to one child would read each other's pages.
    """
    key = (
        os.getpid(), settings.html_parser, settings.parser_seconds, settings.parser_memory_bytes,
        settings.max_record_bytes,
    )  # fmt: skip
    if key not in _kept:
        _kept[key] = HtmlParser(settings)
        atexit.register(_kept[key].close)
    return _kept[key]
