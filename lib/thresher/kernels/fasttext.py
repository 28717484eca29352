"""fastText classification of text: the mean of the rows of words and character n-grams, then a softmax over labels.

Source: Joulin et al. 2016, "Bag of Tricks for Efficient Text Classification" (https://arxiv.org/abs/1607.01759).

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
FLOOR = 1e-5  # added to a probability before its logarithm is taken
END_OF_LINE = np.frombuffer(b"</s>", np.uint8)


class Network(NamedTuple):
    """The output layer: a row of weights per label, or per inner node of a binary tree whose leaves are the labels.

    `left` and `right` are the children of each node, -1 at a leaf; the root is last. Both are empty for softmax.
    """

    weights: Rows
    left: Ids
    right: Ids
    labels: int


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
def _new_memo(words: Words) -> Memo:
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
def _buffers(words: Words, longest: int) -> Buffers:
    """Room for texts of up to that many bytes."""
    hashes = np.empty(longest // 2 + 2 if words.word_ngrams > 1 else 0, np.uint64)
    word = np.empty(words.rows.shape[1], np.float32)
    return Buffers(np.empty(WAITING, np.int32), np.empty(longest + 2, np.uint8), hashes, word)


@njit
def _longest(offsets: Offsets) -> int:
    most = 0
    for d in range(len(offsets) - 1):
        most = max(most, offsets[d + 1] - offsets[d])
    return most


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
    count = len(offsets) - 1
    labels, scores = np.full(count, -1, np.int32), np.zeros(count, np.float32)
    memo, room, hidden = _new_memo(words), _buffers(words, _longest(offsets)), np.empty_like(words.rows[0])
    nodes, node_scores = np.empty(2 * network.labels + 1, np.int32), np.empty(2 * network.labels + 1, np.float32)
    for d in range(count):
        if not valid[d]:
            continue
        hidden[:] = 0
        rows = _sum_of_text(words, memo, room, data, offsets[d], offsets[d + 1], hidden)
        if rows == 0:
            continue
        hidden *= np.float32(1.0 / rows)
        if len(network.left):
            labels[d], log_score = _best_leaf(network, hidden, nodes, node_scores)
        else:
            labels[d], log_score = _best_label(network, hidden, node_scores)
        scores[d] = np.exp(log_score)
    return labels, scores
