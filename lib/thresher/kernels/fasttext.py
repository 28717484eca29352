"""fastText classification of text: the mean of the rows of words and character n-grams, then a softmax over labels.

Source: Joulin et al. 2016, "Bag of Tricks for Efficient Text Classification" (https://arxiv.org/abs/1607.01759);
n-grams as in Bojanowski et al. 2017 (https://arxiv.org/abs/1607.04606). Two things are done here: words become sums of
rows (with a memo, since few words make most of a text), and the mean of all rows becomes a label.

Rows are added one by one, in the order of the text, in float32, as the reference implementation adds them: over a long
text another order would differ in the fourth digit. So the memo holds which rows a word has, never their sum.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit
from thresher.kernels.spans import hash_span
from thresher.kernels.unicode import Int

Rows = np.ndarray[Any, np.dtype[np.float32]]
Ids = np.ndarray[Any, np.dtype[np.int32]]
Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]

BLOCK = 16  # rows are padded to whole blocks: a loop of fixed length becomes vector instructions
MEMO_SLOTS = 1 << 15  # of 32 bytes: more would not stay in the processor's cache
MEMO_ROWS = 5  # a word with more rows (one in twenty) is looked up again each time
WAITING = 512  # rows that wait to be added together: fetched one by one each would be waited for
WORD_START, WORD_END = 60, 62  # "<" and ">", which frame a word before it is cut into n-grams
FLOOR = 1e-5  # added to a probability before its logarithm is taken
END_OF_LINE = np.frombuffer(b"</s>", np.uint8)
FNV_32 = 2166136261


class Words(NamedTuple):
    """Which rows a word has: its own if the dictionary has the word, and those of its character n-grams.

    `slots` is a hash table with linear probing: the id of the word spelled
    `spelling[starts[id]:starts[id + 1]]`, or -1. The row of a word is its id; behind them come the rows of the n-gram
    buckets that were not pruned, in the buckets' order. `kept` has a bit for each bucket, lowest first, and `before`
    says of each 64 how many are kept before them: few are, and both stay in the processor's cache where a table of
    rows would not. `shortest` and
    `longest` bound an n-gram's length in code points. `end_of_line` is the row that ends every text, or -1.
    Up to `word_ngrams` words in a row have a row together, by their hashes.
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


class Network(NamedTuple):
    """The output layer: a row of weights per label, or per inner node of a binary tree whose leaves are the labels.

    `left` and `right` are the children of each node, -1 at a leaf; the root is last. Both are empty for softmax.
    """

    weights: Rows
    left: Ids
    right: Ids
    labels: int


@njit
def fnv1a(text: Bytes) -> np.uint32:
    """32-bit FNV-1a as fastText has it: bytes from 128 up are taken as negative numbers."""
    state = np.uint32(FNV_32)
    for byte in text:
        state = _mix(state, byte)
    return state


@inlined
def _signed(state: np.uint32) -> np.uint64:
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
def _is_separator(byte: np.uint8) -> bool:
    return bool(byte == 32 or 9 <= byte <= 13 or byte == 0)


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
def _add(matrix: Rows, rows: Ids, n: int, total: Rows) -> None:
    """Add n rows of the matrix to `total`, in their order."""
    for i in range(n):
        row = rows[i]
        for block in range(0, len(total), BLOCK):
            for k in range(BLOCK):
                total[block + k] += matrix[row, block + k]


@inlined
def _append_rows(
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
                    _add(words.rows, rows, n, total)
                    added, n = added + n, 0
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


@njit
def _add_word_ngrams(words: Words, hashes: npt.NDArray[np.uint64], n: int, rows: Ids, total: Rows) -> int:
    """Add the rows of the n-grams of a text's n words, by the words' hashes; returns how many there are."""
    added, waiting = 0, 0
    for first in range(n):
        state = hashes[first]
        for last in range(first + 1, min(first + words.word_ngrams, n)):
            state = state * np.uint64(116049371) + hashes[last]
            row = _row_of(words, np.uint32(state % np.uint64(words.buckets)))
            if row >= 0:
                if waiting == len(rows):
                    _add(words.rows, rows, waiting, total)
                    added, waiting = added + waiting, 0
                rows[waiting] = row
                waiting += 1
    _add(words.rows, rows, waiting, total)
    return added + waiting


@inlined
def _ones_below(bits: np.uint64, place: np.uint64) -> int:
    """How many bits are set below a place: sums of pairs, of fours, of bytes, and of all bytes by one product."""
    pairs, fours, bytes_ = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F)
    bits &= (np.uint64(1) << place) - np.uint64(1)
    bits -= bits >> np.uint64(1) & pairs
    bits = (bits & fours) + (bits >> np.uint64(2) & fours)
    bits = bits + (bits >> np.uint64(4)) & bytes_
    return int(bits * np.uint64(0x0101010101010101) >> np.uint64(56))


@inlined
def _is_mark(data: Bytes, start: int, end: int) -> bool:
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


@njit
def _best_leaf(network: Network, hidden: Rows, nodes: Ids, scores: Rows) -> tuple[int, np.float32]:
    """The most probable leaf of the tree and its log probability; the likelier child first, cut by the best."""
    best, best_score = -1, np.float32(-np.inf)
    nodes[0], scores[0], depth = len(network.left) - 1, np.float32(0), 1
    while depth:
        depth -= 1
        node, score = nodes[depth], scores[depth]
        if score < best_score or (best >= 0 and score == best_score):
            continue
        if network.left[node] < 0:
            best, best_score = node, score
            continue
        logit = np.float32(0)
        for k in range(len(hidden)):
            logit += network.weights[node - network.labels, k] * hidden[k]
        right = np.float32(1.0 / (1.0 + np.exp(-logit)))
        left = np.float32(1.0 - np.float64(right))
        first = depth + int(right > left)  # what lies on top is taken up first
        nodes[first], scores[first] = network.right[node], score + np.float32(np.log(np.float64(right) + FLOOR))
        other = 2 * depth + 1 - first
        nodes[other], scores[other] = network.left[node], score + np.float32(np.log(np.float64(left) + FLOOR))
        depth += 2
    return best, best_score


@njit
def _best_label(network: Network, hidden: Rows, scores: Rows) -> tuple[int, np.float32]:
    """The most probable label of a plain softmax and its log probability."""
    best = 0
    for label in range(network.labels):
        scores[label] = np.float32(0)
        for k in range(len(hidden)):
            scores[label] += network.weights[label, k] * hidden[k]
        if scores[label] > scores[best]:
            best = label
    total = np.float32(0)
    for label in range(network.labels):
        total += np.exp(scores[label] - scores[best])
    return best, np.float32(np.log(1.0 / np.float64(total) + FLOOR))


@njit
def classify(
    words: Words,
    network: Network,
    data: Bytes,
    offsets: Offsets,
    valid: npt.NDArray[np.bool_],
) -> tuple[Ids, Rows]:
    """The most probable label of each document (int32) and its probability (float32).

    The whole document is read as one line: words are separated by spaces, tabs, line ends and NUL bytes. A document
    without words, or of words without any row, has the label -1 and the score 0.
    """
    count, matrix = len(offsets) - 1, words.rows
    labels, scores = np.full(count, -1, np.int32), np.zeros(count, np.float32)
    # The memo of one call, direct-mapped: a word's hash in two halves (0: none), how many rows it has, which.
    memo, rows = np.zeros((MEMO_SLOTS, 3 + MEMO_ROWS), np.int32), np.empty(WAITING, np.int32)
    hashes = np.empty(256, np.uint64)
    framed, hidden = np.empty(256, np.uint8), np.empty(words.rows.shape[1], np.float32)
    nodes, node_scores = np.empty(2 * network.labels + 1, np.int32), np.empty(2 * network.labels + 1, np.float32)
    for d in range(count):
        if not valid[d]:
            continue
        hidden[:] = 0
        found, total, n, n_words = False, 0, 0, 0
        i, end = offsets[d], offsets[d + 1]
        while i < end:
            if _is_separator(data[i]):
                i += 1
                continue
            start = i
            while i < end and not _is_separator(data[i]):
                i += 1
            if _is_mark(data, start, i):
                continue
            found = True
            if words.word_ngrams > 1:
                if n_words + 1 == len(hashes):  # one place is left for the end of the line
                    hashes = np.concatenate((hashes, hashes))
                hashes[n_words] = _signed(fnv1a(data[start:i]))
                n_words += 1
            key = hash_span(data, start, i) | np.uint64(1)
            low, high = np.int32(key & np.uint64(0xFFFFFFFF)), np.int32(key >> np.uint64(32))
            entry = memo[np.int64(high) & (MEMO_SLOTS - 1)]
            if n + MEMO_ROWS >= WAITING:
                _add(matrix, rows, n, hidden)
                total, n = total + n, 0
            if entry[0] == low and entry[1] == high:
                for k in range(MEMO_ROWS):
                    rows[n + k] = entry[3 + k]
                n += entry[2]
                continue
            if i - start + 2 > len(framed):
                framed = np.empty(2 * (i - start) + 2, np.uint8)
            first = n
            n, added = _append_rows(words, data, start, i, framed, rows, n, hidden)
            total += added
            if added == 0 and n - first <= MEMO_ROWS:
                entry[0], entry[1], entry[2] = low, high, n - first
                for k in range(n - first):
                    entry[3 + k] = rows[first + k]
        if found and words.end_of_line >= 0:
            rows[n] = words.end_of_line
            n += 1
        _add(matrix, rows, n, hidden)
        total += n
        if words.word_ngrams > 1 and found:
            hashes[n_words] = _signed(fnv1a(END_OF_LINE))
            total += _add_word_ngrams(words, hashes, n_words + 1, rows, hidden)
        if not found or total == 0:
            continue
        hidden *= np.float32(1.0 / total)
        if len(network.left):
            labels[d], log_score = _best_leaf(network, hidden, nodes, node_scores)
        else:
            labels[d], log_score = _best_label(network, hidden, node_scores)
        scores[d] = np.exp(log_score)
    return labels, scores
