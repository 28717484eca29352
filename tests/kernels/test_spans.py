"""Spans of bytes against `str` and `set`."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from thresher.kernels import spans

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
