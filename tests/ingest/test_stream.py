"""Compressed files: the same bytes come out, each with its place in the file, whatever the pieces they are read in."""

import bz2
import gzip
import io
from collections.abc import Callable

import lz4.frame
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from thresher.ingest.stream import StoredStream

CODECS: dict[str | None, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": zstandard.compress,
    "lz4": lz4.frame.compress,
}


def content(stream: StoredStream, size: int = -1) -> bytes:
    parts = []
    while part := stream.read(size):
        assert size < 0 or len(part) <= size
        parts.append(part)
    return b"".join(parts)


members = st.lists(st.binary(min_size=1, max_size=300) | st.integers(1, 400_000).map(lambda n: b"ab" * n), max_size=6)


@pytest.mark.parametrize("codec", CODECS)
@given(parts=members, size=st.sampled_from([-1, 1000, 70_000]))
def test_what_was_compressed_comes_out_and_members_are_found_again(codec: str, parts: list[bytes], size: int) -> None:
    stored = [CODECS[codec](part) for part in [b"first", *parts]]
    stream = StoredStream(io.BytesIO(b"".join(stored)))
    assert stream.codec == codec
    start = offset = 0
    for part, member in zip([b"first", *parts], stored, strict=True):
        assert read_exactly(stream, len(part), size) == part
        assert stream.tell() == start + len(part)
        assert stream.stored(start) == offset
        assert stream.stored(start + len(part) - 1) == offset + len(part) - 1
        start, offset = start + len(part), offset + len(member)
    assert stream.read() == b"" and stream.damage is None


def read_exactly(stream: StoredStream, n: int, size: int) -> bytes:
    out = b""
    while len(out) < n:
        out += stream.read(min(size, n - len(out)) if size > 0 else n - len(out))
    return out


@given(st.binary(max_size=300_000).map(lambda data: b"plain" + data))
def test_a_plain_file_is_itself(data: bytes) -> None:
    stream = StoredStream(io.BytesIO(data))
    assert content(stream, 1000) == data
    assert stream.codec is None and stream.stored(17) == 17


@pytest.mark.parametrize("codec", CODECS)
@given(parts=members, cut=st.integers(1, 100))
def test_a_cut_file_gives_what_came_before_and_says_so(codec: str, parts: list[bytes], cut: int) -> None:
    whole, last = [b"first", *parts], b"last one " * 200
    stored = [CODECS[codec](part) for part in whole]
    cut_off = CODECS[codec](last)
    stream = StoredStream(io.BytesIO(b"".join(stored) + cut_off[: max(4, len(cut_off) - cut)]))
    out = content(stream)
    assert (b"".join(whole) + last).startswith(out) and out.startswith(b"".join(whole))
    assert stream.damage is not None and stream.damage.offset == sum(map(len, stored))
    assert stream.read() == b""


def test_behind_shows_what_was_just_read() -> None:
    data = bytes(range(256)) * 4000
    stream = StoredStream(io.BytesIO(data))
    content(stream, 10_000)
    assert stream.behind(len(data) - 100_000, 50) == data[-100_000:-99_950]
    assert stream.behind(0, 50) == b""


def test_peeking_takes_nothing() -> None:
    stream = StoredStream(io.BytesIO(gzip.compress(b"a" * 10) + gzip.compress(b"b" * 10)))
    assert stream.peek(15) == b"a" * 10 + b"b" * 5
    assert stream.tell() == 0 and stream.peek(100) == b"a" * 10 + b"b" * 10
    assert content(stream) == b"a" * 10 + b"b" * 10


def test_padding_after_the_last_member_is_nothing_and_a_stranger_is_damage() -> None:
    padded = StoredStream(io.BytesIO(gzip.compress(b"a") + bytes(1000)))
    assert content(padded) == b"a" and padded.damage is None
    followed = StoredStream(io.BytesIO(gzip.compress(b"a") + bz2.compress(b"b")))
    assert content(followed) == b"a"
    assert followed.damage is not None and "not gzip" in followed.damage.error


@pytest.mark.parametrize("compress_dictionary", [False, True])
def test_a_dictionary_in_front_is_used(compress_dictionary: bool) -> None:
    samples = [b"WARC/1.0 record number %d of the crawl" % i * 3 for i in range(500)]
    dictionary = zstandard.train_dictionary(4096, samples)
    compressor = zstandard.ZstdCompressor(dict_data=dictionary)
    frame = dictionary.as_bytes()
    frame = zstandard.compress(frame) if compress_dictionary else frame
    head = b"\x5d\x2a\x4d\x18" + len(frame).to_bytes(4, "little") + frame
    stream = StoredStream(io.BytesIO(head + b"".join(map(compressor.compress, samples))))
    assert content(stream) == b"".join(samples) and stream.damage is None
    assert stream.codec == "zstd"


@pytest.mark.parametrize("codec", CODECS)
def test_reading_goes_on_after_damage_where_a_member_begins_as_asked(codec: str) -> None:
    stored = [CODECS[codec](b"WARC/%d " % i + bytes(range(256)) * 3) for i in range(4)]
    broken = stored[1][: len(stored[1]) // 2] + b"\xff" * 40
    stream = StoredStream(io.BytesIO(stored[0] + broken + stored[2] + stored[3]))
    first = content(stream)
    assert first.startswith(b"WARC/0") and stream.damage is not None
    position = stream.tell()
    assert stream.resume(b"WARC/") == len(stored[0]) + len(broken)
    assert content(stream).count(b"WARC/") == 2 and stream.damage is None
    assert stream.stored(position) == len(stored[0]) + len(broken)
