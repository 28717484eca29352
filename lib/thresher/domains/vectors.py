"""Between Arrow and numpy: a column of vectors as a matrix, in whichever form it is stored, and a matrix as a column.

A vector is stored as a list of float32, or packed: its values in half precision, little-endian, one after the other in
a binary of 2 x d bytes. Packed vectors take half the room and reach Python faster (about 3 decimal digits are left).
"""

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from thresher.kernels.arrow import utf8

Matrix = npt.NDArray[np.float32]
Precision = Literal["float", "half"]
_HALF = np.dtype("<f2")


def matrix_of(column: pa.Array) -> Matrix:
    """The vectors of a column as a float32 matrix of shape (n, d).

    The column is a list or large_list of floats, a fixed_size_list, or a binary or large_binary of packed halves. A
    column of floats is not copied, so the matrix is read-only. A column without rows has shape (0, d) where its type
    says d, else (0, 0).

    Raises ValueError where a vector is null or not as long as the others: a matrix has no place for it.

    >>> matrix_of(pa.array([[1.0, 0.5], [0.0, 2.0]], pa.list_(pa.float32())))
    array([[1. , 0.5],
           [0. , 2. ]], dtype=float32)
    >>> matrix_of(pa.array([np.array([1.0, 0.5], np.float16).tobytes()]))
    array([[1. , 0.5]], dtype=float32)
    """
    if column.null_count:
        raise ValueError(f"{column.null_count} of {len(column)} vectors are null: leave them out first")
    kind = column.type
    if pa.types.is_fixed_size_list(kind):
        return _floats(column.flatten()).reshape(len(column), kind.list_size)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _floats(column.flatten()).reshape(len(column), _length(column.value_lengths().to_numpy()))
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return _unpacked(column)
    raise TypeError(f"vectors are lists of floats or packed halves, not {kind}")


def column_of(matrix: npt.NDArray[np.floating[Any]], precision: Precision = "float") -> pa.Array:
    """The inverse of `matrix_of`: a list<float> array (`float`), or a binary array of packed halves (`half`).

    >>> vectors = np.array([[1.0, 0.5], [0.0, 2.0]], np.float32)
    >>> column_of(vectors).to_pylist(), column_of(vectors, "half")[0].as_py().hex()
    ([[1.0, 0.5], [0.0, 2.0]], '003c0038')
    """
    rows, length = matrix.shape
    values = np.ascontiguousarray(matrix, np.float32 if precision == "float" else _HALF)
    starts = np.arange(rows + 1, dtype=np.int64) * (length if precision == "float" else length * _HALF.itemsize)
    if starts[-1] > np.iinfo(np.int32).max:
        raise OverflowError(f"{rows:,} vectors of {length:,} values do not fit in one column: take fewer at a time")
    offsets = pa.py_buffer(starts.astype(np.int32))
    if precision == "half":
        return pa.BinaryArray.from_buffers(pa.binary(), rows, [None, offsets, pa.py_buffer(values)])
    floats = pa.Array.from_buffers(pa.float32(), values.size, [None, pa.py_buffer(values)])
    return pa.ListArray.from_buffers(pa.list_(pa.float32()), rows, [None, offsets], children=[floats])


def _floats(values: pa.Array) -> Matrix:
    if values.null_count:
        raise ValueError(f"{values.null_count} values within the vectors are null")
    return np.asarray(values.to_numpy(zero_copy_only=False), np.float32)


def _unpacked(column: pa.Array) -> Matrix:
    data, offsets, _ = utf8(column)
    length = _length(np.diff(offsets))
    if length % _HALF.itemsize:
        raise ValueError(f"a packed vector has 2 bytes a value, these have {length} bytes in all")
    halves = np.frombuffer(data[offsets[0] : offsets[-1]], _HALF)
    return halves.reshape(len(column), length // _HALF.itemsize).astype(np.float32)


def _length(lengths: npt.NDArray[np.integer[Any]]) -> int:
    """The one length that all vectors have; an error where they differ."""
    if len(lengths) == 0:
        return 0
    if lengths.min() != lengths.max():
        raise ValueError(f"vectors of different lengths in one column: {lengths.min()} and {lengths.max()}")
    return int(lengths[0])
