"""Between Arrow and the kernels: an array of text as its bytes, without a copy, and columns back as a struct array."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa


class Utf8(NamedTuple):
    """An array of text: document d is `data[offsets[d]:offsets[d + 1]]`, and is null where not `valid[d]`."""

    data: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]
    valid: npt.NDArray[np.bool_]


def utf8(array: pa.Array) -> Utf8:
    """The buffers of a string, large_string, binary or large_binary array, without a copy of the text.

    `data` is the array's whole buffer, read-only; offsets are always 64 bits wide, so that a kernel compiles once. A
    null has length 0.

    >>> data, offsets, valid = utf8(pa.array(["ab", None, "c"]).slice(1))
    >>> offsets.tolist(), valid.tolist(), bytes(data[offsets[1] : offsets[2]])
    ([2, 2, 3], [False, True], b'c')
    """
    large = pa.types.is_large_string(array.type) or pa.types.is_large_binary(array.type)
    if not (large or pa.types.is_string(array.type) or pa.types.is_binary(array.type)):
        raise TypeError(f"text must be a string or large_string array, not {array.type}")
    _, starts, bytes_ = array.buffers()
    width = np.dtype(np.int64 if large else np.int32)
    if len(array) == 0 or starts is None:
        offsets = np.zeros(len(array) + 1, np.int64)
    else:
        offsets = np.frombuffer(starts, width, len(array) + 1, array.offset * width.itemsize).astype(np.int64)
    data = np.frombuffer(bytes_ if bytes_ is not None else b"", np.uint8)
    data.flags.writeable = False  # always: to numba, an array that may be written is another type to compile for
    valid = np.asarray(array.is_valid().to_numpy(zero_copy_only=False), np.bool_)
    return Utf8(data, offsets, valid)


def strings(
    data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], valid: npt.NDArray[np.bool_]
) -> pa.StringArray:
    """The inverse of `utf8`, without a copy of the text: null where not `valid`. Raises where it is 2 GiB or more.

    >>> strings(np.frombuffer(b"abc", np.uint8), np.array([0, 2, 2, 3]), np.array([True, False, True])).to_pylist()
    ['ab', None, 'c']
    """
    if offsets[-1] > np.iinfo(np.int32).max:
        raise OverflowError(f"{offsets[-1]:,} bytes of text do not fit in one array of strings")
    bitmap = pa.array(valid).buffers()[1]
    starts = pa.py_buffer(offsets.astype(np.int32))
    return pa.StringArray.from_buffers(len(valid), starts, pa.py_buffer(data), bitmap)


def struct(
    fields: pa.DataType, columns: Sequence[npt.NDArray[np.generic]], valid: npt.NDArray[np.bool_]
) -> pa.StructArray:
    """The columns as one struct array of type `fields`: null where not `valid`; NaN becomes a null field.

    >>> fields = pa.struct([("n", pa.int32()), ("ratio", pa.float64())])
    >>> struct(fields, [np.array([1, 2]), np.array([0.5, np.nan])], np.array([True, True])).to_pylist()
    [{'n': 1, 'ratio': 0.5}, {'n': 2, 'ratio': None}]
    """
    types = [field.type for field in fields]
    arrays = [pa.array(c, type=t, from_pandas=True) for c, t in zip(columns, types, strict=True)]
    return pa.StructArray.from_arrays(arrays, fields=list(fields), mask=pa.array(~valid))
