"""Is there anything to regroup by? A grouping beside chance: k-means finds k groups in noise too.

A sample is regrouped, and so is the same sample with each dimension permuted on its own: that keeps every dimension's
values and takes away what binds them. Of both it is asked how much of the variance the groups explain, and how well two
groupings from two halves of the documents agree. What is no better than the permuted sample has no structure.

Sources: Hubert and Arabie 1985 for the adjusted Rand index (https://doi.org/10.1007/BF01908075); Tibshirani, Walther
and Hastie 2001 for comparing with data without structure (https://doi.org/10.1111/1467-9868.00293); Ben-Hur, Elisseeff
and Guyon 2002 for stability under resampling.
"""

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from thresher.domains.gather import Sample
from thresher.domains.in_memory import lloyd, seeded
from thresher.domains.placing import Centroids, Rows, frozen, usable
from thresher.kernels.centroids import add_rows, means
from thresher.kernels.hashing import random64
from thresher.kernels.nearest import Labels

SAMPLE, LEAST = 10_000, 40  # documents
DRAWS = 3  # permuted samples, and pairs of halves
_EACH = 20  # documents a group at least: a large k is lowered for the sample
_ROUNDS = 10
_BETTER = 1.1  # times what permuted vectors give, at least, is structure
_NEIGHBOURS, _ASKED = 10, 2_000


@dataclass(frozen=True)
class Structure:
    """What a sample of so many `documents` says, in shares from 0 to 1 (agreement: from -1).

    `groups` is how many the sample was cut into; `explained` the share of variance that lies between them,
    `permuted_explained` the most that permuted samples give; `agreement` the adjusted Rand index of groupings from two
    halves, `permuted_agreement` theirs. The recipe's own grouping: `domains_explained`, that of the sources and of a
    random grouping of the same sizes; `*_neighbours` are the shares of nearest neighbours in the same group.
    """

    documents: int
    groups: int
    explained: float
    permuted_explained: float
    agreement: float
    permuted_agreement: float
    domains_explained: float
    sources_explained: float
    random_explained: float
    domains_neighbours: float
    sources_neighbours: float
    random_neighbours: float

    @property
    def found(self) -> bool:
        """Whether there is more structure than in permuted vectors, by variance and by agreement."""
        clearer = self.explained > _BETTER * self.permuted_explained
        return clearer and self.agreement > _BETTER * max(self.permuted_agreement, 0.0)

    @property
    def words(self) -> str:
        """The answer as a sentence."""
        told = (
            f"{self.groups} groups explain {self.explained:.1%} of the variance, where each dimension is permuted "
            f"{self.permuted_explained:.1%}; groupings of two halves agree by {self.agreement:.2f}, permuted "
            f"{self.permuted_agreement:.2f} (adjusted Rand)"
        )
        if self.found:
            return f"there is structure: {told}"
        return f"the domains are no better than random: {told}"

    def details(self) -> dict[str, str]:
        """The same as `runs` keeps it."""
        return {"structure": self.words} | {f"structure_{name}": f"{value:.4g}" for name, value in asdict(self).items()}


def structure(sample: Sample, k: int, spherical: bool, seed: int) -> Structure:
    """How the sample's `domain_id` and `source` (hashes) do beside chance, and what its vectors alone say.

    Raises ValueError for fewer than `LEAST` documents, of which nothing can be told.
    """
    if len(sample.ids) < LEAST:
        raise ValueError(f"{len(sample.ids)} documents are too few to tell structure from chance")
    rows = sample.rows
    n = len(rows.points)
    groups = max(1, min(k, n // _EACH))
    shuffled = [_permuted(rows, spherical, seed + draw) for draw in range(DRAWS)]
    domains, sources = (_codes(sample.others[name]) for name in ("domain_id", "source"))
    chance = domains[np.argsort(random64(seed, n), kind="stable")]
    near = _neighbours(rows)
    return Structure(
        n,
        groups,
        explained(rows, _grouped(rows, groups, spherical, seed).labels(rows)),
        max(explained(one, _grouped(one, groups, spherical, seed).labels(one)) for one in shuffled),
        _agreement(rows, groups, spherical, seed),
        max(_agreement(one, groups, spherical, seed) for one in shuffled),
        *(explained(rows, codes) for codes in (domains, sources, chance)),
        *(float((codes[: len(near), None] == codes[near]).mean()) for codes in (domains, sources, chance)),
    )


def explained(rows: Rows, labels: Labels) -> float:
    """The share of the rows' variance that lies between the groups that `labels` (from 0) make.

    >>> rows, _ = usable(np.array([[0], [1], [9], [10]], np.float32), False)
    >>> round(explained(rows, np.array([0, 0, 1, 1], np.int32)), 4)
    0.9878
    """
    whole, within = (_inertia(rows, of) for of in (np.zeros_like(labels), labels))
    return 1 - within / whole if whole > 0 else 0.0


def adjusted_rand(one: Labels, two: Labels) -> float:
    """How far two groupings (labels from 0) of the same rows agree: 1 where they are the same, about 0 by chance.

    >>> adjusted_rand(np.array([0, 0, 1, 1], np.int32), np.array([1, 1, 0, 0], np.int32))
    1.0
    """
    table = np.zeros((int(one.max()) + 1, int(two.max()) + 1))
    np.add.at(table, (one, two), 1)
    together, first, second = (float((c * (c - 1) / 2).sum()) for c in (table, table.sum(1), table.sum(0)))
    pairs = len(one) * (len(one) - 1) / 2
    chance, most = first * second / pairs if pairs else 0.0, (first + second) / 2
    return (together - chance) / (most - chance) if most > chance else 1.0


def _grouped(rows: Rows, k: int, spherical: bool, seed: int) -> Centroids:
    return lloyd(rows, seeded(rows, k, spherical, seed), _ROUNDS)[0]


def _inertia(rows: Rows, labels: Labels) -> float:
    totals = np.zeros((int(labels.max()) + 1, rows.points.shape[1] + 2), np.int64)
    add_rows(*rows, labels, totals)
    return float(means(totals)[1].sum())


def _agreement(rows: Rows, k: int, spherical: bool, seed: int) -> float:
    """The mean adjusted Rand index of groupings fitted to two halves of the rows, over several cuts into halves."""
    found = []
    for draw in range(DRAWS):
        first = random64(seed * DRAWS + draw + 1, len(rows.points)) < np.uint64(2**63)
        halves = (Rows(frozen(rows.points[half]), rows.squares[half]) for half in (first, ~first))
        one, two = (_grouped(half, k, spherical, seed).labels(rows) for half in halves)
        found.append(adjusted_rand(one, two))
    return sum(found) / DRAWS


def _permuted(rows: Rows, spherical: bool, seed: int) -> Rows:
    n, d = rows.points.shape
    orders = (np.argsort(random64(seed * d + column, n), kind="stable") for column in range(d))
    columns = [rows.points[order, column] for column, order in enumerate(orders)]
    return usable(np.ascontiguousarray(np.stack(columns, 1)), spherical)[0]


def _neighbours(rows: Rows) -> npt.NDArray[np.int64]:
    """Of the first rows the places of their nearest neighbours, themselves left out."""
    asked, count = rows.points[:_ASKED], min(_NEIGHBOURS, len(rows.points) - 1)
    distances = rows.squares[None, :] - 2 * (asked @ rows.points.T)
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, 1, kind="stable")[:, :count]


def _codes(labels: npt.NDArray[np.int64]) -> Labels:
    return np.unique(labels, return_inverse=True)[1].astype(np.int32)
