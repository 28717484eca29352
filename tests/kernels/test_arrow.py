"""Arrow's layouts: slices, nulls, both widths of offsets, nothing at all."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thresher.kernels.arrow import strings, struct, utf8

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


@given(st.lists(st.none() | st.text()), st.sampled_from(KINDS[:2]), st.integers(0, 5), st.integers(0, 5))
def test_strings_are_the_way_back(texts: list[str | None], kind: pa.DataType, start: int, length: int):
    array = pa.array(texts, kind).slice(start, length)
    back = strings(*utf8(array))
    back.validate(full=True)
    assert back.type == pa.string() and back.to_pylist() == texts[start : start + length]


def test_strings_share_the_text_and_refuse_what_32_bits_cannot_address():
    data, valid = np.frombuffer(b"abc", np.uint8), np.array([True])
    assert strings(data, np.array([0, 3]), valid).buffers()[2].address == data.ctypes.data
    # The offsets are made up, no test has two gigabytes to spare: of one byte less it is Arrow that sees through them.
    with pytest.raises(OverflowError, match="2,147,483,648 bytes of text do not fit"):
        strings(data, np.array([0, 2**31]), valid)
    with pytest.raises(pa.ArrowInvalid):
        strings(data, np.array([0, 2**31 - 1]), valid)


def test_structs_carry_nulls_and_types():
    fields = pa.struct([("n", pa.int32()), ("x", pa.float64())])
    made = struct(fields, [np.array([1, 2]), np.array([np.nan, 1.0])], np.array([True, False]))
    assert made.type == fields
    assert made.to_pylist() == [{"n": 1, "x": None}, None]
