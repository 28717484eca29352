"""k-means++ against a plain reading of it."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from thresher.kernels.hashing import random64
from thresher.kernels.seeding import plus_plus


def twin(points: "np.ndarray[Any, Any]", weights: list[int], k: int, trials: int, random: list[int]) -> list[int]:
    """Each trial draws a row by weight times squared distance; the one that leaves least is taken."""
    near = [float("inf")] * len(points)
    mass, chosen = [float(w) for w in weights], []
    for j in range(k):
        best: tuple[float, int, list[float]] | None = None
        for t in range(trials if j else 1):
            left, place = (random[j * trials + t] >> 11) * 2.0**-53 * sum(mass), 0
            for place in [i for i in range(len(points)) if mass[i] > 0] or [0]:
                left -= mass[place]
                if left < 0:
                    break
            now = [min(n, float(((p - points[place]) ** 2).sum())) for n, p in zip(near, points, strict=True)]
            whole = sum(n * w for n, w in zip(now, weights, strict=True))
            if best is None or whole < best[0]:
                best = whole, place, now
        assert best is not None
        chosen.append(best[1])
        near = best[2]
        mass = [n * w for n, w in zip(near, weights, strict=True)]
    return chosen


@given(
    arrays(np.float32, (7, 2), elements=st.integers(-20, 20).map(float)),
    st.lists(st.integers(1, 9), min_size=7, max_size=7),
    st.integers(1, 7),
    st.integers(1, 3),
    st.integers(0, 2**31),
)
def test_rows_are_chosen_as_the_plain_reading_does(
    points: "np.ndarray[Any, Any]", weights: list[int], k: int, trials: int, seed: int
) -> None:
    random = random64(seed, k * trials)
    chosen = plus_plus(points, np.array(weights), k, trials, random)
    assert chosen.tolist() == twin(points.astype(float), weights, k, trials, [int(number) for number in random])
