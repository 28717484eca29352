"""The parts of a URL's canonical form that are lists of parameters: escapes, which parameters are dropped, their order.

What the rules say of a name lies in one table of hashes: of the name in lower case, or of the beginning of names.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit
from thresher.kernels.unicode import Bytes, Int
from thresher.kernels.urls import Flags, add, finished, flags, seed, small

# What the rules say: of a parameter's name that it is dropped, that it is where its value looks like a session's, that
# it stays whatever else they say, that it is dropped in a path; of the beginning of names that all of them are dropped
# or stay; of a scheme that it is the web's, and of one with a port behind it that this port is its own.
DROP, DROP_SESSION, DROP_BEGINNING, KEEP, KEEP_BEGINNING, PATH_SESSION, WEB_SCHEME, DEFAULT_PORT = (
    1 << bit for bit in range(8)
)
SESSION_CHARACTERS = 32  # a hash of 128 bits in hexadecimal digits, as Heritrix's rule for `sid` has it
UNRESERVED, RESERVED = 2, 1  # in RFC 3986: stands for itself however it is written, or only as it is written
UNRESERVED_BYTES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
RESERVED_BYTES = b"!$&'()*+,;=:@/?"  # those that paths, queries and fragments may hold
_KINDS = np.zeros(256, np.uint8)
_KINDS[list(UNRESERVED_BYTES)], _KINDS[list(RESERVED_BYTES)] = UNRESERVED, RESERVED
_DIGITS = np.frombuffer(b"0123456789ABCDEF", np.uint8)
_VALUES = np.full(256, -1, np.int8)
_VALUES[list(b"0123456789ABCDEF")], _VALUES[list(b"abcdef")] = range(16), range(10, 16)
_PERCENT, _AND, _EQUALS, _QUESTION, _HASH = 0x25, 0x26, 0x3D, 0x3F, 0x23
_NAMES, _BEGINNINGS = DROP | DROP_SESSION | KEEP | PATH_SESSION, DROP_BEGINNING | KEEP_BEGINNING
Spans = npt.NDArray[np.int64]


class Rules(NamedTuple):
    """What is said of names, by hash, and whether anything is said of beginnings of so many bytes."""

    table: Flags
    beginnings: Bytes


class Scratch(NamedTuple):
    """Room for the longest query: its bytes, and twice where its parameters begin and end."""

    query: Bytes
    spans: Spans
    merged: Spans


@inlined
def write_escaped(data: Bytes, i: Int, end: Int, out: Bytes, n: Int) -> tuple[Int, Int]:
    """Write the byte at i, or the one that an escape there stands for, as it is or escaped; where both go on."""
    byte, needed = np.int64(data[i]), RESERVED
    if byte == _PERCENT and i + 2 < end and _VALUES[data[i + 1]] >= 0 and _VALUES[data[i + 2]] >= 0:
        byte, needed = np.int64(_VALUES[data[i + 1]]) << 4 | np.int64(_VALUES[data[i + 2]]), UNRESERVED
        i += 2
    if _KINDS[byte] >= needed:
        out[n] = byte
        return i + 1, n + 1
    out[n], out[n + 1], out[n + 2] = _PERCENT, _DIGITS[byte >> 4], _DIGITS[byte & 15]
    return i + 1, n + 3


@inlined
def said_of(data: Bytes, start: Int, end: Int, rules: Rules) -> tuple[Int, Int]:
    """What the rules say of the name of a parameter, and where that name ends."""
    key, said, i = seed(), np.int64(0), start
    while True:
        if i - start < len(rules.beginnings) and rules.beginnings[i - start]:
            said |= flags(rules.table, finished(key)) & _BEGINNINGS
        if i == end or data[i] == _EQUALS:
            return said | flags(rules.table, finished(key)) & _NAMES, i
        key = add(key, small(data[i]))
        i += 1


@inlined
def _is_session(data: Bytes, start: Int, end: Int) -> bool:
    """Whether a value is `SESSION_CHARACTERS` letters and digits."""
    if end - start != SESSION_CHARACTERS:
        return False
    for i in range(start, end):
        if not (48 <= data[i] <= 57 or 97 <= small(data[i]) <= 122):
            return False
    return True


@inlined
def _is_dropped(data: Bytes, start: Int, end: Int, rules: Rules) -> bool:
    """Whether a parameter has no place in the form: it is empty, or the rules say so, unless they say that it stays."""
    said, equals = said_of(data, start, end, rules)
    if end == start:
        return True
    if said & (KEEP | KEEP_BEGINNING):
        return False
    return bool(said & (DROP | DROP_BEGINNING)) or bool(said & DROP_SESSION and _is_session(data, equals + 1, end))


@inlined
def _goes_before(data: Bytes, one: Int, one_end: Int, other: Int, other_end: Int) -> bool:
    """Whether a parameter is not to stand behind another: by name, then none before some value, then by value."""
    in_value = False
    while one < one_end and other < other_end and data[one] == data[other]:
        in_value = in_value or data[one] == _EQUALS
        one += 1
        other += 1
    if one == one_end or other == other_end:
        return bool(one == one_end)
    if not in_value and data[other] == _EQUALS:  # a name that ends stands before those that it is the beginning of
        return False
    return bool(data[one] < data[other] or (not in_value and data[one] == _EQUALS))


@njit
def _sort(data: Bytes, spans: Spans, merged: Spans, count: Int) -> None:
    """Put parameters in order by merging longer and longer runs: a URL may have a hundred thousand of them."""
    width = 1
    while width < count:
        for low in range(0, count, 2 * width):
            middle, high = min(low + width, count), min(low + 2 * width, count)
            left, right = low, middle
            for k in range(low, high):
                if right == high or (
                    left < middle
                    and _goes_before(data, spans[left, 0], spans[left, 1], spans[right, 0], spans[right, 1])
                ):
                    merged[k, 0], merged[k, 1] = spans[left, 0], spans[left, 1]
                    left += 1
                else:
                    merged[k, 0], merged[k, 1] = spans[right, 0], spans[right, 1]
                    right += 1
        spans[:count] = merged[:count]
        width *= 2


@inlined
def _parameters(data: Bytes, size: Int, rules: Rules, spans: Spans) -> Int:
    """Note where each parameter that stays begins and ends; returns how many there are."""
    count = start = 0
    for i in range(size + 1):
        if i == size or data[i] == _AND:
            if not _is_dropped(data, start, i, rules):
                spans[count, 0], spans[count, 1] = start, i
                count += 1
            start = i + 1
    return count


@inlined
def write_query(data: Bytes, i: Int, end: Int, rules: Rules, scratch: Scratch, out: Bytes, n: Int) -> tuple[Int, Int]:
    """Write what stays of the query that begins at i with its question mark; where the URL and the output go on."""
    query, i = scratch.query, i + 1
    size: Int = 0
    while i < end and data[i] != _HASH:
        i, size = write_escaped(data, i, end, query, size)
    count = _parameters(query, size, rules, scratch.spans)
    if count > 1:
        _sort(query, scratch.spans, scratch.merged, count)
    for k in range(count):
        out[n] = _AND if k else _QUESTION
        n += 1
        for at in range(scratch.spans[k, 0], scratch.spans[k, 1]):
            out[n] = query[at]
            n += 1
    return i, n
