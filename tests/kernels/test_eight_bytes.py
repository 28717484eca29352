"""Eight bytes at once against each byte by itself."""

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from thresher.kernels import eight_bytes

BYTES = st.binary(min_size=8, max_size=8)
ASCII = st.lists(st.integers(0, 127), min_size=8, max_size=8).map(bytes)


def number(eight: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(eight, "little"))


def marked(eight: bytes, holds: Callable[[int], bool]) -> int:
    return sum(0x80 << 8 * place for place, byte in enumerate(eight) if holds(byte))


@given(st.binary(min_size=8, max_size=24), st.integers(0, 16))
def test_eight_bytes_are_read_and_written(data: bytes, at: int):
    at = min(at, len(data) - 8)
    read = eight_bytes.eight(np.frombuffer(data, np.uint8), at)
    out = np.zeros(9, np.uint8)
    eight_bytes.put_eight(out, 1, np.uint64(read))  # numba gives Python a plain number
    assert int(read) == number(data[at : at + 8]) and bytes(out) == b"\0" + data[at : at + 8]


@given(BYTES, st.integers(0, 255))
def test_bytes_are_compared(eight: bytes, byte: int):
    assert int(eight_bytes.equal(number(eight), byte)) == marked(eight, lambda b: b == byte)
    assert int(eight_bytes.equal(number(eight), eight[3])) == marked(eight, lambda b: b == eight[3])


@given(BYTES, st.integers(0, 128))
def test_the_first_byte_below_another_is_found(eight: bytes, byte: int):
    places = [place for place, b in enumerate(eight) if b < byte]
    marks = np.uint64(eight_bytes.below(number(eight), byte))
    assert int(eight_bytes.first_marked(marks)) == min(places, default=8)


@given(BYTES)
def test_classes_of_any_bytes(eight: bytes):
    assert int(eight_bytes.letters(number(eight))) == marked(eight, lambda b: b < 128 and chr(b).isalpha())
    assert eight_bytes.has_control(number(eight)) == any(not 32 <= b < 128 for b in eight)
    assert int(eight_bytes.ones(number(eight))) == sum(b.bit_count() for b in eight)


@given(ASCII)
def test_classes_of_ascii(eight: bytes):
    assert int(eight_bytes.word_bytes(number(eight))) == marked(eight, lambda b: chr(b).isalnum() or b == ord("_"))
