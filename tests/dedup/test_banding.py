"""The banding for a threshold is datasketch's."""

import pytest
from datasketch.lsh import _optimal_param

from thresher.dedup.banding import Banding, banding_for


@pytest.mark.parametrize("permutations", [16, 64, 112, 128, 256])
@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.7, 0.8, 0.9, 0.95])
def test_the_banding_for_a_threshold_is_datasketchs(permutations: int, threshold: float) -> None:
    assert banding_for(threshold, permutations) == _optimal_param(threshold, permutations, 0.5, 0.5)


def test_the_threshold_of_a_banding_is_where_every_second_pair_meets() -> None:
    for banding in (Banding(14, 8), Banding(20, 13), Banding(1, 1)):
        assert banding.chance(banding.threshold) == pytest.approx(0.5)


def test_the_chance_to_meet_is_the_published_curve() -> None:
    # Mining of Massive Datasets, figure 3.8: 20 bands of 5 rows.
    table = {0.2: 0.006, 0.3: 0.047, 0.4: 0.186, 0.5: 0.470, 0.6: 0.802, 0.7: 0.975, 0.8: 0.9996}
    assert {s: round(Banding(20, 5).chance(s), 4 if s == 0.8 else 3) for s in table} == table
