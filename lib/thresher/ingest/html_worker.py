"""The process that turns pages into text, and may hang or die doing so: started and watched by `html`.

A page lies in memory that both processes share. A frame on standard input is the lengths of the page and of its
Content-Type (two unsigned 32-bit little-endian numbers, the second one 0xFFFFFFFF for none), then the Content-Type; a
frame on standard output is a status byte (0 text, 1 error) and a length, then UTF-8. The process ends when its input
ends; a page that runs past its time is ended by an alarm of the kernel's, so that the process does not outlive a
parent that was killed.
"""

import importlib
import mmap
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable
from typing import BinaryIO

from thresher.ingest.charset import as_text

REQUEST = struct.Struct("<II")
REPLY = struct.Struct("<BI")
NONE = 0xFFFFFFFF

Parser = Callable[[bytes, str | None], str]


def resiliparse_text(body: bytes, content_type: str | None) -> str:
    r"""A page's main content by resiliparse: the bare parser, with the character set detected, all options default.

    >>> resiliparse_text(b"<nav>Home</nav><main><h1>Tea</h1><p>Pour &amp; wait.</main>", None)
    'Tea\n\nPour & wait.'
    """
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(as_text(body, content_type), main_content=True))


def trafilatura_text(body: bytes, content_type: str | None) -> str:
    """A page's main content by trafilatura with its defaults; empty where it finds none."""
    import trafilatura

    return trafilatura.extract(as_text(body, content_type)) or ""


def load(parser: str) -> Parser:
    """The function behind a parser's name: resiliparse, trafilatura, or `module:function`."""
    if parser == "resiliparse":
        return resiliparse_text
    if parser == "trafilatura":
        importlib.import_module("trafilatura")
        return trafilatura_text
    module, _, function = parser.partition(":")
    found: Parser = getattr(importlib.import_module(module), function)
    return found


def serve(parse: Parser, page: mmap.mmap, requests: BinaryIO, replies: BinaryIO, seconds: float) -> None:
    """Answer frames until the input ends."""
    while len(head := requests.read(REQUEST.size)) == REQUEST.size:
        size, type_size = REQUEST.unpack(head)
        body = page[:size]
        content_type = None if type_size == NONE else requests.read(type_size).decode("utf-8", "replace")
        signal.setitimer(signal.ITIMER_REAL, seconds)
        status, text = _answer(parse, body, content_type)
        signal.setitimer(signal.ITIMER_REAL, 0)
        replies.write(REPLY.pack(status, len(text)) + text)
        replies.flush()


def _answer(parse: Parser, body: bytes, content_type: str | None) -> tuple[int, bytes]:
    from thresher.ingest.row import well_formed

    try:
        text = parse(body, content_type)
        try:
            return 0, text.encode()
        except UnicodeEncodeError:
            return 0, well_formed(text).encode()
    except BaseException as error:
        return 1, well_formed(f"{type(error).__name__}: {error}")[:1000].encode()


def main(parser: str, seconds: float, memory_bytes: int, page_file: int) -> None:
    """Serve on the standard streams, which the parser itself does not get to see; `page_file` is a file descriptor."""
    page = mmap.mmap(page_file, 0, prot=mmap.PROT_READ)
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        parse = load(parser)
    except BaseException as error:
        message = f"the HTML parser {parser} cannot be loaded: {error}".encode("utf-8", "replace")
        replies.write(REPLY.pack(2, len(message)) + message)
        replies.flush()
        return
    replies.write(REPLY.pack(0, 0))
    replies.flush()
    serve(parse, page, requests, replies, seconds)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
