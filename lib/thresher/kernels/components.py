"""Connected components of a graph, by union-find over the nodes' own 64-bit ids.

Source: Galler and Fischer 1964; path halving as in Tarjan and van Leeuwen 1984. A tree's root is always its smallest
id, so that the result does not depend on the order of the edges. Memory: at most about 110 bytes an edge.
"""

import numpy as np
import numpy.typing as npt

from thresher.kernels.hashing import mix64
from thresher.kernels.jit import njit

Ids = npt.NDArray[np.int64]


def forest(src: Ids, dst: Ids) -> tuple[Ids, Ids]:
    """Every node of the edges (src[i], dst[i]), in rising order, and the smallest id that it is connected to.

    >>> node, root = forest(np.array([7, 9, 4]), np.array([9, 8, 4]))
    >>> node.tolist(), root.tolist()
    ([4, 7, 8, 9], [4, 7, 7, 7])
    """
    if len(src) != len(dst):
        raise ValueError(f"an edge has two ends: {len(src)} sources, {len(dst)} destinations")
    ids, roots = _contract(np.ascontiguousarray(src, np.int64), np.ascontiguousarray(dst, np.int64))
    order = np.argsort(ids)
    return ids[order], roots[order]


@njit
def _slot(slots: Ids, ids: Ids, node: int) -> int:
    """Where the hash table has the node, or would have it."""
    mask = np.uint64(len(slots) - 1)
    slot = mix64(np.uint64(node)) & mask
    while slots[slot] >= 0 and ids[slots[slot]] != node:
        slot = (slot + np.uint64(1)) & mask
    return int(slot)


@njit
def _grown(ids: Ids, count: int) -> Ids:
    """A table with two slots for each place in `ids`, so that at most half are taken."""
    slots = np.full(2 * len(ids), -1, np.int64)
    for index in range(count):
        slots[_slot(slots, ids, ids[index])] = index
    return slots


@njit
def _find(parents: Ids, index: int) -> int:
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = parents[index]
    return index


@njit
def _doubled(array: Ids) -> Ids:
    larger = np.empty(2 * len(array), np.int64)
    larger[: len(array)] = array
    return larger


@njit
def _contract(src: Ids, dst: Ids) -> tuple[Ids, Ids]:
    """The ids met, in that order, and each one's root."""
    ids, parents, slots = np.empty(512, np.int64), np.empty(512, np.int64), np.full(1024, -1, np.int64)
    count = 0
    ends = np.empty(2, np.int64)
    for edge in range(len(src)):
        for end in range(2):
            node = src[edge] if end == 0 else dst[edge]
            slot = _slot(slots, ids, node)
            if slots[slot] < 0:
                if count == len(ids):
                    ids, parents = _doubled(ids), _doubled(parents)
                    slots = _grown(ids, count)
                    slot = _slot(slots, ids, node)
                ids[count], parents[count], slots[slot] = node, count, count
                count += 1
            ends[end] = _find(parents, slots[slot])
        low, high = ends[0], ends[1]
        if ids[low] > ids[high]:
            low, high = high, low
        parents[high] = low
    roots = np.empty(count, np.int64)
    for index in range(count):
        roots[index] = ids[_find(parents, index)]
    return ids[:count], roots
