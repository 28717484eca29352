"""The probability of one given label, where `thresher.kernels.fasttext` finds the best: the score of a classifier."""

import numpy as np
import numpy.typing as npt

from thresher.kernels.fasttext import FLOOR, Network
from thresher.kernels.fasttext_mean import Memo, mean_of_text, new_buffers
from thresher.kernels.fasttext_words import Bytes, Ids, Offsets, Rows, Words
from thresher.kernels.jit import njit


@njit
def probabilities(
    words: Words, network: Network, memo: Memo, label: int, data: Bytes, offsets: Offsets, valid: npt.NDArray[np.bool_]
) -> Rows:
    """How probable this label (its place in the network) is for each document, 0 to 1 (float32), as fastText has it.

    A document without words, or of words without any row, has 0.
    """
    scores = np.zeros(len(offsets) - 1, np.float32)
    buffers, hidden = new_buffers(words, memo, offsets), np.empty_like(words.rows[0])
    logits, parents = np.empty(network.labels, np.float32), _parents(network)
    for d in range(len(scores)):
        if not valid[d] or not mean_of_text(words, buffers, data, offsets[d], offsets[d + 1], hidden):
            continue
        if len(parents):
            scores[d] = _of_leaf(network, parents, label, hidden)
        else:
            scores[d] = _of_softmax(network, label, hidden, logits)
    return scores


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
