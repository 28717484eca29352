"""Which phrases of a list a text holds: one walk over the lower-cased text, from each place where one may begin.

The list is a trie of bytes whose edges lie in one hash table, so that its size follows the list's alone. In prose most
walks end after a letter or two.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thresher.kernels.hashing import encode
from thresher.kernels.jit import inlined, njit
from thresher.kernels.lines import line_end
from thresher.kernels.spans import before, slot_of, table_size
from thresher.kernels.unicode import WORD, Bytes, Int, classes, decode, lower

Numbers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
WORDS, NONE, LETTERS = 0, 1, 2  # what a phrase stands between: no word characters; anything; no a to z, in its line
_ROOT = 1


class Trie(NamedTuple):
    """Edges by `state << 8 | byte`, the state each leads to, and which phrase ends in a state (or -1).

    `pairs` says whether a phrase may begin with two bytes, `first << 8 | second`: it spares most walks.
    """

    edges: Hashes
    targets: Numbers
    ends: Numbers
    pairs: npt.NDArray[np.bool_]


@njit
def _plant(data: Bytes, offsets: Numbers) -> tuple[Hashes, Numbers, Numbers, npt.NDArray[np.bool_]]:
    """The arrays of a `Trie`; state 0 stands for no edge, 1 is the root."""
    states = offsets[-1] - offsets[0] + 2
    edges, targets = np.zeros(table_size(states), np.uint64), np.zeros(table_size(states), np.int64)
    ends, pairs, newest = np.full(states, -1), np.zeros(1 << 16, np.bool_), _ROOT
    for phrase in range(len(offsets) - 1):
        start, end, state = offsets[phrase], offsets[phrase + 1], np.int64(_ROOT)
        first = np.int64(data[start]) << 8
        if end - start > 1:
            pairs[first | data[start + 1]] = True
        else:
            pairs[first : first + 256] = True
        for i in range(start, end):
            key = np.uint64(state << 8 | np.int64(data[i]))
            slot = slot_of(edges, key)
            if targets[slot] == 0:
                newest += 1
                edges[slot], targets[slot] = key, newest
            state = targets[slot]
        ends[state] = phrase
    return edges, targets, ends, pairs


def trie_of(data: Bytes, offsets: Numbers) -> Trie:
    """The trie of phrases that are not empty: phrase p is `data[offsets[p]:offsets[p + 1]]`, in lower case."""
    return Trie(*_plant(data, offsets))


@njit
def fold_case(data: Bytes, start: Int, end: Int, out: Bytes) -> int:
    """Write a text in lower case to `out`, code point by code point; returns its size.

    `out` needs room for half as much again, since a few letters are longer in lower case.

    >>> text, out = np.frombuffer("ÄRGER in ȺB".encode(), np.uint8), np.empty(30, np.uint8)
    >>> bytes(out[: fold_case(text, 0, len(text), out)]).decode()
    'ärger in ⱥb'
    """
    n, i = 0, start
    while i < end:
        byte = data[i]
        if byte < 0x80:
            out[n] = byte | 0x20 if 65 <= byte <= 90 else byte
            n, i = n + 1, i + 1
            continue
        code, following = decode(data, i, end)
        lowered = lower(code)
        if lowered != code:
            n, i = encode(lowered, out, n), following
        while i < following:
            out[n] = data[i]
            n, i = n + 1, i + 1
    return n


@njit
def find_phrases(data: Bytes, offsets: Numbers, trie: Trie, between: int) -> tuple[Numbers, Numbers, Numbers]:
    """Of each text: how many phrases it holds, how many different ones, and the number of the first, -1 without any.

    From left to right, at each place the longest, none overlapping. `LETTERS` looks at each line for itself, cut where
    `str.splitlines` does; there a phrase needs a neighbour on both sides.
    """
    documents = len(offsets) - 1
    matches, distinct, first = np.zeros(documents, np.int64), np.zeros(documents, np.int64), np.full(documents, -1)
    last_seen, folded = np.full(len(trie.ends), -1), np.empty(0, np.uint8)
    for d in range(documents):
        size = offsets[d + 1] - offsets[d]
        if len(folded) <= size + size // 2:  # one byte more: a pair at the end reads it, the walk then decides
            folded = np.empty(2 * size + 1, np.uint8)
        end = fold_case(data, offsets[d], offsets[d + 1], folded)
        begin: Int = 0
        while begin < end:
            stop: Int = end
            following: Int = end
            if between == LETTERS:
                stop, following = line_end(folded, begin, end)
            i, free = begin, between != LETTERS
            while i < stop:
                if free and trie.pairs[np.int64(folded[i]) << 8 | folded[i + 1]]:
                    phrase, behind = _longest(folded, i, stop, trie, between)
                    if phrase >= 0:
                        first[d] = phrase if matches[d] == 0 else first[d]
                        matches[d] += 1
                        distinct[d] += last_seen[phrase] != d
                        last_seen[phrase] = d
                        i = behind
                        code, _ = decode(folded, before(folded, begin, i), i)
                        free = _is_free(code, between)
                        continue
                code, i = decode(folded, i, stop)
                free = _is_free(code, between)
            begin = following
    return matches, distinct, first


@inlined
def _longest(text: Bytes, start: Int, end: Int, trie: Trie, between: int) -> tuple[Int, Int]:
    """The longest phrase from `start` on with a free neighbour behind it, -1 where there is none, and where it ends."""
    found, stop = np.int64(-1), start
    state, i = np.int64(_ROOT), start
    while i < end:
        slot = slot_of(trie.edges, np.uint64(state << 8 | np.int64(text[i])))
        state, i = trie.targets[slot], i + 1
        if state == 0:
            break
        if trie.ends[state] >= 0 and _ends_free(text, i, end, between):
            found, stop = trie.ends[state], i
    return found, stop


@inlined
def _ends_free(text: Bytes, i: Int, end: Int, between: int) -> bool:
    if i == end:
        return bool(between != LETTERS)
    code, _ = decode(text, i, end)
    return _is_free(code, between)


@inlined
def _is_free(code: Int, between: int) -> bool:
    """Whether a phrase may begin behind this code point, and end before it."""
    if between == WORDS:
        return not classes(code) & WORD
    return bool(between == NONE or not 0x61 <= code <= 0x7A)
