"""The canonical form of a URL, so that the addresses of one page become one; rules say which parameters do not count.

The form is `[SCHEME:][//]HOST[:PORT]/PATH[?QUERY][#!FRAGMENT]` in ASCII, and the form of a form is that form:

    scheme      dropped where the rules call it the web's, kept in lower case where it is another one
    host        lower case; no user, no `www.`, `www2.` …, no dots at its ends, no default port; one of a single label
                keeps the slashes before it, which tell it from a mere word
    path        no empty segments (so no slash at its end), no `.` and `..`, no session ids
    query       less the parameters that the rules drop and empty ones, the others sorted by name, then by value
    fragment    dropped, but for one that begins with `#!`, which names a page
    escapes     of letters, digits and `-._~` undone, others in upper case; what may not stand in a URL is escaped

Sources: RFC 3986, sections 6.2.2 and 6.2.3; the rest, but for parameters and `#!`, is what the Internet Archive's
canonicaliser does (https://github.com/internetarchive/surt), by which Common Crawl's index finds URLs. Unlike it, the
case of paths and queries counts here, because it does on most servers, and only the escapes named above are undone.
"""

import numpy as np

from thresher.kernels.jit import inlined, njit
from thresher.kernels.unicode import Bytes, Int
from thresher.kernels.url_query import (
    DEFAULT_PORT,
    PATH_SESSION,
    WEB_SCHEME,
    Rules,
    Scratch,
    said_of,
    write_escaped,
    write_query,
)
from thresher.kernels.urls import Offsets, add, behind_scheme, finished, flags, seed, small, trimmed

NO_URL, CANONICAL, ODD = range(3)  # ODD: with white space inside or a host that is escaped or of another script
_LONGEST_ESCAPE = 3  # bytes that one byte of a URL may become
_MOST_ADDED = 1  # the slash of a host without a path
_SLASH, _DOT, _COLON, _AT, _QUESTION, _HASH, _BANG = 0x2F, 0x2E, 0x3A, 0x40, 0x3F, 0x23, 0x21
_SEMICOLON, _PERCENT, _OPEN, _CLOSE, _DASH, _LOW_LINE = 0x3B, 0x25, 0x5B, 0x5D, 0x2D, 0x5F


@njit
def forms(data: Bytes, offsets: Offsets, rules: Rules) -> tuple[Bytes, Offsets, Bytes]:
    """The canonical forms' bytes and offsets, and of each URL whether it has one; the others' forms are empty.

    A URL that is `ODD` has one once its host is in ASCII and the white space within it is removed.
    """
    count = len(offsets) - 1
    longest = 0
    for d in range(count):
        longest = max(longest, offsets[d + 1] - offsets[d])
    pairs = longest // 2 + 2
    scratch = Scratch(
        np.empty(_LONGEST_ESCAPE * longest, np.uint8), np.empty((pairs, 2), np.int64), np.empty((pairs, 2), np.int64)
    )
    out = np.empty(_LONGEST_ESCAPE * (offsets[-1] - offsets[0]) + _MOST_ADDED * count, np.uint8)
    ends, found = np.zeros(count + 1, np.int64), np.zeros(count, np.uint8)
    for d in range(count):
        ends[d + 1] = ends[d]
        status, n = _form(data, offsets[d], offsets[d + 1], rules, scratch, out, ends[d])
        found[d] = status
        if status == CANONICAL:
            ends[d + 1] = n
    return out[: ends[-1]].copy(), ends, found


@inlined
def _form(data: Bytes, start: Int, end: Int, rules: Rules, scratch: Scratch, out: Bytes, n: Int) -> tuple[Int, Int]:
    """Write the form of one URL; whether it has one, and where it ends."""
    start, end = trimmed(data, start, end)
    for k in range(start, end):
        if data[k] == 9 or data[k] == 10 or data[k] == 13:
            return ODD, n
    host = behind_scheme(data, start, end)
    i = host
    while i < end and data[i] != _SLASH and data[i] != _QUESTION and data[i] != _HASH:
        i += 1
    status, n = _write_authority(data, start, host, i, rules, out, n)
    if status == CANONICAL:
        i, n = _write_path(data, i, end, rules, out, n)
        if i < end and data[i] == _QUESTION:
            i, n = write_query(data, i, end, rules, scratch, out, n)
        n = _write_hash_bang(data, i, end, out, n)
    return status, n


@inlined
def _write_authority(data: Bytes, start: Int, host: Int, end: Int, rules: Rules, out: Bytes, n: Int) -> tuple[Int, Int]:
    """Write what stands before the path; whether it is that of a URL, and where it ends."""
    slashed = host > start
    colon = host - 3 if host - start > 2 else start  # where the scheme ends
    for k in range(host, end):
        if data[k] == _AT:
            if not slashed:  # `mailto:me@example.org`
                return NO_URL, n
            host = k + 1
    host, host_end, port = _host_and_port(data, host, end)
    status, dotted = _judge(data, host, host_end)
    if status == CANONICAL and not (_is_port(data, port, end) and (slashed or dotted)):
        status = NO_URL
    if status == CANONICAL:
        scheme, web = _scheme(data, start, colon, rules)
        if not web:
            n = _write_small(data, start, colon + 3, out, n)
        elif not dotted:
            n = _write_small(data, colon + (colon > start), colon + (colon > start) + 2, out, n)
        n = _write_small(data, _behind_www(data, host, host_end), host_end, out, n)
        n = _write_port(data, port, end, scheme, rules, out, n)
    return status, n


@inlined
def _write_small(data: Bytes, start: Int, end: Int, out: Bytes, n: Int) -> Int:
    for k in range(start, end):
        out[n] = small(data[k])
        n += 1
    return n


@inlined
def _scheme(data: Bytes, start: Int, colon: Int, rules: Rules) -> tuple[np.uint64, bool]:
    """The running hash of a scheme, and whether it is the web's; all of those, and none at all, have the same hash."""
    key = seed()
    for k in range(start, colon):
        key = add(key, small(data[k]))
    web = colon == start or bool(flags(rules.table, finished(key)) & WEB_SCHEME)
    return (seed() if web else key), web


@inlined
def _host_and_port(data: Bytes, host: Int, end: Int) -> tuple[Int, Int, Int]:
    """Where the host begins and ends, without dots at its ends but with brackets, and where the colon behind it is."""
    stop = host
    if host < end and data[host] == _OPEN:
        while stop < end and data[stop - 1] != _CLOSE:
            stop += 1
        return host, stop, stop
    while stop < end and data[stop] != _COLON:
        stop += 1
    host_end = stop
    while host < host_end and data[host] == _DOT:
        host += 1
    while host < host_end and data[host_end - 1] == _DOT:
        host_end -= 1
    return host, host_end, stop


@inlined
def _judge(data: Bytes, host: Int, end: Int) -> tuple[Int, bool]:
    """Whether a host is one, and whether that shows without slashes before it: by a dot within, or by its brackets."""
    if host < end and data[host] == _OPEN:
        return (CANONICAL if _is_ipv6(data, host + 1, end - 1) else NO_URL), True
    status, dotted = (CANONICAL if host < end else NO_URL), False
    for k in range(host, end):
        byte = small(data[k])
        if byte == _DOT:
            dotted = True
            if data[k - 1] == _DOT and status == CANONICAL:
                status = NO_URL
        elif byte >= 0x80 or byte == _PERCENT:
            status = ODD
        elif not (97 <= byte <= 122 or 48 <= byte <= 57 or byte == _DASH or byte == _LOW_LINE) and status == CANONICAL:
            status = NO_URL
    return status, dotted


@inlined
def _is_ipv6(data: Bytes, start: Int, end: Int) -> bool:
    """Whether a colon is between brackets, and nothing that has no place in an address."""
    colons = 0
    for k in range(start, end):
        byte = small(data[k])
        colons += byte == _COLON
        if not (48 <= byte <= 57 or 97 <= byte <= 102 or byte == _COLON or byte == _DOT):
            return False
    return bool(colons > 0 and data[end] == _CLOSE)


@inlined
def _behind_www(data: Bytes, host: Int, end: Int) -> Int:
    """Where a host begins without any `www.`, `www2.` … before it, as long as a dot is left."""
    while host + 3 < end and small(data[host]) == small(data[host + 1]) == small(data[host + 2]) == 0x77:
        i = host + 3
        while i < end and 48 <= data[i] <= 57:
            i += 1
        dot = i + 1
        while dot < end and data[dot] != _DOT:
            dot += 1
        if i >= end or data[i] != _DOT or dot >= end:
            break
        host = i + 1
    return host


@inlined
def _is_port(data: Bytes, colon: Int, end: Int) -> bool:
    """Whether nothing follows a host, or a colon and digits, if any."""
    for k in range(colon + 1, end):
        if not 48 <= data[k] <= 57:
            return False
    return bool(colon == end or data[colon] == _COLON)


@inlined
def _write_port(data: Bytes, colon: Int, end: Int, scheme: np.uint64, rules: Rules, out: Bytes, n: Int) -> Int:
    """Write a port without zeros before it, unless it is the scheme's own or none at all."""
    first = colon + 1
    while first < end - 1 and data[first] == 48:
        first += 1
    key = add(scheme, _COLON)
    for k in range(first, end):
        key = add(key, data[k])
    if first >= end or flags(rules.table, finished(key)) & DEFAULT_PORT:
        return n
    out[n] = _COLON
    return _write_small(data, first, end, out, n + 1)


@inlined
def _write_path(data: Bytes, i: Int, end: Int, rules: Rules, out: Bytes, n: Int) -> tuple[Int, Int]:
    """Write the segments that count, each behind a slash; where the URL and the output go on."""
    root = n
    while i < end and data[i] == _SLASH:
        slash, i = n, i + 1
        out[n] = _SLASH
        n += 1
        while i < end and data[i] != _SLASH and data[i] != _QUESTION and data[i] != _HASH:
            i, n = write_escaped(data, i, end, out, n)
        n = _without_sessions(out, slash + 1, n, rules)
        n = _step(out, root, slash, n)
    if n == root:
        out[n] = _SLASH
        n += 1
    return i, n


@inlined
def _without_sessions(out: Bytes, start: Int, end: Int, rules: Rules) -> Int:
    """Take such parameters as `;jsessionid=…` out of a segment of the output; where it ends then."""
    n = i = start
    while i < end:
        stop = i + 1
        while stop < end and out[stop] != _SEMICOLON:
            stop += 1
        if out[i] != _SEMICOLON or not said_of(out, i + 1, stop, rules)[0] & PATH_SESSION:
            for k in range(i, stop):
                out[n] = out[k]
                n += 1
        i = stop
    return n


@inlined
def _step(out: Bytes, root: Int, slash: Int, n: Int) -> Int:
    """Where the path ends once its last segment, behind this slash, is taken for what it means."""
    dots = n - slash - 1
    for k in range(slash + 1, n):
        if out[k] != _DOT:
            return n
    if dots > 2:
        return n
    n = slash
    if dots == 2 and n > root:  # back to the slash before
        n -= 1
        while out[n] != _SLASH:
            n -= 1
    return n


@inlined
def _write_hash_bang(data: Bytes, i: Int, end: Int, out: Bytes, n: Int) -> Int:
    """Write the fragment at i if it names a page, by `#!` and something behind it; where the output ends."""
    if i + 2 < end and data[i + 1] == _BANG:
        out[n] = _HASH
        n, i = n + 1, i + 1
        while i < end:
            i, n = write_escaped(data, i, end, out, n)
    return n
