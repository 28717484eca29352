"""The anatomy of a URL: where its host and its path lie, which part of the host is registrable, and hashes of both.

A URL here is `[SCHEME:]//[USER@]HOST[:PORT][PATH][?QUERY][#FRAGMENT]`, and the scheme with its slashes may be missing.
Hosts are ASCII: whoever calls has turned letters of other scripts into punycode. Hashes are made byte by byte, so that
one pass gives those of all suffixes of a host, or of all prefixes of a path.

Source: RFC 3986 for the parts; the algorithm of https://publicsuffix.org/list for the registrable domain.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thresher.kernels.hashing import Hashes, mix64
from thresher.kernels.jit import inlined, njit
from thresher.kernels.spans import slot_of, table_size
from thresher.kernels.unicode import Bytes, Int

Offsets = npt.NDArray[np.int64]
PLAIN, WILD, EXCEPTION = 1, 2, 4  # a rule of the public suffix list, by what stands before it: nothing, `*.`, `!`
_SEED, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)  # FNV-1a's, of 64 bits
_COLON, _SLASH, _DOT, _AT, _HASH, _QUESTION = 0x3A, 0x2F, 0x2E, 0x40, 0x23, 0x3F
_OPEN, _CLOSE = 0x5B, 0x5D


class Flags(NamedTuple):
    """Small numbers by hash: `values[slot]` is that of the hash in `keys[slot]`."""

    keys: Hashes
    values: Bytes


@njit
def _flagged(keys: Hashes, values: Bytes) -> tuple[Hashes, Bytes]:
    size = table_size(len(keys))
    slots, flags = np.zeros(size, np.uint64), np.zeros(size, np.uint8)
    for k in range(len(keys)):
        slot = slot_of(slots, keys[k])
        slots[slot] = keys[k]
        flags[slot] |= values[k]
    return slots, flags


def flags_of(keys: Hashes, values: Bytes) -> Flags:
    """The table of these hashes; the numbers of one hash are united."""
    return Flags(*_flagged(keys, values))


@inlined
def flags(table: Flags, key: np.uint64) -> Int:
    """The number of a hash, 0 where it has none."""
    return np.int64(table.values[slot_of(table.keys, key)])


@inlined
def small(byte: Int) -> Int:
    """An ASCII letter in lower case, any other byte as it is."""
    return byte | 0x20 if 65 <= byte <= 90 else byte


@inlined
def add(key: np.uint64, byte: Int) -> np.uint64:
    """The running hash with one byte more."""
    return (key ^ np.uint64(byte)) * _PRIME


@inlined
def finished(key: np.uint64) -> np.uint64:
    """A running hash as a key: its bits are mixed, and it is never 0, which stands for no key."""
    return mix64(key) | np.uint64(1)


@inlined
def seed() -> np.uint64:
    """The running hash of nothing."""
    return _SEED


@njit
def split_url(data: Bytes, start: Int, end: Int) -> tuple[Int, Int, Int, Int]:
    r"""Where the host begins and ends, and where the path with the query does; without white space, dots at its ends.

    >>> url = b" HTTPS://me:pw@Example.org.:443/a?b=c#d\n"
    >>> host, host_end, path, path_end = split_url(np.frombuffer(url, np.uint8), 0, len(url))
    >>> url[host:host_end], url[path:path_end]
    (b'Example.org', b'/a?b=c')
    """
    start, end = trimmed(data, start, end)
    host = behind_scheme(data, start, end)
    path = host
    while path < end and data[path] != _SLASH and data[path] != _QUESTION and data[path] != _HASH:
        path += 1
    stop = path
    while stop < end and data[stop] != _HASH:
        stop += 1
    for i in range(host, path):
        if data[i] == _AT:
            host = i + 1
    host, host_end = _without_port(data, host, path)
    while host < host_end and data[host] == _DOT:
        host += 1
    while host < host_end and data[host_end - 1] == _DOT:
        host_end -= 1
    return host, host_end, path, stop


@inlined
def trimmed(data: Bytes, start: Int, end: Int) -> tuple[Int, Int]:
    """Where a URL begins and ends without the white space and control characters of ASCII around it."""
    while start < end and data[start] <= 0x20:
        start += 1
    while start < end and data[end - 1] <= 0x20:
        end -= 1
    return start, end


@inlined
def behind_scheme(data: Bytes, start: Int, end: Int) -> Int:
    """Where what follows `SCHEME://` or `//` begins, else the start."""
    i = start
    while i < end and (97 <= data[i] | 0x20 <= 122 or (i > start and (48 <= data[i] <= 57 or _joins(data[i])))):
        i += 1
    if i > start and i < end and data[i] == _COLON:
        i += 1
    elif i > start:
        return start
    if i + 1 < end and data[i] == _SLASH and data[i + 1] == _SLASH:
        return i + 2
    return start


@inlined
def _joins(byte: Int) -> bool:
    return bool(byte == 0x2B or byte == 0x2D or byte == _DOT)


@inlined
def _without_port(data: Bytes, start: Int, end: Int) -> tuple[Int, Int]:
    """The host alone: what stands in brackets (IPv6), else what stands before a colon."""
    close = start < end and data[start] == _OPEN
    start += close
    stop = start
    while stop < end and data[stop] != (_CLOSE if close else _COLON):
        stop += 1
    return start, stop


@inlined
def is_address(data: Bytes, start: Int, end: Int) -> bool:
    """Whether a host is an IP address: it has a colon, or its last label nothing but digits."""
    digits = True
    for i in range(start, end):
        if data[i] == _COLON:
            return True
        if data[i] == _DOT:
            digits = True
        elif not 48 <= data[i] <= 57:
            digits = False
    return bool(digits and end > start)


@inlined
def suffix_key(data: Bytes, start: Int, end: Int) -> np.uint64:
    """The hash of a host's bytes, last one first, in lower case."""
    key = seed()
    for i in range(end - 1, start - 1, -1):
        key = add(key, small(data[i]))
    return finished(key)


@njit
def registrable(data: Bytes, start: Int, end: Int, suffixes: Flags) -> Int:
    """Where the registrable domain of a host begins: the public suffix and one label more; the end where there is none.

    A host under no rule has its last label for a public suffix, as the list's algorithm has it. Of several rules that
    match, an exception prevails, else the longest. An address has none, and no host with an empty label.
    """
    if is_address(data, start, end):
        return end
    suffix, label, under_wildcard, excepted, key, i = end, end, False, False, seed(), end
    while i > start:
        i -= 1
        if data[i] == _DOT:
            return end
        key = add(key, small(data[i]))
        if i > start and data[i - 1] != _DOT:
            continue
        rule = flags(suffixes, finished(key))
        if rule & EXCEPTION:
            suffix, excepted = label, True
        elif not excepted and (rule & PLAIN or under_wildcard or suffix == end):
            suffix = i
        under_wildcard = rule & WILD != 0
        if i > start:
            key, i = add(key, _DOT), i - 1
        label = i + 1
    return _label_before(data, start, suffix, end)


@inlined
def _label_before(data: Bytes, start: Int, suffix: Int, end: Int) -> Int:
    """Where the label left of a public suffix begins, the end of the host where there is none."""
    i = suffix - 1
    if i <= start or data[i - 1] == _DOT:
        return end
    while i > start and data[i - 1] != _DOT:
        i -= 1
    return i
