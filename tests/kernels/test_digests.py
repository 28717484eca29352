"""Published hashes against the libraries that define them for everybody: hashlib and xxhash."""

import hashlib

import numpy as np
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from thresher.kernels.digests import SHA1_WORDS, sha1, xxh32, xxh64

MESSAGES = st.binary(max_size=300) | st.text(max_size=40).map(str.encode)
EDGES = [bytes(range(size)) for size in range(200)]  # every place of the end in a block, and in a stripe


def check(message: bytes) -> None:
    """All three, of a span in the middle of other bytes."""
    data = np.frombuffer(b"before" + message + b"after", np.uint8)
    start, end = 6, 6 + len(message)
    digest = sha1(data, start, end, np.empty(SHA1_WORDS, np.uint32))
    assert "".join(f"{word:08x}" for word in digest) == hashlib.sha1(message).hexdigest()
    assert int(xxh32(data, start, end)) == xxhash.xxh32_intdigest(message)
    assert int(xxh64(data, start, end)) == xxhash.xxh64_intdigest(message)


@given(MESSAGES)
def test_any_message(message: bytes) -> None:
    check(message)


def test_every_length_of_a_tail_and_a_long_message() -> None:
    for message in (*EDGES, b"\xff" * 100_000):
        check(message)
