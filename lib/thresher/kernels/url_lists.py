"""Whether a URL is on a list: its host, its parents and its paths among sorted hashes, its words in a small table.

All entries of all lists are one array of 64-bit hashes and, beside it, the number of the list that each comes from. A
host with an entry for one of its pages has a hash of its own there, so that the paths of most URLs are never asked for.
A URL on no list of five million entries is taken for listed once in some 10^12 look-ups.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from thresher.kernels.hashing import Hashes
from thresher.kernels.jit import inlined, njit
from thresher.kernels.sorted_keys import place_of
from thresher.kernels.unicode import Bytes, Int
from thresher.kernels.urls import Flags, Offsets, add, finished, flags, registrable, seed, small, split_url, suffix_key

NOT_LISTED, ALLOW, DOMAIN, URL, HARD, SOFT = range(
    6
)  # a URL is of the first kind of list, in this order, that holds it
HARD_WORD, SOFT_WORD = 1, 2
OF_HOST, OF_PAGE, HAS_PAGES = range(3)  # what the hash of an entry is one of
ROW = np.dtype([(name, np.int64) for name in ("kind", "list")])
HASH_BYTES = 2  # the least that an entry takes in a list for each hash that it has
_SLASH, _DOT, _QUESTION = 0x2F, 0x2E, 0x3F


class Index(NamedTuple):
    """Sorted hashes; the number of each one's list; the kind of each list; where each bucket of hashes begins."""

    keys: Hashes
    lists: npt.NDArray[np.uint16]
    kinds: Bytes
    starts: Offsets


@inlined
def _find(index: Index, key: np.uint64) -> Int:
    """The number of the list that holds a hash, -1 where none does."""
    at = place_of(index.keys, index.starts, key)
    return np.int64(index.lists[at]) if at >= 0 else np.int64(-1)


@inlined
def _note(row: Any, index: Index, key: np.uint64) -> None:
    """Look one hash up; of lists of one kind the last one found stays, so that callers ask from the general on."""
    found = _find(index, key)
    if found >= 0 and (row.kind == NOT_LISTED or index.kinds[found] <= row.kind):
        row.kind, row.list = index.kinds[found], found


@inlined
def _host_key(data: Bytes, host: Int, host_end: Int) -> np.uint64:
    """The running hash of a host, without `www.` before it, from which those of its paths go on."""
    www = host_end - host > 4 and data[host + 3] == _DOT
    for i in range(host, host + 3 * www):
        www = www and small(data[i]) == 0x77
    key = add(seed(), _SLASH)  # some hosts read the same backwards, and their hashes shall differ all the same
    for i in range(host + 4 * www, host_end):
        key = add(key, small(data[i]))
    return key


@inlined
def _path_end(data: Bytes, path: Int, end: Int) -> Int:
    """Where a path ends without the slashes at its end; with a query it ends where that does."""
    for i in range(path, end):
        if data[i] == _QUESTION:
            return end
    while end > path and data[end - 1] == _SLASH:
        end -= 1
    return end


@njit
def entry_keys(data: Bytes, keys: Hashes, what: Bytes) -> int:
    """The hashes of the entries of a list, and what each is one of; returns how many there are.

    Entries stand between white space. One with a path or a query stands for that page and those below it, any other
    for a host and those below it. Of the page's host a hash goes before it.
    """
    n, i = 0, 0
    while i < len(data):
        start = i
        while i < len(data) and data[i] > 0x20:
            i += 1
        host, host_end, path, end = split_url(data, start, i)
        end = _path_end(data, path, end)
        if host_end > host and end > path:
            key = _host_key(data, host, host_end)
            keys[n], what[n] = finished(key), HAS_PAGES
            for k in range(path, end):
                key = add(key, small(data[k]))
            keys[n + 1], what[n + 1] = finished(key), OF_PAGE
            n += 2
        elif host_end > host:
            keys[n], what[n] = suffix_key(data, host, host_end), OF_HOST
            n += 1
        i += 1
    return n


@inlined
def _look_up_host(data: Bytes, host: Int, host_end: Int, domain: Int, index: Index, row: Any) -> None:
    """Ask for the registrable domain, for each host between it and this one, and for this one."""
    key, shortest = seed(), domain if domain < host_end else host
    for i in range(host_end - 1, host - 1, -1):
        key = add(key, small(data[i]))
        if i <= shortest and (i == host or data[i - 1] == _DOT):
            _note(row, index, finished(key))


@inlined
def _look_up_paths(data: Bytes, host: Int, host_end: Int, path: Int, end: Int, index: Index, row: Any) -> None:
    """Ask for each folder of the path, for the path without its query, and for all of it."""
    key, in_query = _host_key(data, host, host_end), False
    end = _path_end(data, path, end)
    if end == path or _find(index, finished(key)) < 0:
        return
    for i in range(path, end):
        if not in_query and (data[i] == _SLASH or data[i] == _QUESTION):
            if i > path and data[i - 1] != _SLASH:
                _note(row, index, finished(key))
            in_query = data[i] == _QUESTION
        key = add(key, small(data[i]))
    _note(row, index, finished(key))


@inlined
def _look_up_words(data: Bytes, start: Int, end: Int, words: Flags) -> Int:
    """`HARD` where one of the words between signs is hard, `SOFT` where two different ones are soft."""
    key, first_soft, kind = seed(), np.uint64(0), NOT_LISTED
    for i in range(start, end + 1):
        byte = small(data[i]) if i < end else 0
        if 97 <= byte <= 122 or 48 <= byte <= 57:
            key = add(key, byte)
        elif key != seed():
            word, key = finished(key), seed()
            flag = flags(words, word)
            if flag & HARD_WORD:
                return HARD
            if flag & SOFT_WORD:
                if first_soft != 0 and first_soft != word:
                    kind = SOFT
                first_soft = word if first_soft == 0 else first_soft
    return kind


@njit
def word_key(word: Bytes) -> np.uint64:
    """The hash of one word of ASCII letters in lower case and digits."""
    key = seed()
    for byte in word:
        key = add(key, byte)
    return finished(key)


@njit
def look_up(
    data: Bytes, offsets: Offsets, index: Index, words: Flags, suffixes: Flags
) -> tuple[npt.NDArray[Any], tuple[Bytes, Offsets], tuple[Bytes, Offsets]]:
    """Of each URL a `ROW` (the kind of list and its number); the bytes and offsets of all hosts, and of all domains."""
    count = len(offsets) - 1
    rows, size = np.zeros(count, ROW), offsets[-1] - offsets[0]
    hosts, host_starts = np.empty(size, np.uint8), np.zeros(count + 1, np.int64)
    domains, domain_starts = np.empty(size, np.uint8), np.zeros(count + 1, np.int64)
    for d in range(count):
        row, h, r = rows[d], host_starts[d], domain_starts[d]
        host, host_end, path, end = split_url(data, offsets[d], offsets[d + 1])
        domain = registrable(data, host, host_end, suffixes)
        for i in range(host, host_end):
            hosts[h], h = small(data[i]), h + 1
        for i in range(domain, host_end):
            domains[r], r = small(data[i]), r + 1
        host_starts[d + 1], domain_starts[d + 1] = h, r
        if host_end > host:
            _look_up_host(data, host, host_end, domain, index, row)
            _look_up_paths(data, host, host_end, path, end, index, row)
        if row.kind == NOT_LISTED:
            row.kind = _look_up_words(data, offsets[d], offsets[d + 1], words)
    return rows, (hosts, host_starts), (domains, domain_starts)
