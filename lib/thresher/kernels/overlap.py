"""Finds where documents and items (questions of a benchmark, say) share n-grams of words, and items shorter than n.

An n-gram's hash is a difference of two running hashes, so it costs the same whatever n is. All n-grams of all items are
one array of sorted 64-bit hashes, with the items of each beside it. Most n-grams of a document are never looked up: of
every n - m + 1 runs of m words one lies in any n-gram around it, so that where no item has that one, none has these. A
whole item shorter than n is only sought behind the last three words of one. Words are read and looked up by the block:
look-ups that follow each other closely wait for memory together.

Hashes stand for n-grams: a document's n-gram is taken for one of K others with a probability of K / 2^64, which is
some 10^-13 for two million.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from thresher.kernels.hashing import Hashes, mix64
from thresher.kernels.jit import inlined, njit
from thresher.kernels.plain_words import next_word
from thresher.kernels.sorted_keys import place_of
from thresher.kernels.unicode import Bytes, Int

Places = npt.NDArray[np.int64]
Owners = npt.NDArray[np.int32]
_BASE = np.uint64(0xD6E8FEB86659FD93)
# `words` of the longest stretch that a document shares with an item, in bytes `start` to `stop` of the buffer; `run_`
# is the stretch that is being read, `first` the word with which its last n-gram begins.
MATCH = np.dtype([(name, np.int64) for name in
                  ("owner", "words", "start", "stop", "first", "run_first", "run_start")])  # fmt: skip

BLOCK = 2048  # words: they stay in the processor's second cache
CLOSING = 3  # words at the end of an item that is sought whole; fewer where it has no more
_LONG = 1  # of what a word may end an n-gram; `_LONG << k` an item of k words, or of k and more for k = `CLOSING`


class Words(NamedTuple):
    """A block of words, from place 1 on: the running hash up to each, its bytes, and what is to be looked up behind it.

    Place 0 has the running hash of what came before.
    """

    running: Hashes
    begins: Places
    stops: Places
    asked: Bytes


class Index(NamedTuple):
    """The n-grams of all items: those of place k are held by the items `owners[firsts[k]:firsts[k + 1]]`.

    The others are tables of bits, which may say that a hash is there where it is not: `long` of these n-grams, `inner`
    of the runs of `inner_size(n)` words in them, `short` of items shorter than n, `closings` of the last `CLOSING`
    words of these.
    """

    keys: Hashes
    starts: Places
    firsts: Places
    owners: Owners
    long: Hashes
    inner: Hashes
    short: Hashes
    closings: Hashes


def inner_size(n: int) -> int:
    """The words of the runs that are looked up before n-grams are: about half, so that they are rare and asked rarely.

    >>> inner_size(13), inner_size(1)
    (7, 1)
    """
    return (n + 1) // 2


class Grams(NamedTuple):
    """N-grams, the passage that each is of, and how many words each passage has.

    `closing` is the hash of the last `CLOSING` words of a passage that is shorter than n, else 0.
    """

    keys: Hashes
    passages: Places
    closing: Hashes
    words: Places


@njit
def _powers(n: int) -> Hashes:
    powers = np.ones(n + 1, np.uint64)
    for k in range(n):
        powers[k + 1] = powers[k] * _BASE
    return powers


@njit
def _grams(data: Bytes, offsets: Places, n: int, joined: bool) -> tuple[Hashes, Places, Hashes, Places]:
    most, passages = offsets[-1] - offsets[0] + 1, len(offsets) - 1  # pages that are never written are never there
    keys, of = np.empty(most, np.uint64), np.empty(most, np.int64)
    closing, counts = np.zeros(passages, np.uint64), np.zeros(passages, np.int64)
    running, powers, count = np.zeros(most + 1, np.uint64), _powers(max(n, CLOSING)), 0
    for p in range(passages):
        i, words = offsets[p], 0
        while True:
            word, _, _, i = next_word(data, i, offsets[p + 1], joined)
            if word == 0:
                break
            words += 1
            running[words] = running[words - 1] * _BASE + word
        size = min(n, words)
        for w in range(size, words + 1 if words else 0):
            keys[count], of[count] = mix64(running[w] - running[w - size] * powers[size]), p
            count += 1
        if 0 < words < n:
            last = min(words, CLOSING)
            closing[p] = mix64(running[words] - running[words - last] * powers[last])
        counts[p] = words
    return keys[:count].copy(), of[:count].copy(), closing, counts


def grams_of(data: Bytes, offsets: Places, n: int, joined: bool) -> Grams:
    """The hashes of all runs of n words of each passage, or of all its words where it has fewer.

    `joined` as in `plain_words`. A passage without a word has none.
    """
    return Grams(*_grams(data, offsets, n, joined))


@inlined
def _pattern(key: np.uint64) -> np.uint64:
    """Three bits of a 64-bit word, by the first bits of a hash."""
    one, six = np.uint64(1), np.uint64(63)
    bits = one << (key >> np.uint64(58)) | one << (key >> np.uint64(52) & six)
    return bits | one << (key >> np.uint64(46) & six)


@njit
def add_to(table: Hashes, keys: Hashes) -> None:
    """Add hashes to a table of bits: a power of two of 64-bit words, of which a hash is in one."""
    for key in keys:
        table[key & np.uint64(len(table) - 1)] |= _pattern(key)


@inlined
def _may_hold(table: Hashes, key: np.uint64) -> bool:
    pattern = _pattern(key)
    return bool(table[key & np.uint64(len(table) - 1)] & pattern == pattern)


@inlined
def _block(size: Int) -> Words:
    places = np.zeros((2, size), np.int64)
    return Words(np.zeros(size, np.uint64), places[0], places[1], np.zeros(size, np.uint8))


@inlined
def _hash_of(words: Words, last: Int, size: Int, powers: Hashes) -> np.uint64:
    """The hash of so many words up to the last one."""
    return mix64(words.running[last] - words.running[last - size] * powers[size])


@inlined
def _read(data: Bytes, i: Int, end: Int, words: Words, count: Int) -> tuple[Int, Int]:
    """Fill a block that has so many words already; how many it has then, and where to read on."""
    while count + 1 < len(words.running):
        word, begin, stop, i = next_word(data, i, end, False)
        if word == 0:
            break
        words.running[count + 1] = words.running[count] * _BASE + word
        count += 1
        words.begins[count], words.stops[count], words.asked[count] = begin, stop, 0
    return count, i


@inlined
def _carry(words: Words, count: Int, kept: Int) -> None:
    """Make a block's last words the first of the next one."""
    for k in range(kept + 1):
        words.running[k] = words.running[count - kept + k]
        words.begins[k] = words.begins[count - kept + k]


@inlined
def _ask_long(words: Words, since: Int, count: Int, n: Int, powers: Hashes, inner: Hashes) -> None:
    """Note which words may end an n-gram: those behind a run that items have, as far as n-grams hold all of it."""
    run = (n + 1) // 2
    for last in range(max(since, n), count + 1, n - run + 1):
        if _may_hold(inner, _hash_of(words, last, run, powers)):
            for k in range(last, min(last + n - run, count) + 1):
                words.asked[k] |= _LONG


@inlined
def _ask_short(words: Words, since: Int, count: Int, n: Int, powers: Hashes, closings: Hashes) -> None:
    """Note which words may end an item shorter than n."""
    for size in range(1, min(CLOSING, n - 1) + 1):
        for last in range(max(since, size), count + 1):
            if _may_hold(closings, _hash_of(words, last, size, powers)):
                words.asked[last] |= _LONG << size


@inlined
def _kind(size: Int, n: int) -> Int:
    """What so many words are noted as."""
    return _LONG if size == n else _LONG << min(size, CLOSING)


@inlined
def _grown(array: Any, used: Int) -> Any:
    """The array, with room for one row more."""
    if used < len(array):
        return array
    larger = np.empty((2 * len(array) + 8,) + array.shape[1:], array.dtype)  # noqa: RUF005 (numba knows no star here)
    larger[:used] = array[:used]
    return larger


@inlined
def _extend(row: Any, first: Int, size: Int, start: Int, stop: Int) -> None:
    """Add an n-gram to what is known of an item: it goes on with the stretch where it begins one word further."""
    if first > row.first + 1:
        row.run_first, row.run_start = first, start
    row.first, row.run_first, row.run_start = first, min(row.run_first, first), min(row.run_start, start)
    if first + size - row.run_first > row.words:
        row.words, row.start, row.stop = first + size - row.run_first, row.run_start, stop


@inlined
def _note(
    matches: Any,
    count: Int,
    row_of: Places,
    earliest: Int,
    owners: Owners,
    first: Int,
    size: Int,
    start: Int,
    stop: Int,
) -> tuple[Any, Int]:
    """Add an n-gram to the rows of the items that have it; a document's rows begin with the `earliest`."""
    for owner in owners:
        if row_of[owner] < earliest:
            matches = _grown(matches, count)
            row = matches[count]
            row.owner, row.words, row.first, row.run_first, row.run_start = owner, 0, first, first, start
            row_of[owner] = count
            count += 1
        _extend(matches[row_of[owner]], first, size, start, stop)
    return matches, count


@inlined
def _cover(spans: Places, count: Int, earliest: Int, start: Int, stop: Int) -> tuple[Places, Int]:
    """Add a span that ends no earlier than the others; those that it overlaps become part of it."""
    while count > earliest and spans[count - 1, 1] > start:
        count -= 1
        start = min(start, spans[count, 0])
    spans = _grown(spans, count)
    spans[count, 0], spans[count, 1] = start, stop
    return spans, count + 1


@njit
def find_overlaps(
    data: Bytes, offsets: Places, asked: npt.NDArray[np.bool_], index: Index, n: int, items: int
) -> tuple[npt.NDArray[Any], Places, Places, Places]:
    """What the documents that are asked for share with each of so many items.

    Returns rows of `MATCH`, in the order in which a document's items begin to match, and how many there are up to the
    end of each document; then the bytes (start, stop) that any n-gram covers, without overlap, counted likewise.
    """
    documents, powers, row_of = len(offsets) - 1, _powers(max(n, CLOSING)), np.full(items, -1)
    matches, match_ends = np.empty(0, MATCH), np.zeros(documents, np.int64)
    spans, span_ends = np.empty((0, 2), np.int64), np.zeros(documents, np.int64)
    n_matches: Int = 0
    n_spans: Int = 0
    keys, starts, firsts, owners, long, inner, short, closings = index  # once: a tuple's arrays are counted at each use
    words = _block(n + 1 + BLOCK)
    for d in range(documents):
        earliest, first_span = n_matches, n_spans
        passed: Int = np.int64(0)
        count: Int = np.int64(0)
        i, end = offsets[d], offsets[d + 1] if asked[d] else offsets[d]
        while i < end:
            since = count + 1
            count, i = _read(data, i, end, words, count)
            _ask_long(words, since, count, n, powers, inner)
            _ask_short(words, since, count, n, powers, closings)
            for last in range(since, count + 1):
                for size in range(1, min(n, last) + 1 if words.asked[last] else 0):
                    if not words.asked[last] & _kind(size, n):
                        continue
                    key = _hash_of(words, last, size, powers)
                    place = place_of(keys, starts, key) if _may_hold(long if size == n else short, key) else -1
                    if place >= 0:
                        first, start, stop = passed + last - size, words.begins[last - size + 1], words.stops[last]
                        those = owners[firsts[place] : firsts[place + 1]]
                        matches, n_matches = _note(
                            matches, n_matches, row_of, earliest, those, first, size, start, stop
                        )
                        spans, n_spans = _cover(spans, n_spans, first_span, start, stop)
            kept: Int = min(count, n)
            _carry(words, count, kept)
            passed, count = passed + count - kept, kept
        match_ends[d], span_ends[d] = n_matches, n_spans
    return matches[:n_matches], match_ends, spans[:n_spans], span_ends
