"""Sums of the rows of a matrix that belong to a text's tokens: what a static embedding is the mean of."""

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import njit


@njit
def add_rows(
    rows: npt.NDArray[np.float32],
    ids: npt.NDArray[np.int64],
    starts: npt.NDArray[np.int64],
    texts: npt.NDArray[np.int64],
    sums: npt.NDArray[np.float64],
) -> None:
    """Add `rows[ids[starts[p]:starts[p + 1]]]` to `sums[texts[p]]` for every piece p, one by one, in float64."""
    for piece in range(len(texts)):
        total = sums[texts[piece]]
        for at in range(starts[piece], starts[piece + 1]):
            row = rows[ids[at]]
            for column in range(len(total)):
                total[column] += row[column]
