"""Spans of bytes against `str` and `set`."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from thresher.kernels import spans
from thresher.kernels.eight_bytes import eight

from .texts import TEXTS


def as_array(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), np.uint8)


@given(TEXTS)
def test_white_space_is_stripped_as_str_does(text: str):
    data = as_array(text)
    assert bytes(data[spans.strip_left(data, 0, len(data)) :]) == text.lstrip().encode()
    assert bytes(data[: spans.strip_right(data, 0, len(data))]) == text.rstrip().encode()
    assert spans.characters(data, 0, len(data)) == len(text)


@given(st.binary(min_size=1))
def test_no_bytes_lead_out_of_the_span(junk: bytes):
    data = np.frombuffer(junk, np.uint8)
    assert 0 <= spans.strip_left(data, 0, len(data)) <= len(data)
    assert 0 <= spans.strip_right(data, 0, len(data)) <= len(data)
    assert 0 <= spans.before(data, 0, len(data)) < len(data)


@given(st.binary(max_size=40), st.integers(0, 255), st.integers(0, 8))
def test_a_byte_is_found_and_counted_as_bytes_does(junk: bytes, byte: int, start: int):
    data, start = np.frombuffer(junk, np.uint8), min(start, len(junk))
    found = junk.find(byte, start)
    assert spans.find_byte(data, start, len(data), byte) == (found if found >= 0 else len(junk))
    assert spans.count_byte(data, start, len(data), byte) == junk.count(byte, start)


@given(st.binary(max_size=40), st.integers(0, 8))
def test_a_span_is_copied_and_nothing_behind_it_is_written(junk: bytes, start: int):
    data, start, out = np.frombuffer(junk, np.uint8), min(start, len(junk)), np.zeros(50, np.uint8)
    end = spans.copy_span(data, start, len(data), out, 1)
    assert bytes(out) == b"\0" + junk[start:] + bytes(49 - len(junk[start:])) and end == 1 + len(junk[start:])


@given(st.binary(min_size=8, max_size=8), st.integers(1, 7))
def test_a_short_hash_is_the_same(junk: bytes, size: int):
    data = np.frombuffer(junk, np.uint8)
    assert spans.hash_few(np.uint64(eight(data, 0)), size) == spans.hash_span(data, 0, size)


@given(st.lists(st.binary(max_size=20), max_size=30))
def test_a_hash_is_of_the_bytes_alone(parts: list[bytes]):
    data = np.frombuffer(b"".join(parts), np.uint8)
    ends = np.cumsum([0, *map(len, parts)])
    hashes = [int(spans.hash_span(data, ends[k], ends[k + 1])) for k in range(len(parts))]
    assert all((hashes[i] == hashes[j]) == (parts[i] == parts[j]) for i in range(len(parts)) for j in range(i))


@given(st.lists(st.integers(0, 50).map(lambda n: 2 * n + 1)))
def test_the_set_knows_what_it_was_given(keys: list[int]):
    table, seen = np.zeros(spans.table_size(len(keys)), np.uint64), set()
    for key in keys:
        assert spans.is_new(table, np.uint64(key)) == (key not in seen)
        seen.add(key)
