"""The probability of one given label, where `thresher.kernels.fasttext` finds the best: the score of a classifier.

Rows are added in the same order as there, without its memo: a quality classifier's words have a row each and few
character n-grams or none, so that remembering them would cost what it saves.
"""

import numpy as np
import numpy.typing as npt

from thresher.kernels.fasttext import (
    END_OF_LINE,
    FLOOR,
    WAITING,
    Bytes,
    Ids,
    Network,
    Offsets,
    Rows,
    Words,
    _add,
    _add_word_ngrams,
    _append_rows,
    _is_mark,
    _is_separator,
    _signed,
    fnv1a,
)
from thresher.kernels.jit import njit


@njit
def probabilities(
    words: Words, network: Network, label: int, data: Bytes, offsets: Offsets, valid: npt.NDArray[np.bool_]
) -> Rows:
    """How probable this label (its place in the network) is for each document, 0 to 1 (float32), as fastText has it.

    The document is read as `classify` reads it. One without words, or of words without any row, has 0.
    """
    scores = np.zeros(len(offsets) - 1, np.float32)
    rows, hidden = np.empty(WAITING, np.int32), np.empty(words.rows.shape[1], np.float32)
    logits, parents = np.empty(network.labels, np.float32), _parents(network)
    for d in range(len(scores)):
        if not valid[d] or not _mean(words, data, offsets[d], offsets[d + 1], rows, hidden):
            continue
        if len(parents):
            scores[d] = _of_leaf(network, parents, label, hidden)
        else:
            scores[d] = _of_softmax(network, label, hidden, logits)
    return scores


@njit
def _mean(words: Words, data: Bytes, i: int, end: int, rows: Ids, hidden: Rows) -> bool:
    """Fill `hidden` with the mean of the rows of `data[i:end]`; False where there is none. `rows` is room for those."""
    framed, hashes = np.empty(256, np.uint8), np.empty(256, np.uint64)
    n, total, n_words, found = 0, 0, 0, False
    hidden[:] = 0
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
        if i - start + 2 > len(framed):
            framed = np.empty(2 * (i - start) + 2, np.uint8)
        if n + 2 >= len(rows):  # room for the word itself and for the end of the line
            _add(words.rows, rows, n, hidden)
            total, n = total + n, 0
        n, added = _append_rows(words, data, start, i, framed, rows, n, hidden)
        total += added
        if words.word_ngrams > 1:
            if n_words + 1 == len(hashes):
                hashes = np.concatenate((hashes, hashes))
            hashes[n_words] = _signed(fnv1a(data[start:i]))
            n_words += 1
    if found and words.end_of_line >= 0:
        rows[n] = words.end_of_line
        n += 1
    _add(words.rows, rows, n, hidden)
    total += n
    if words.word_ngrams > 1 and found:
        hashes[n_words] = _signed(fnv1a(END_OF_LINE))
        total += _add_word_ngrams(words, hashes, n_words + 1, rows, hidden)
    if total:
        hidden *= np.float32(1.0 / total)
    return total > 0


@njit
def _of_softmax(network: Network, label: int, hidden: Rows, logits: Rows) -> np.float32:
    greatest = np.float32(-np.inf)
    for other in range(network.labels):
        logits[other] = np.float32(0)
        for k in range(len(hidden)):
            logits[other] += network.weights[other, k] * hidden[k]
        greatest = max(greatest, logits[other])
    total = np.float32(0)
    for other in range(network.labels):
        total += np.exp(logits[other] - greatest)
    # fastText adds the floor before it takes the logarithm, and does not take it away again.
    return np.float32(np.exp(logits[label] - greatest) / total + FLOOR)


@njit
def _of_leaf(network: Network, parents: Ids, label: int, hidden: Rows) -> np.float32:
    """The product of the probabilities of the turns that lead from the root of the tree to the label's leaf."""
    node, score = label, 0.0
    while parents[node] >= 0:
        parent = parents[node]
        logit = np.float32(0)
        for k in range(len(hidden)):
            logit += network.weights[parent - network.labels, k] * hidden[k]
        right = 1.0 / (1.0 + np.exp(-np.float64(logit)))
        score += np.log((right if network.right[parent] == node else 1.0 - right) + FLOOR)
        node = parent
    return np.float32(np.exp(score))


@njit
def _parents(network: Network) -> Ids:
    """The parent of each node of the tree, -1 for the root; empty for softmax."""
    parents = np.full(len(network.left), -1, np.int32)
    for node in range(len(parents)):
        if network.left[node] >= 0:
            parents[network.left[node]] = parents[network.right[node]] = node
    return parents
