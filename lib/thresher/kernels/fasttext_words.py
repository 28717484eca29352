"""Which rows the words of a text have in a fastText model: their own, those of character n-grams and of word n-grams.

Source: Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information" (https://arxiv.org/abs/1607.04606);
what separates words, how they are hashed and which n-grams count is as fastText has it.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit
from thresher.kernels.prefetch import prefetch_row
from thresher.kernels.unicode import Int

Rows = np.ndarray[Any, np.dtype[np.float32]]
Ids = np.ndarray[Any, np.dtype[np.int32]]
Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]

BLOCK = 16  # rows are padded to whole blocks: a loop of fixed length becomes vector instructions
WORD_START, WORD_END = 60, 62  # "<" and ">", which frame a word before it is cut into n-grams
FNV_32 = 2166136261


class Words(NamedTuple):
    """Which rows a word has: its own if the dictionary has the word, and those of its character n-grams.

    `slots` is a hash table with linear probing: the id of the word spelled
    `spelling[starts[id]:starts[id + 1]]`, or -1. The row of a word is its id; behind them come the rows of the n-gram
    buckets that were not pruned, in the buckets' order. `kept` has a bit for each bucket, lowest first, and `before`
    says of each 64 how many are kept before them: few are, and both stay in the processor's cache where a table of
    rows would not. `shortest` and `longest` bound an n-gram's length in code points. `end_of_line` is the row that ends
    every text, or -1. Up to `word_ngrams` words in a row have a row together, by their hashes.
    """

    spelling: Bytes
    starts: Offsets
    slots: Ids
    kept: npt.NDArray[np.uint64]
    before: Ids
    rows: Rows
    shortest: int
    longest: int
    buckets: int
    end_of_line: int
    word_ngrams: int


@njit
def fnv1a(text: Bytes) -> np.uint32:
    """32-bit FNV-1a as fastText has it: bytes from 128 up are taken as negative numbers."""
    state = np.uint32(FNV_32)
    for byte in text:
        state = _mix(state, byte)
    return state


@inlined
def signed(state: np.uint32) -> np.uint64:
    """A hash as fastText keeps a word's: a signed number of 32 bits, widened."""
    return np.uint64(np.int64(np.int32(state)))


@inlined
def _mix(state: np.uint32, byte: np.uint8) -> np.uint32:
    return np.uint32((state ^ np.uint32(np.int8(byte))) * np.uint32(16777619))


@njit
def word_table(spelling: Bytes, starts: Offsets) -> Ids:
    """The hash table `Words.slots` of these words, at most half full; of equal words the first is found.

    >>> slots = word_table(np.frombuffer(b"ofthe", np.uint8), np.array([0, 2, 5]))
    >>> len(slots), sorted(slots[slots >= 0].tolist())
    (8, [0, 1])
    """
    capacity = 4
    while capacity < 2 * len(starts):
        capacity *= 2
    slots = np.full(capacity, -1, np.int32)
    for row in range(len(starts) - 1):
        slot = np.int64(fnv1a(spelling[starts[row] : starts[row + 1]])) & (capacity - 1)
        while slots[slot] >= 0:
            slot = (slot + 1) & (capacity - 1)
        slots[slot] = row
    return slots


@inlined
def is_separator(byte: np.uint8) -> bool:
    """Whether this is a space, a tab, a line end or a NUL."""
    return bool(byte == 32 or 9 <= byte <= 13 or byte == 0)


@inlined
def is_mark(data: Bytes, start: int, end: int) -> bool:
    """Is this one of the format's own signs, a label (`__label__…`) or an end of line (`</s>`)? They are no words."""
    size = end - start
    if size == 4:
        return bool(data[start] == 60 and data[start + 1] == 47 and data[start + 2] == 115 and data[start + 3] == 62)
    if size < 9:
        return False
    return bool(
        data[start] == 95
        and data[start + 1] == 95
        and data[start + 2] == 108
        and data[start + 3] == 97
        and data[start + 4] == 98
        and data[start + 5] == 101
        and data[start + 6] == 108
        and data[start + 7] == 95
        and data[start + 8] == 95
    )


@inlined
def _same(left: Bytes, start: Int, right: Bytes, other: Int, size: Int) -> bool:
    for i in range(size):
        if left[start + i] != right[other + i]:
            return False
    return True


@inlined
def _word_id(words: Words, data: Bytes, start: Int, end: Int) -> int:
    """The word's place in the dictionary, or -1."""
    mask = len(words.slots) - 1
    state = np.uint32(FNV_32)
    for i in range(start, end):
        state = _mix(state, data[i])
    slot = np.int64(state) & mask
    while words.slots[slot] >= 0:
        found = words.slots[slot]
        first = words.starts[found]
        if words.starts[found + 1] - first == end - start and _same(words.spelling, first, data, start, end - start):
            return int(found)
        slot = (slot + 1) & mask
    return -1


@inlined
def add_rows(matrix: Rows, rows: Ids, n: int, total: Rows) -> None:
    """Add n rows of the matrix to `total`, in their order.

    Sixteen sums at a time, each a name of its own, stay in the processor: an array's would go through memory each time.
    """
    for b in range(0, len(total), BLOCK):
        t0, t1, t2, t3 = total[b], total[b + 1], total[b + 2], total[b + 3]
        t4, t5, t6, t7 = total[b + 4], total[b + 5], total[b + 6], total[b + 7]
        t8, t9, t10, t11 = total[b + 8], total[b + 9], total[b + 10], total[b + 11]
        t12, t13, t14, t15 = total[b + 12], total[b + 13], total[b + 14], total[b + 15]
        for i in range(n):
            row = matrix[rows[i], b : b + BLOCK]
            t0 += row[0]
            t1 += row[1]
            t2 += row[2]
            t3 += row[3]
            t4 += row[4]
            t5 += row[5]
            t6 += row[6]
            t7 += row[7]
            t8 += row[8]
            t9 += row[9]
            t10 += row[10]
            t11 += row[11]
            t12 += row[12]
            t13 += row[13]
            t14 += row[14]
            t15 += row[15]
        total[b], total[b + 1], total[b + 2], total[b + 3] = t0, t1, t2, t3
        total[b + 4], total[b + 5], total[b + 6], total[b + 7] = t4, t5, t6, t7
        total[b + 8], total[b + 9], total[b + 10], total[b + 11] = t8, t9, t10, t11
        total[b + 12], total[b + 13], total[b + 14], total[b + 15] = t12, t13, t14, t15


@inlined
def append_rows(
    words: Words, data: Bytes, start: Int, end: Int, framed: Bytes, rows: Ids, n: int, total: Rows
) -> tuple[int, int]:
    """Append a word's rows to the n that wait, which are added first where there is no room.

    Returns how many wait now and how many were added. `framed` has room for the word and its frame. The loops are in
    one function, since a call for each n-gram would cost more than the n-gram.
    """
    buckets, added = np.uint32(words.buckets), 0
    size = end - start + 2
    framed[0], framed[size - 1] = WORD_START, WORD_END
    for i in range(start, end):
        framed[i - start + 1] = data[i]
    rows[n] = _word_id(words, data, start, end)
    n += rows[n] >= 0
    for first in range(size):
        if framed[first] & 0xC0 == 0x80:  # a continuation byte begins no n-gram
            continue
        state, i = np.uint32(FNV_32), first
        for length in range(1, words.longest + 1):
            if i >= size:
                break
            state = _mix(state, framed[i])
            i += 1
            while i < size and framed[i] & 0xC0 == 0x80:
                state = _mix(state, framed[i])
                i += 1
            if length < words.shortest or (length == 1 and (first == 0 or i == size)):
                continue
            row = _row_of(words, state % buckets)
            if row >= 0:
                if n + 1 == len(rows):  # one place is left for the end of the line
                    add_rows(words.rows, rows, n, total)
                    added, n = added + n, 0
                prefetch_row(words.rows, row)
                rows[n] = row
                n += 1
    return n, added


@inlined
def _row_of(words: Words, bucket: np.uint32) -> int:
    """The row of a bucket of n-grams, -1 if it was pruned."""
    bits, place = words.kept[bucket >> np.uint32(6)], np.uint64(bucket & np.uint32(63))
    if not bits >> place & np.uint64(1):
        return -1
    return len(words.starts) - 1 + int(words.before[bucket >> np.uint32(6)]) + _ones_below(bits, place)


@inlined
def _ones_below(bits: np.uint64, place: np.uint64) -> int:
    """How many bits are set below a place: sums of pairs, of fours, of bytes, and of all bytes by one product."""
    pairs, fours, bytes_ = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F)
    bits &= (np.uint64(1) << place) - np.uint64(1)
    bits -= bits >> np.uint64(1) & pairs
    bits = (bits & fours) + (bits >> np.uint64(2) & fours)
    bits = bits + (bits >> np.uint64(4)) & bytes_
    return int(bits * np.uint64(0x0101010101010101) >> np.uint64(56))


@njit
def add_word_ngrams(words: Words, hashes: npt.NDArray[np.uint64], n: int, rows: Ids, total: Rows) -> int:
    """Add the rows of the n-grams of a text's n words, by the words' hashes; returns how many there are."""
    added, waiting = 0, 0
    for first in range(n):
        state = hashes[first]
        for last in range(first + 1, min(first + words.word_ngrams, n)):
            state = state * np.uint64(116049371) + hashes[last]
            row = _row_of(words, np.uint32(state % np.uint64(words.buckets)))
            if row >= 0:
                if waiting == len(rows):
                    add_rows(words.rows, rows, waiting, total)
                    added, waiting = added + waiting, 0
                rows[waiting] = row
                waiting += 1
    add_rows(words.rows, rows, waiting, total)
    return added + waiting
