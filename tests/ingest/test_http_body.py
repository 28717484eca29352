"""Chunks joined as Python's own HTTP client joins them, and codings taken off in bounded memory."""

import gzip
import io
import zlib
from http.client import HTTPResponse

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from thresher.ingest.http_body import TooLargeError, decoded, unchunked

pieces = st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=5)


class Connection:
    """As much of a socket as HTTPResponse wants."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self.data)


def chunked(parts: list[bytes], extension: bytes = b"") -> bytes:
    chunks = b"".join(b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in parts)
    return chunks + b"0\r\n\r\n"


@given(pieces, st.sampled_from([b"", b";name=value", b" "]))
def test_chunks_are_joined_as_http_client_does(parts: list[bytes], extension: bytes) -> None:
    body = chunked(parts, extension)
    response = HTTPResponse(Connection(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body))  # type: ignore
    response.begin()
    assert unchunked(body) == (response.read(), True) == (b"".join(parts), True)


@given(pieces, st.integers(1, 30))
def test_a_cut_chunked_body_gives_a_beginning(parts: list[bytes], cut: int) -> None:
    body = chunked(parts)
    found, complete = unchunked(body[: max(3, len(body) - max(cut, 6))])
    assert b"".join(parts).startswith(found) and not complete


@given(st.binary(max_size=2000))
def test_any_bytes_pass(body: bytes) -> None:
    found, _ = unchunked(body)
    assert len(found) <= len(body)
    for coding in ("gzip", "deflate", "br", "zstd", "unknown", "gzip, br", ""):
        decoded(body, coding, 1 << 20)


@pytest.mark.parametrize(
    ("coding", "encode"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("zstd", zstandard.compress)]
)
def test_more_than_the_limit_is_refused(coding: str, encode) -> None:
    assert decoded(encode(b"x" * 5000), coding, 5000) == (b"x" * 5000, True)
    with pytest.raises(TooLargeError):
        decoded(encode(b"x" * 5001), coding, 5000)
