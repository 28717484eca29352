"""The mean of the rows of a text's words in a fastText model: the layer that its labels are told from.

The reference implementation adds the rows one by one in float32, in the order of the text. Over a long text any other
order differs in the fourth digit: there it is ours too, and over a long word. Over a short text the sums of its words,
each remembered, come to the same within 1e-5; whether a sum was remembered never changes the result.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thresher.kernels.fasttext_rows import BYTES, TEXT, WORDS, Room, add_rows, collect, frame, new_room
from thresher.kernels.fasttext_words import (
    BLOCK,
    Bytes,
    Offsets,
    Rows,
    Words,
    end_of_word,
    fnv1a,
    is_kept,
    is_mark,
    is_separator,
    row_of,
    signed,
)
from thresher.kernels.jit import inlined, njit
from thresher.kernels.prefetch import prefetch_row
from thresher.kernels.spans import hash_span
from thresher.kernels.unicode import Int

MEMO_BYTES = 1 << 26  # of remembered sums, at most
SHORT_TEXT, LONG_WORD = 1 << 14, 128  # bytes; see above
END_OF_LINE = np.frombuffer(b"</s>", np.uint8)

Hashes = npt.NDArray[np.uint64]


class Memo(NamedTuple):
    """The sums of the rows of words met before, direct-mapped by the words' hashes; `entries` are (hash, rows).

    It is one model's, and one thread's at a time.
    """

    entries: Hashes
    sums: Rows


class Chunk(NamedTuple):
    """Some words of a text in a row: where each lies, its hash, whether its sum was remembered, else the sum.

    `hashes` are fastText's own hashes of all words of the text, kept where n-grams of words have rows.
    """

    spans: Offsets
    keys: Hashes
    known: npt.NDArray[np.bool_]
    sums: Rows
    hashes: Hashes


class Buffers(NamedTuple):
    """What one text after the other is read with."""

    memo: Memo
    chunk: Chunk
    room: Room


@njit
def new_buffers(words: Words, memo: Memo, offsets: Offsets) -> Buffers:
    """What is remembered of a model's words, and room for the longest of these texts."""
    longest = 0
    for d in range(len(offsets) - 1):
        longest = max(longest, offsets[d + 1] - offsets[d])
    width = words.rows.shape[1]
    chunk = Chunk(
        np.empty((2, WORDS), np.int64),
        np.empty(WORDS, np.uint64),
        np.empty(WORDS, np.bool_),
        np.empty((WORDS + 1, width), np.float32),
        np.empty(longest // 2 + 2 if words.word_ngrams > 1 else 0, np.uint64),
    )
    return Buffers(memo, chunk, new_room(words, longest))


@njit
def new_memo(words: Words) -> Memo:
    """An empty memo for a model's words; each block of a sum lies in one line of the processor's cache."""
    width, slots = words.rows.shape[1], 1
    while 8 * slots * width <= MEMO_BYTES:
        slots *= 2
    raw = np.empty(slots * width + BLOCK, np.float32)
    start = -(raw.ctypes.data // 4) % BLOCK
    return Memo(np.zeros((slots, 2), np.uint64), raw[start : start + slots * width].reshape(slots, width))


@njit
def mean_of_text(words: Words, buffers: Buffers, data: Bytes, start: int, end: int, mean: Rows) -> bool:
    """Fill `mean` with the mean of the rows of the text `data[start:end]`; False where it has no row.

    The whole text is read as one line: words are separated by spaces, tabs, line ends and NUL bytes.
    """
    chunk, short = buffers.chunk, end - start <= SHORT_TEXT
    chunk.sums[TEXT] = 0
    rows, n_words, at = 0, 0, start
    while at < end:
        at, n = _next_words(buffers.memo, chunk, data, at, end)
        if words.word_ngrams > 1:
            for word in range(n):
                chunk.hashes[n_words + word] = signed(fnv1a(data[chunk.spans[0, word] : chunk.spans[1, word]]))
        n_words += n
        long = n and chunk.spans[1, 0] - chunk.spans[0, 0] > LONG_WORD  # then it is the only one
        rows += _add_sums(words, buffers, data, n) if short and not long else _add_all(words, buffers, data, n)
    rows += _end_line(words, buffers, n_words)
    if rows:
        mean[:] = chunk.sums[TEXT] * np.float32(1.0 / rows)
    return rows > 0


@inlined
def _next_words(memo: Memo, chunk: Chunk, data: Bytes, at: int, end: int) -> tuple[int, int]:
    """Find the words from `at` on that make a chunk; returns where they end and how many they are.

    A long word is a chunk by itself.
    """
    n, size = 0, 0
    while at < end and n < WORDS:
        if is_separator(data[at]):
            at += 1
            continue
        first = at
        at = int(end_of_word(data, at, end))
        if is_mark(data, first, at):
            continue
        size += at - first + 2
        long = at - first > LONG_WORD
        if n and (size > BYTES or long):
            return first, n
        key = hash_span(data, first, at) | np.uint64(1)
        prefetch_row(memo.entries, _slot(memo, key))
        prefetch_row(memo.sums, _slot(memo, key))
        chunk.spans[0, n], chunk.spans[1, n], chunk.keys[n] = first, at, key
        n += 1
        if long:
            break
    return at, n


@inlined
def _slot(memo: Memo, key: np.uint64) -> np.int64:
    return np.int64(key >> np.uint64(32)) & (len(memo.entries) - 1)


@inlined
def _add_sums(words: Words, buffers: Buffers, data: Bytes, n: int) -> int:
    """Add the sum of each word of the chunk, remembered or made now; returns how many rows they have."""
    memo, chunk, room = buffers
    missing, rows = 0, 0
    for word in range(n):
        key = chunk.keys[word]
        chunk.known[word] = memo.entries[_slot(memo, key), 0] == key
        if not chunk.known[word]:
            chunk.sums[missing] = 0
            frame(room, missing, data, chunk.spans[0, word], chunk.spans[1, word])
            missing += 1
    collect(words, room, missing, chunk.sums)
    for word in range(missing):
        add_rows(words.rows, room.rows, room.ends[word], room.ends[word + 1], chunk.sums, word)
    made = 0
    for word in range(n):
        if chunk.known[word]:
            slot = _slot(memo, chunk.keys[word])
            _add(memo.sums, slot, chunk.sums)
            rows += int(memo.entries[slot, 1])
        else:
            _add(chunk.sums, made, chunk.sums)
            rows += int(room.ends[made + 1] - room.ends[made])
            made += 1
    if missing:
        _remember(memo, chunk, room, n)
    return rows


@inlined
def _add(sums: Rows, row: Int, totals: Rows) -> None:
    for block in range(0, totals.shape[1], BLOCK):
        for k in range(BLOCK):
            totals[TEXT, block + k] += sums[row, block + k]


@inlined
def _remember(memo: Memo, chunk: Chunk, room: Room, n: int) -> None:
    """Keep the sums that were made now; only afterwards, so that none that was found is pushed out before it counts."""
    made = 0
    for word in range(n):
        if not chunk.known[word]:
            slot = _slot(memo, chunk.keys[word])
            memo.entries[slot, 0] = chunk.keys[word]
            memo.entries[slot, 1] = room.ends[made + 1] - room.ends[made]
            for k in range(memo.sums.shape[1]):
                memo.sums[slot, k] = chunk.sums[made, k]
            made += 1


@inlined
def _add_all(words: Words, buffers: Buffers, data: Bytes, n: int) -> int:
    """Add the rows of the chunk's words one by one; returns how many they are."""
    chunk, room = buffers.chunk, buffers.room
    for word in range(n):
        frame(room, word, data, chunk.spans[0, word], chunk.spans[1, word])
    flushed = collect(words, room, n, chunk.sums)
    add_rows(words.rows, room.rows, 0, room.ends[n], chunk.sums, TEXT)
    return flushed + int(room.ends[n])


@inlined
def _end_line(words: Words, buffers: Buffers, n_words: int) -> int:
    """Add what follows a text's n words: the end of the line, then the n-grams of words; returns how many rows."""
    chunk, room, rows = buffers.chunk, buffers.room, 0
    if not n_words:
        return 0
    if words.end_of_line >= 0:
        room.rows[0] = words.end_of_line
        add_rows(words.rows, room.rows, 0, 1, chunk.sums, TEXT)
        rows = 1
    if words.word_ngrams > 1:
        chunk.hashes[n_words] = signed(fnv1a(END_OF_LINE))
        rows += _add_word_ngrams(words, chunk, room, n_words + 1)
    return rows


@njit
def _add_word_ngrams(words: Words, chunk: Chunk, room: Room, n: int) -> int:
    """Add the rows of the n-grams of a text's n words, by the words' hashes; returns how many there are."""
    added, waiting = 0, 0
    for first in range(n):
        state = chunk.hashes[first]
        for last in range(first + 1, min(first + words.word_ngrams, n)):
            state = state * np.uint64(116049371) + chunk.hashes[last]
            bucket = np.uint32(state % np.uint64(words.buckets))
            if is_kept(words, bucket):
                if waiting == len(room.rows):
                    add_rows(words.rows, room.rows, 0, waiting, chunk.sums, TEXT)
                    added, waiting = added + waiting, 0
                room.rows[waiting] = row_of(words, bucket)
                waiting += 1
    add_rows(words.rows, room.rows, 0, waiting, chunk.sums, TEXT)
    return added + waiting
