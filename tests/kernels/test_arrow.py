"""Arrow's layouts: slices, nulls, both widths of offsets, nothing at all."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thresher.kernels.arrow import struct, utf8

KINDS = (pa.string(), pa.large_string(), pa.binary(), pa.large_binary())


@given(st.lists(st.none() | st.text()), st.sampled_from(KINDS), st.integers(0, 5), st.integers(0, 5))
def test_documents_come_back_as_they_are(texts: list[str | None], kind: pa.DataType, start: int, length: int):
    array = pa.array([t if t is None else t.encode() for t in texts], pa.binary()).cast(kind).slice(start, length)
    data, offsets, valid = utf8(array)
    spans = pairwise(offsets)
    back = [bytes(data[a:b]).decode() if v else None for (a, b), v in zip(spans, valid, strict=True)]
    assert back == texts[start : start + length]
    assert offsets.dtype == np.int64 and not data.flags.writeable


def test_text_is_not_copied():
    array = pa.array(["some text"])
    assert utf8(array).data.ctypes.data == array.buffers()[2].address


def test_other_types_are_refused():
    with pytest.raises(TypeError, match="not int64"):
        utf8(pa.array([1]))


def test_a_null_type_has_no_bytes():
    assert utf8(pa.nulls(2, pa.string())).offsets.tolist() == [0, 0, 0]


def test_structs_carry_nulls_and_types():
    fields = pa.struct([("n", pa.int32()), ("x", pa.float64())])
    made = struct(fields, [np.array([1, 2]), np.array([np.nan, 1.0])], np.array([True, False]))
    assert made.type == fields
    assert made.to_pylist() == [{"n": 1, "x": None}, None]
