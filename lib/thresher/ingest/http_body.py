"""The body of an HTTP response as its page: chunks joined, compression taken off, in bounded memory.

Crawlers often store a body already decoded under its old headers: what does not look encoded is taken as it is.
"""

import io
import re
import zlib
from typing import Any

import zstandard
from fastwarc.stream_io import BrotliReader

_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")


class TooLargeError(ValueError):
    """A body that decodes to more than the limit."""


def unchunked(body: bytes) -> tuple[bytes, bool]:
    r"""The body without HTTP/1.1's chunk sizes (RFC 9112, 7.1), and whether its last chunk was there.

    A body that does not begin with a chunk size is returned unchanged, as complete.

    >>> unchunked(b"4\r\nWiki\r\n3\r\nped\r\n0\r\n\r\n")
    (b'Wikiped', True)
    >>> unchunked(b"<p>plain")
    (b'<p>plain', True)
    """
    parts, at, size = [], 0, _CHUNK_SIZE.match(body)
    if not size:
        return body, True
    while size and (length := int(size[1], 16)):
        at = size.end() + length
        parts.append(body[size.end() : at])
        if body[at : at + 2] == b"\r\n":
            at += 2
        elif body[at : at + 1] == b"\n":
            at += 1
        size = _CHUNK_SIZE.match(body, at)
    return b"".join(parts), size is not None


def decoded(body: bytes, encodings: str, limit: int) -> tuple[bytes, bool]:
    """The body with the codings of a Content-Encoding header taken off, last first, and whether it was complete.

    gzip, deflate (with and without zlib's header), br and zstd; an unknown coding, and a body that is not in the one
    declared, are left as they are. A body that is cut off gives what can be read of it.

    Errors: TooLargeError where more than `limit` bytes would come out.
    """
    complete = True
    for coding in reversed(encodings.lower().split(",")):
        body, whole = _decoded_once(body, coding.strip(), limit)
        complete = complete and whole
    return body, complete


def _decoded_once(body: bytes, coding: str, limit: int) -> tuple[bytes, bool]:
    if coding in ("gzip", "x-gzip") and body.startswith(b"\x1f\x8b"):
        return _inflated(body, 31, limit)
    if coding == "deflate":
        zlib_header = len(body) > 1 and body[0] & 15 == 8 and (body[0] << 8 | body[1]) % 31 == 0
        return _inflated(body, 15 if zlib_header else -15, limit)
    if coding == "zstd" and body.startswith(b"\x28\xb5\x2f\xfd"):
        return _read(zstandard.ZstdDecompressor().stream_reader(io.BytesIO(body)), body, limit)
    if coding == "br":
        return _read(BrotliReader(io.BytesIO(body)), body, limit)
    return body, True


def _inflated(body: bytes, window_bits: int, limit: int) -> tuple[bytes, bool]:
    inflate = zlib.decompressobj(window_bits)
    parts: list[bytes] = []
    size, fed = 0, body
    try:
        while fed and not inflate.eof:
            parts.append(inflate.decompress(fed, 1 << 20))
            size += len(parts[-1])
            if size > limit:
                raise TooLargeError
            fed = inflate.unconsumed_tail
    except zlib.error:
        return (b"".join(parts), False) if size else (body, True)
    return b"".join(parts), inflate.eof


def _read(reader: Any, body: bytes, limit: int) -> tuple[bytes, bool]:
    parts: list[bytes] = []
    size = 0
    try:
        while piece := reader.read(1 << 20):
            parts.append(piece)
            size += len(piece)
            if size > limit:
                raise TooLargeError
    except (OSError, zstandard.ZstdError):
        return (b"".join(parts), False) if size else (body, True)
    return b"".join(parts), True
