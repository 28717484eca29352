"""What separates words in a fastText model, how they are hashed, and which rows words and buckets of n-grams have.

Source: Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information" (https://arxiv.org/abs/1607.04606);
what separates words, how they are hashed and which n-grams count is as fastText has it.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from thresher.kernels.eight_bytes import below, eight, first_marked, ones
from thresher.kernels.jit import inlined, njit
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
        state = mix(state, byte)
    return state


@inlined
def signed(state: np.uint32) -> np.uint64:
    """A hash as fastText keeps a word's: a signed number of 32 bits, widened."""
    return np.uint64(np.int64(np.int32(state)))


@inlined
def mix(state: np.uint32, byte: np.uint8) -> np.uint32:
    """A state of FNV-1a after one more byte."""
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
def end_of_word(data: Bytes, at: Int, end: Int) -> Int:
    """Where the next separator is from `at` on, or the end; eight bytes at a time: no loop foresees it."""
    while at + 8 <= end:
        low = below(eight(data, at), 0x21)
        if low == 0:
            at += 8
            continue
        at += first_marked(low)
        if is_separator(data[at]):
            return at
        at += 1
    while at < end and not is_separator(data[at]):
        at += 1
    return at


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
def word_id(words: Words, data: Bytes, start: Int, end: Int) -> int:
    """The word's place in the dictionary, or -1."""
    mask = len(words.slots) - 1
    state = np.uint32(FNV_32)
    for i in range(start, end):
        state = mix(state, data[i])
    slot = np.int64(state) & mask
    while words.slots[slot] >= 0:
        found = words.slots[slot]
        first = words.starts[found]
        if words.starts[found + 1] - first == end - start and _same(words.spelling, first, data, start, end - start):
            return int(found)
        slot = (slot + 1) & mask
    return -1


@inlined
def is_kept(words: Words, bucket: np.uint32) -> np.uint32:
    """1 where a bucket of n-grams has a row, 0 where it was pruned."""
    return np.uint32(words.kept[bucket >> np.uint32(6)] >> np.uint64(bucket & np.uint32(63)) & np.uint64(1))


@inlined
def row_of(words: Words, bucket: np.uint32) -> int:
    """The row of a bucket of n-grams that was not pruned."""
    bits, place = words.kept[bucket >> np.uint32(6)], np.uint64(bucket & np.uint32(63))
    below = int(ones(bits & (np.uint64(1) << place) - np.uint64(1)))
    return len(words.starts) - 1 + int(words.before[bucket >> np.uint32(6)]) + below
