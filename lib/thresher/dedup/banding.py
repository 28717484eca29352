"""How a signature is cut into bands, and what that finds: the curve of Leskovec, Rajaraman and Ullman, 3.4.

Two documents of Jaccard similarity s share a band of r rows with the probability s^r, and one of b bands with
1 - (1 - s^r)^b: an S whose steep part lies near (1/b)^(1/r).
"""

from typing import NamedTuple

import numpy as np

_STEPS = 1000  # of similarity, for areas under the curve


class Banding(NamedTuple):
    """So many bands of so many rows: `bands * rows` values of a signature are used."""

    bands: int
    rows: int

    def chance(self, similarity: float) -> float:
        """The probability, 0 to 1, that two documents of this Jaccard similarity meet in a band.

        >>> round(Banding(14, 8).chance(0.8), 3)
        0.924
        """
        return float(1 - (1 - similarity**self.rows) ** self.bands)

    @property
    def threshold(self) -> float:
        """The similarity at which every second pair meets.

        >>> round(Banding(14, 8).threshold, 3)
        0.685
        """
        return float((1 - 0.5 ** (1 / self.bands)) ** (1 / self.rows))


def banding_for(threshold: float, permutations: int) -> Banding:
    """The banding of at most so many values that errs least about pairs above and below a Jaccard similarity.

    What it errs is the area under the curve below the threshold (pairs that meet and should not) and above the curve
    beyond it (pairs that should and do not), as datasketch's `MinHashLSH` weighs them, one like the other.

    >>> banding_for(0.8, 128)
    Banding(bands=9, rows=13)
    """
    choices = [Banding(b, r) for b in range(1, permutations + 1) for r in range(1, permutations // b + 1)]
    return min(choices, key=lambda banding: _errors(banding, threshold))


def _errors(banding: Banding, threshold: float) -> float:
    below, above = np.linspace(0, threshold, _STEPS), np.linspace(threshold, 1, _STEPS)
    meets = 1 - (1 - below**banding.rows) ** banding.bands
    misses = (1 - above**banding.rows) ** banding.bands
    return float(np.trapezoid(meets, below) + np.trapezoid(misses, above))
