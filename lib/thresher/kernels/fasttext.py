"""fastText classification of text: the mean of the rows of words and character n-grams, then a softmax over labels.

Source: Joulin et al. 2016, "Bag of Tricks for Efficient Text Classification" (https://arxiv.org/abs/1607.01759).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from thresher.kernels.fasttext_mean import Memo, mean_of_text, new_buffers
from thresher.kernels.fasttext_words import Bytes, Ids, Offsets, Rows, Words
from thresher.kernels.jit import njit

FLOOR = 1e-5  # added to a probability before its logarithm is taken


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


@njit
def classify(
    words: Words,
    network: Network,
    memo: Memo,
    data: Bytes,
    offsets: Offsets,
    valid: npt.NDArray[np.bool_],
) -> tuple[Ids, Rows]:
    """The most probable label of each document (int32) and its probability (float32).

    What `memo` remembers of words is used and added to, and never changes a result. A document without words, or of
    words without any row, has the label -1 and the score 0.
    """
    count = len(offsets) - 1
    labels, scores = np.full(count, -1, np.int32), np.zeros(count, np.float32)
    buffers, hidden = new_buffers(words, memo, offsets), np.empty_like(words.rows[0])
    nodes, node_scores = np.empty(2 * network.labels + 1, np.int32), np.empty(2 * network.labels + 1, np.float32)
    for d in range(count):
        if not valid[d] or not mean_of_text(words, buffers, data, offsets[d], offsets[d + 1], hidden):
            continue
        if len(network.left):
            labels[d], log_score = _best_leaf(network, hidden, nodes, node_scores)
        else:
            labels[d], log_score = _best_label(network, hidden, node_scores)
        scores[d] = np.exp(log_score)
    return labels, scores
