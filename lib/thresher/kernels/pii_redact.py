"""Puts something of the same kind in the place of each span, out of what is reserved so that it is nobody's.

e-mail address   email@example.com        example.com: RFC 2606
IPv4 address     192.0.2.1                192.0.2.0/24: RFC 5737
IPv6 address     2001:db8::1              2001:db8::/32: RFC 3849
phone number     202-555-0100             555-0100 to 555-0199: the North American Numbering Plan, for fiction
card number      4242424242424242         a test number that payment processors publish, with a right check digit
secret           [SECRET]
"""

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit
from thresher.kernels.pii import KINDS, Offsets, Spans
from thresher.kernels.unicode import Bytes, Int

REPLACEMENTS = dict(
    zip(
        KINDS,
        ("email@example.com", "192.0.2.1", "2001:db8::1", "202-555-0100", "4242424242424242", "[SECRET]"),
        strict=True,
    )
)
_BYTES = np.frombuffer("".join(REPLACEMENTS.values()).encode(), np.uint8)
_ENDS = np.cumsum([0, *map(len, REPLACEMENTS.values())])


@njit
def redact(data: Bytes, offsets: Offsets, spans: Spans, ends: Offsets) -> tuple[Bytes, Offsets, npt.NDArray[np.bool_]]:
    """The text with each span replaced, its offsets, and which documents are other than they were."""
    documents = len(offsets) - 1
    out, starts = np.empty(_size(offsets, spans), np.uint8), np.zeros(documents + 1, np.int64)
    changed = np.zeros(documents, np.bool_)
    at: Int = np.int64(0)
    for d in range(documents):
        i = offsets[d]
        for s in range(ends[d], ends[d + 1]):
            start, stop, kind = spans[s, 0], spans[s, 1], spans[s, 2]
            at = _copy(data, i, start, out, at)
            changed[d] |= not _stands_at(data, start, stop, kind)
            at = _copy(_BYTES, _ENDS[kind], _ENDS[kind + 1], out, at)
            i = stop
        at = _copy(data, i, offsets[d + 1], out, at)
        starts[d + 1] = at
    return out, starts, changed


@inlined
def _copy(data: Bytes, start: Int, stop: Int, out: Bytes, at: Int) -> Int:
    for i in range(start, stop):
        out[at + i - start] = data[i]
    return at + stop - start


@inlined
def _size(offsets: Offsets, spans: Spans) -> Int:
    total: Int = offsets[-1] - offsets[0]
    for s in range(len(spans)):
        kind = spans[s, 2]
        total += _ENDS[kind + 1] - _ENDS[kind] - (spans[s, 1] - spans[s, 0])
    return total


@inlined
def _stands_at(data: Bytes, start: Int, stop: Int, kind: Int) -> bool:
    """Whether the replacement of this kind is what stands there."""
    if stop - start != _ENDS[kind + 1] - _ENDS[kind]:
        return False
    for k in range(stop - start):
        if data[start + k] != _BYTES[_ENDS[kind] + k]:
            return False
    return True
