"""IP addresses: RFC 791's four numbers, and RFC 4291's text forms of the longer ones; which of them are public.

Public is what IANA's special-purpose registries (RFC 6890) call globally reachable, as `is_global` of Python's
`ipaddress` reads them; an IPv4 address that is mapped into IPv6 is as public as it is itself. The table stands here
because that of `ipaddress` differs between Python's releases.

Software writes `a::b` and `x[::2]` too. So a shortened IPv6 address counts only where addresses have been given out:
in 2000::/3, fc00::/7, fe80::/10, ff00::/8, as ::1, and where it embeds an IPv4 address (::ffff:0:0/96, 64:ff9b::/96,
64:ff9b:1::/48).
"""

from ipaddress import ip_network

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit
from thresher.kernels.pii_digits import holds, phrases
from thresher.kernels.pii_edges import HEX, LETTERS, follows_letter, is_digit, is_one_of, precedes_letter, table_of
from thresher.kernels.unicode import Bytes, Int

Networks = npt.NDArray[np.uint64]


def _networks(*written: str) -> Networks:
    """A row for each: the upper and lower halves of its address, then of its mask."""
    found = [ip_network(name) for name in written]
    halves = [(int(n.network_address), int(n.netmask)) for n in found]
    return np.array([[a >> 64, a & 2**64 - 1, m >> 64, m & 2**64 - 1] for a, m in halves], np.uint64)


_PRIVATE_4 = _networks(
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4"),
)
_PUBLIC_4 = _networks("192.0.0.9/32", "192.0.0.10/32")
_PRIVATE_6 = _networks(
    *("::/127", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    *("fc00::/7", "fe80::/10"),
)
_PUBLIC_6 = _networks(
    *("2001:1::1/128", "2001:1::2/128", "2001:3::/32", "2001:4:112::/48", "2001:20::/28", "2001:30::/28")
)
_GIVEN_OUT = _networks("::1/128", "64:ff9b::/96", "64:ff9b:1::/48", "2000::/3", "fc00::/7", "fe80::/10", "ff00::/8")
_MAPPED = _networks("::ffff:0:0/96")
_PLACES = phrases(" version", " ver ", " v ", " release", " section", " chapter", " clause")
_ALPHA = table_of(LETTERS)
_COLON, _STOP, _HYPHEN, _SLASH = 0x3A, 0x2E, 0x2D, 0x2F
_HALF = np.uint64(64)


@njit
def _is_in(networks: Networks, high: np.uint64, low: np.uint64) -> bool:
    for n in range(len(networks)):
        if high & networks[n, 2] == networks[n, 0] and low & networks[n, 3] == networks[n, 1]:
            return True
    return False


@njit
def is_public_4(value: Int) -> bool:
    """Whether the IPv4 address of this value is globally reachable.

    >>> is_public_4(0x08080808), is_public_4(0xC0000201)
    (True, False)
    """
    high, low = np.uint64(0), np.uint64(value)
    return _is_in(_PUBLIC_4, high, low) or not _is_in(_PRIVATE_4, high, low)


@njit
def is_public_6(high: np.uint64, low: np.uint64) -> bool:
    """Whether the IPv6 address of these halves is globally reachable.

    >>> is_public_6(np.uint64(0x2606470000000000), np.uint64(1)), is_public_6(np.uint64(0), np.uint64(1))
    (True, False)
    """
    if _is_in(_MAPPED, high, low):
        return is_public_4(np.int64(low & np.uint64(0xFFFFFFFF)))
    return _is_in(_PUBLIC_6, high, low) or not _is_in(_PRIVATE_6, high, low)


@njit
def ipv4_at(data: Bytes, i: Int, end: Int) -> tuple[Int, Int]:
    """Where the four numbers end that begin at byte i, and their value; `i` and 0 where it is no address.

    As in `ipaddress`, a number with a leading zero is none. What stands beside it is not looked at.

    >>> ipv4_at(np.frombuffer(b"192.0.2.1.", np.uint8), 0, 10) == (9, 0xC0000201)
    True
    """
    value, start = np.int64(0), i
    for part in range(4):
        number, first = np.int64(0), i
        while i - first < 3 and is_digit(data, i, end):
            number = 10 * number + np.int64(data[i]) - 48
            i += 1
        if i == first or number > 255 or (i - first > 1 and data[first] == 48) or is_digit(data, i, end):
            return start, np.int64(0)
        value = value << 8 | number
        if part < 3:
            if i >= end or data[i] != _STOP:
                return start, np.int64(0)
            i += 1
    return i, value


@njit
def ipv4_stands_alone(data: Bytes, begin: Int, start: Int, stop: Int, end: Int) -> bool:
    """Whether these four numbers are no part of a longer word, number, name of a host or version.

    `Chrome/104.0.0.0`, `lib-1.2.3.4`, `1.2.3.4-beta` and `version 1.2.3.4` are versions, `section 7.8.2.1` is a place;
    `1.2.3.4/24` and `1.2.3.4:80` are addresses.
    """
    if follows_letter(data, begin, start) or precedes_letter(data, stop, end):
        return False
    if start > begin:
        byte = data[start - 1]
        if byte == _STOP and follows_letter(data, begin, start - 1):
            return False
        if (byte == _HYPHEN or byte == _SLASH) and start - 1 > begin and _ALPHA[data[start - 2]]:
            return False
    if stop + 1 < end:
        if data[stop] == _STOP and is_digit(data, stop + 1, end):
            return False
        if data[stop] == _HYPHEN and _ALPHA[data[stop + 1]]:
            return False
    return not holds(data, max(begin, start - 12), start, _PLACES[0], _PLACES[1])


@inlined
def _group_at(data: Bytes, i: Int, end: Int) -> tuple[Int, Int]:
    """Where one to four hexadecimal digits end that begin at byte i, and their value; `i` where there are none."""
    value, start = np.int64(0), i
    while i - start < 4 and is_one_of(HEX, data, i, end):
        byte = np.int64(data[i])
        value = value << 4 | (byte - 48 if byte < 58 else (byte | 0x20) - 87)
        i += 1
    return i, value


@njit
def ipv6_at(data: Bytes, start: Int, end: Int) -> tuple[Int, np.uint64, np.uint64, bool]:
    """Where the IPv6 address ends that begins at `start`, its halves, and whether it is shortened by a `::`.

    The end is `start` where there is none. What stands beside it is not looked at.

    >>> ipv6_at(np.frombuffer(b"::ffff:192.0.2.1", np.uint8), 0, 16) == (16, 0, 0xFFFFC0000201, True)
    True
    """
    words = np.zeros(9, np.int64)
    i, n, gap = start, 0, -1
    if i + 1 < end and data[i] == _COLON and data[i + 1] == _COLON:
        i, gap = i + 2, 0
    while n < 8:
        stop, value = ipv4_at(data, i, end)
        if stop > i and (n == 6 or (gap >= 0 and n < 6)):
            words[n], words[n + 1] = value >> 16, value & 0xFFFF
            i, n = stop, n + 2
            break
        stop, words[n] = _group_at(data, i, end)
        if stop == i:
            break
        i, n = stop, n + 1
        if n == 8 or i + 1 >= end or data[i] != _COLON:
            break
        if data[i + 1] == _COLON and gap < 0:
            i, gap = i + 2, n
        elif HEX[data[i + 1]]:
            i += 1
        else:
            break
    if n > 8 or (n < 8) != (gap >= 0):
        return start, np.uint64(0), np.uint64(0), False
    high, low = _halves(words, n, gap)
    return i, high, low, gap >= 0


@inlined
def _halves(words: npt.NDArray[np.int64], n: Int, gap: Int) -> tuple[np.uint64, np.uint64]:
    """The address of n words, with zeros put in at the gap."""
    high, low = np.uint64(0), np.uint64(0)
    for k in range(8):
        word = words[k] if gap < 0 or k < gap else (words[k - 8 + n] if k >= gap + 8 - n else 0)
        if k < 4:
            high = high << np.uint64(16) | np.uint64(word)
        else:
            low = low << np.uint64(16) | np.uint64(word)
    return high, low


@njit
def ipv6_around(data: Bytes, begin: Int, floor: Int, colon: Int, end: Int) -> tuple[Int, Int, bool]:
    """Where the address begins and ends whose first colon is at `colon`, and whether it is public.

    Both are `colon` where there is none. It begins no earlier than `floor`, in a document that begins at `begin`.
    """
    if colon + 1 >= end or not (HEX[data[colon + 1]] or data[colon + 1] == _COLON):
        return colon, colon, False
    start = colon
    while start > floor and colon - start < 5 and HEX[data[start - 1]]:
        start -= 1
    if colon - start > 4 or _is_part(data, begin, start):
        return colon, colon, False
    stop, high, low, short = ipv6_at(data, start, end)
    if stop == start or _goes_on(data, stop, end):
        return colon, colon, False
    if short and not (_is_in(_GIVEN_OUT, high, low) or _is_in(_MAPPED, high, low)):
        return colon, colon, False
    return start, stop, is_public_6(high, low)


@inlined
def _is_part(data: Bytes, begin: Int, start: Int) -> bool:
    """Whether an address that begins here is the rest of something longer; `ip:2001:db8::1` is not."""
    if start == begin:
        return False
    byte = data[start - 1]
    if byte == _COLON:
        return start - 1 == begin or not _ALPHA[data[start - 2]] or HEX[data[start - 2]]
    return byte == _STOP or follows_letter(data, begin, start)


@inlined
def _goes_on(data: Bytes, stop: Int, end: Int) -> bool:
    if stop + 1 < end and data[stop] == _COLON:
        return bool(HEX[data[stop + 1]] or data[stop + 1] == _COLON)
    in_number = bool(stop < end and data[stop] == _STOP and is_digit(data, stop + 1, end))
    return in_number or precedes_letter(data, stop, end)
