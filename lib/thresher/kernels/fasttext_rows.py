"""The rows of some words of a text in a fastText model: their own and those of their character n-grams.

Words are taken up together, a chunk at a time, for two reasons. The n-grams of ASCII words are hashed in loops over all
their bytes, which become vector instructions, where a word by itself is too short for any. And of all rows of a chunk
the processor is told to fetch them before the first is added, so that it waits for many at once.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thresher.kernels.fasttext_words import (
    BLOCK,
    FNV_32,
    Bytes,
    Ids,
    Offsets,
    Rows,
    Words,
    is_kept,
    mix,
    row_of,
    word_id,
)
from thresher.kernels.jit import inlined, njit
from thresher.kernels.prefetch import prefetch_row
from thresher.kernels.unicode import Int

WORDS, BYTES = 64, 1024  # of a chunk, at most; only a word that is longer by itself has more bytes
TEXT = WORDS  # where the sum of a whole text is, behind those of a chunk's words
LENGTHS = 32  # of n-grams, at most, that are hashed together
WORD_START, WORD_END = 60, 62  # "<" and ">", which frame a word before it is cut into n-grams


class Room(NamedTuple):
    """Room for the words of a chunk that are looked up, one behind the other in their frames.

    Word w is `framed[places[w]:places[w + 1]]`, and its rows are `rows[ends[w]:ends[w + 1]]`. `buckets[k, i]` is the
    bucket of the n-gram of `shortest + k` bytes that begins at `framed[i]`, and bit k of `kept[i]` says whether it has
    a row. `states` are hashes half way.
    """

    framed: Bytes
    places: Offsets
    ascii: npt.NDArray[np.bool_]
    states: npt.NDArray[np.uint32]
    buckets: npt.NDArray[np.uint32]
    kept: npt.NDArray[np.uint32]
    rows: Ids
    ends: Offsets


@njit
def new_room(words: Words, longest: int) -> Room:
    """Room for words of up to `longest` bytes."""
    lengths = max(words.longest - words.shortest + 1, 1)
    return Room(
        np.empty(max(longest + 2, BYTES), np.uint8),
        np.zeros(WORDS + 1, np.int64),
        np.empty(WORDS, np.bool_),
        np.empty(BYTES, np.uint32),
        np.empty((lengths, BYTES), np.uint32),
        np.empty(BYTES, np.uint32),
        np.empty(WORDS + lengths * BYTES + 1, np.int32),  # one place more for the end of the line
        np.zeros(WORDS + 1, np.int64),
    )


@inlined
def frame(room: Room, word: Int, data: Bytes, start: Int, end: Int) -> None:
    """Lay a word into its frame, behind the word before it."""
    at, high = room.places[word], np.uint8(0)
    room.framed[at] = WORD_START
    for i in range(start, end):
        room.framed[at + 1 + i - start] = data[i]
        high |= data[i]
    room.framed[at + 1 + end - start] = WORD_END
    room.ascii[word] = high < 128
    room.places[word + 1] = at + 2 + end - start


@inlined
def collect(words: Words, room: Room, count: Int, sums: Rows) -> int:
    """Find the rows of the words that were laid into their frames; returns how many were added already.

    Those of a word that has more rows than there is room for are added to `sums[TEXT]` whenever the room is full.
    """
    size = room.places[count]
    hashed = size <= BYTES and len(room.buckets) <= LENGTHS
    if hashed:
        _hash(words, room, size)
    n: Int = 0
    added = 0
    for word in range(count):
        start, end = room.places[word], room.places[word + 1]
        room.ends[word] = n
        room.rows[n] = word_id(words, room.framed, start + 1, end - 1)
        n += room.rows[n] >= 0
        if hashed and room.ascii[word]:
            n = _append_hashed(words, room, start, end, n)
        else:
            n, added = _append_decoded(words, room, start, end, n, sums)
    room.ends[count] = n
    for i in range(n):
        prefetch_row(words.rows, room.rows[i])
    return added


@inlined
def _hash(words: Words, room: Room, size: Int) -> None:
    """The bucket of each n-gram of the framed bytes, those that reach from one word into the next among them."""
    inverse = np.uint64((1 << 32) // words.buckets)
    for i in range(size):
        room.states[i], room.kept[i] = FNV_32, 0
    for length in range(1, words.longest + 1):
        last, k = size - length + 1, length - words.shortest
        for i in range(last):
            room.states[i] = mix(room.states[i], room.framed[i + length - 1])
        if k < 0:
            continue
        for i in range(last):
            room.buckets[k, i] = remainder(room.states[i], words.buckets, inverse)
        for i in range(last):
            room.kept[i] |= is_kept(words, room.buckets[k, i]) << np.uint32(k)


@inlined
def remainder(number: np.uint32, divisor: int, inverse: np.uint64) -> np.uint32:
    """What is left of a number by a divisor below 2^31 with its `inverse`, 2^32 // divisor.

    The product with the inverse is the quotient or one less, and unlike a division it is a vector instruction.
    """
    quotient = np.uint32(np.uint64(number) * inverse >> np.uint64(32))
    rest = np.uint32(number - quotient * np.uint32(divisor))
    return np.uint32(rest - (np.uint32(divisor) if rest >= np.uint32(divisor) else np.uint32(0)))


@inlined
def _append_hashed(words: Words, room: Room, start: Int, end: Int, n: Int) -> Int:
    """Append the rows of an ASCII word's n-grams to the n that there are: by first byte, then by length."""
    for first in range(start, end):
        if not room.kept[first]:
            continue
        for length in range(max(words.shortest, 1), min(words.longest, end - first) + 1):
            k = length - words.shortest
            if room.kept[first] >> np.uint32(k) & np.uint32(1):
                if length == 1 and (first == start or first == end - 1):
                    continue
                room.rows[n] = row_of(words, room.buckets[k, first])
                n += 1
    return n


@inlined
def _append_decoded(words: Words, room: Room, start: Int, end: Int, n: Int, sums: Rows) -> tuple[Int, int]:
    """As `_append_hashed` for any word; returns also how many rows were added for want of room."""
    framed, buckets, added = room.framed, np.uint32(words.buckets), 0
    for first in range(start, end):
        if framed[first] & 0xC0 == 0x80:  # a continuation byte begins no n-gram
            continue
        state, i = np.uint32(FNV_32), first
        for length in range(1, words.longest + 1):
            if i >= end:
                break
            state = mix(state, framed[i])
            i += 1
            while i < end and framed[i] & 0xC0 == 0x80:
                state = mix(state, framed[i])
                i += 1
            if length < words.shortest or (length == 1 and (first == start or i == end)):
                continue
            bucket = np.uint32(state % buckets)
            if is_kept(words, bucket):
                if n + 1 == len(room.rows):
                    add_rows(words.rows, room.rows, 0, n, sums, TEXT)
                    added += int(n)
                    n = 0
                room.rows[n] = row_of(words, bucket)
                n += 1
    return n, added


@inlined
def add_rows(matrix: Rows, rows: Ids, start: Int, end: Int, sums: Rows, target: Int) -> None:
    """Add the rows `rows[start:end]` of the matrix to `sums[target]`, in their order.

    Sixteen sums at a time, each a name of its own, stay in the processor: an array's would go through memory each time.
    """
    for b in range(0, sums.shape[1], BLOCK):
        total = sums[target, b : b + BLOCK]
        t0, t1, t2, t3 = total[0], total[1], total[2], total[3]
        t4, t5, t6, t7 = total[4], total[5], total[6], total[7]
        t8, t9, t10, t11 = total[8], total[9], total[10], total[11]
        t12, t13, t14, t15 = total[12], total[13], total[14], total[15]
        for i in range(start, end):
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
        total[0], total[1], total[2], total[3] = t0, t1, t2, t3
        total[4], total[5], total[6], total[7] = t4, t5, t6, t7
        total[8], total[9], total[10], total[11] = t8, t9, t10, t11
        total[12], total[13], total[14], total[15] = t12, t13, t14, t15
