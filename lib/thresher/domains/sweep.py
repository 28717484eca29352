"""How many domains: the k whose groups lie most clearly apart on a sample, by their silhouette.

This is the rule of R&B (Ge et al. 2025, https://arxiv.org/abs/2505.00358, section 3.2): over k, groups of a higher
silhouette go with a lower loss of the model that is trained on them, so that k can be chosen without training one.

Source: Rousseeuw 1987 for the silhouette (https://doi.org/10.1016/0377-0427(87)90125-7).
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from thresher.domains.gather import Sample
from thresher.domains.in_memory import lloyd, seeded
from thresher.domains.placing import Rows
from thresher.kernels.nearest import Labels

SAMPLE = 4_000  # documents; their distances to each other are 64 MB
_ROUNDS = 10
Distances = npt.NDArray[np.float32]


def curve(sample: Sample, ks: Sequence[int], spherical: bool, seed: int) -> dict[int, float]:
    """The silhouette of the sample cut into k groups, for each k that leaves two documents a group on average."""
    rows, found = sample.rows, {}
    distances = _distances(rows, spherical)
    for k in sorted(ks):
        if 2 <= k <= len(rows.points) // 2:
            labels = lloyd(rows, seeded(rows, k, spherical, seed), _ROUNDS)[0].labels(rows)
            found[k] = silhouette(distances, labels)
    return found


def best(curve: dict[int, float]) -> int:
    """The k of the highest silhouette to four digits, the smallest of several.

    >>> best({8: 0.10001, 16: 0.12, 32: 0.12001})
    16
    """
    return min(curve, key=lambda k: (-round(curve[k], 4), k))


def silhouette(distances: Distances, labels: Labels) -> float:
    """The mean silhouette of n rows, from their distances (n, n) and groups: -1 to 1; alone in a group counts 0.

    >>> gaps = np.abs(np.subtract.outer([0.0, 1.0, 9.0, 10.0], [0.0, 1.0, 9.0, 10.0])).astype(np.float32)
    >>> round(silhouette(gaps, np.array([0, 0, 1, 1], np.int32)), 4)
    0.8885
    """
    sizes = np.bincount(labels)
    member = (labels[:, None] == np.arange(len(sizes))).astype(np.float32)
    sums = (distances @ member).astype(np.float64)
    row = np.arange(len(labels))
    own = sizes[labels]
    within = sums[row, labels] / np.maximum(own - 1, 1)
    others = np.where(sizes > 0, sums / np.maximum(sizes, 1), np.inf)
    others[row, labels] = np.inf
    between = others.min(1)
    widest = np.maximum(within, between)
    apart = (own > 1) & np.isfinite(between) & (widest > 0)
    return float(np.where(apart, (between - within) / np.where(apart, widest, 1), 0).mean())


def _distances(rows: Rows, spherical: bool) -> Distances:
    """Euclidean distances of all rows to each other, or 1 - cosine."""
    products = rows.points @ rows.points.T
    if spherical:
        cosines: Distances = np.maximum(1 - products, 0).astype(np.float32)
        return cosines
    squares = rows.squares.astype(np.float32)
    apart: Distances = np.sqrt(np.maximum(squares[:, None] + squares - 2 * products, 0)).astype(np.float32)
    np.fill_diagonal(apart, 0)
    return apart
