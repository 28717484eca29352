"""Columns of vectors as matrices, against pyarrow's own way to Python."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from thresher.domains.vectors import column_of, matrix_of

HALVES = arrays(np.float16, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9))


def twin(column: pa.Array) -> "np.ndarray[Any, Any]":
    """What `matrix_of` means, by way of Python objects."""
    values = column.to_pylist()
    if isinstance(values[0], bytes):
        values = [np.frombuffer(value, "<f2") for value in values]
    return np.array(values, np.float32)


@given(HALVES, st.data())
def test_every_form_gives_its_values_also_in_a_slice(halves: "np.ndarray[Any, Any]", data: st.DataObject) -> None:
    rows, length = halves.shape
    start = data.draw(st.integers(0, rows - 1))
    size = data.draw(st.integers(1, rows - start))
    floats = column_of(halves)
    packed = column_of(halves, "half")
    forms = (
        floats, floats.cast(pa.large_list(pa.float32())), floats.cast(pa.list_(pa.float32(), length)),
        floats.cast(pa.list_(pa.float64())), packed, packed.cast(pa.large_binary()),
    )  # fmt: skip
    for form in forms:
        part = form.slice(start, size)
        part.validate(full=True)
        matrix = matrix_of(part)
        assert matrix.dtype == np.float32
        np.testing.assert_array_equal(matrix, twin(part))
        np.testing.assert_array_equal(matrix, halves[start : start + size].astype(np.float32))


def test_a_column_without_rows_is_a_matrix_without_rows() -> None:
    assert matrix_of(pa.array([], pa.list_(pa.float32()))).shape == (0, 0)
    assert matrix_of(pa.array([], pa.list_(pa.float32(), 4))).shape == (0, 4)
    assert matrix_of(pa.array([], pa.binary())).shape == (0, 0)
    assert matrix_of(column_of(np.zeros((3, 2), np.float32)).slice(3)).shape == (0, 0)


@pytest.mark.parametrize(
    ("column", "told"),
    [
        (pa.array([[1.0], None], pa.list_(pa.float32())), "1 of 2 vectors are null"),
        (pa.array([[1.0, None]], pa.list_(pa.float32())), "1 values within the vectors are null"),
        (pa.array([[1.0], [1.0, 2.0]], pa.list_(pa.float32())), "different lengths in one column: 1 and 2"),
        (pa.array([b"abcd", b"ab"]), "different lengths in one column: 2 and 4"),
        (pa.array([b"abc"]), "2 bytes a value, these have 3"),
    ],
)
def test_what_no_matrix_has_a_place_for_is_told(column: pa.Array, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        matrix_of(column)


def test_text_is_no_vector() -> None:
    with pytest.raises(TypeError, match="not string"):
        matrix_of(pa.array(["0.5"]))
