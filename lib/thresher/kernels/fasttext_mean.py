"""The mean of the rows of a text's words in a fastText model: the layer that its labels are told from.

The reference implementation adds the rows one by one in float32, in the order of the text. Over a long text any other
order differs in the fourth digit: there the memo only tells which rows a word has. Over a short one the sums of its
words, each remembered, come to the same within 1e-6; whether a sum was remembered never changes the result.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thresher.kernels.fasttext_words import (
    BLOCK,
    Bytes,
    Ids,
    Offsets,
    Rows,
    Words,
    add_rows,
    add_word_ngrams,
    append_rows,
    fnv1a,
    is_mark,
    is_separator,
    signed,
)
from thresher.kernels.jit import inlined, njit
from thresher.kernels.spans import hash_span

# Bytes of remembered sums. More would not stay in the processor's cache; but a word of a model that was not pruned has
# so many rows that to wait for its sum is still the quicker way.
MEMO_PRUNED, MEMO_WHOLE = 1 << 21, 1 << 23
MEMO_ROWS = 5  # a word of a long text with more rows is looked up again each time
SHORT_TEXT = 1 << 14  # bytes; see above
WAITING = 512  # rows that wait to be added together: fetched one by one each would be waited for
END_OF_LINE = np.frombuffer(b"</s>", np.uint8)


class Memo(NamedTuple):
    """What is remembered of words, direct-mapped by their hashes, in the rows of `table` and `sums`.

    A row of `table` is a word's hash in two halves (0: none), how many rows it has, and which if they are few. `sums`
    are the sums of its rows.
    """

    table: Ids
    sums: Rows


class Buffers(NamedTuple):
    """Room for one document at a time: rows that wait, a word in its frame, the hashes of words, a word's sum."""

    rows: Ids
    framed: Bytes
    hashes: npt.NDArray[np.uint64]
    word: Rows


@njit
def new_memo(words: Words) -> Memo:
    """An empty memo for the words of a model."""
    height, width = words.rows.shape
    size, slots = MEMO_WHOLE if height > words.buckets else MEMO_PRUNED, 1
    while 4 * slots * width < size:
        slots *= 2
    return Memo(np.zeros((slots, 3 + MEMO_ROWS), np.int32), np.zeros((slots, width), np.float32))


@inlined
def _add(row: Rows, total: Rows) -> None:
    for block in range(0, len(total), BLOCK):
        for k in range(BLOCK):
            total[block + k] += row[block + k]


@inlined
def _halves(key: np.uint64) -> tuple[np.int32, np.int32]:
    return np.int32(key & np.uint64(0xFFFFFFFF)), np.int32(key >> np.uint64(32))


@inlined
def _recall(memo: Memo, room: Buffers, key: np.uint64, short: bool, n: int, total: Rows) -> tuple[bool, int, int]:
    """Whether this word is remembered; if so its sum is added, in a short text, or its rows wait after the n others.

    Returns also how many rows wait now and how many were added.
    """
    low, high = _halves(key)
    slot = np.int64(high) & (len(memo.table) - 1)
    entry = memo.table[slot]
    if entry[0] != low or entry[1] != high:
        return False, n, 0
    if short:
        _add(memo.sums[slot], total)
        return True, n, entry[2]
    if entry[2] > MEMO_ROWS:
        return False, n, 0
    for k in range(MEMO_ROWS):
        room.rows[n + k] = entry[3 + k]
    return True, n + entry[2], 0


@inlined
def _remember(memo: Memo, room: Buffers, key: np.uint64, first: int, n: int, count: int) -> None:
    """Keep the sum of a word, which has `count` rows; those that wait from `first` to n are all, if they are few."""
    low, high = _halves(key)
    slot = np.int64(high) & (len(memo.table) - 1)
    entry = memo.table[slot]
    entry[0], entry[1], entry[2] = low, high, count
    for k in range(min(n - first, MEMO_ROWS)):
        entry[3 + k] = room.rows[first + k]
    memo.sums[slot] = room.word


@njit
def _sum_of_text(words: Words, memo: Memo, room: Buffers, data: Bytes, start: int, end: int, total: Rows) -> int:
    """Add the rows of one text, read as one line; returns how many they are."""
    short = end - start <= SHORT_TEXT
    count, n, n_words, i = 0, 0, 0, start
    while i < end:
        if is_separator(data[i]):
            i += 1
            continue
        first = i
        while i < end and not is_separator(data[i]):
            i += 1
        if is_mark(data, first, i):
            continue
        if words.word_ngrams > 1:
            room.hashes[n_words] = signed(fnv1a(data[first:i]))
        n_words += 1
        key = hash_span(data, first, i) | np.uint64(1)
        if n + MEMO_ROWS >= WAITING:
            add_rows(words.rows, room.rows, n, total)
            count, n = count + n, 0
        known, n, added = _recall(memo, room, key, short, n, total)
        count += added
        if known:
            continue
        room.word[:] = 0
        waiting = n
        n, added = append_rows(words, data, first, i, room.framed, room.rows, n, room.word if short else total)
        count += added
        few = added == 0 and n - waiting <= MEMO_ROWS
        if short or few:
            add_rows(words.rows, room.rows[waiting:], n - waiting, room.word)
            _remember(memo, room, key, waiting, n, n - waiting + added)
        if short:  # nothing waits: what was appended is in the sum
            _add(room.word, total)
            count, n = count + n, 0
    if n_words and words.end_of_line >= 0:  # append_rows leaves room for it
        room.rows[n] = words.end_of_line
        n += 1
    add_rows(words.rows, room.rows, n, total)
    if words.word_ngrams > 1 and n_words:
        room.hashes[n_words] = signed(fnv1a(END_OF_LINE))
        count += add_word_ngrams(words, room.hashes, n_words + 1, room.rows, total)
    return count + n


@njit
def new_buffers(words: Words, offsets: Offsets) -> Buffers:
    """Room for the longest of these texts."""
    longest = 0
    for d in range(len(offsets) - 1):
        longest = max(longest, offsets[d + 1] - offsets[d])
    hashes = np.empty(longest // 2 + 2 if words.word_ngrams > 1 else 0, np.uint64)
    word = np.empty(words.rows.shape[1], np.float32)
    return Buffers(np.empty(WAITING, np.int32), np.empty(longest + 2, np.uint8), hashes, word)


@njit
def mean_of_text(words: Words, memo: Memo, room: Buffers, data: Bytes, start: int, end: int, mean: Rows) -> bool:
    """Fill `mean` with the mean of the rows of the text `data[start:end]`; False where it has no row.

    The whole text is read as one line: words are separated by spaces, tabs, line ends and NUL bytes.
    """
    mean[:] = 0
    rows = _sum_of_text(words, memo, room, data, start, end, mean)
    if rows:
        mean *= np.float32(1.0 / rows)
    return rows > 0
