"""Sorted hashes that are looked up by a guess, against `bisect` and `list.index`."""

from bisect import bisect_left

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from thresher.kernels.sorted_keys import bucket_starts, place_of

GROUP = 2**48  # hashes that share their first 16 bits
EDGES = tuple(n * GROUP + step for n in (0, 1, 2, 2**15, 2**16 - 1, 2**16) for step in (-1, 0, 1))
KEY = st.sampled_from([key for key in EDGES if 0 <= key < 2**64]) | st.integers(0, 2**64 - 1)
# Within one group the guess goes by the next 16 bits: hashes that share them too stand behind it or before it.
CLOSE = st.builds(
    lambda group, next_bits, low: group * GROUP + (next_bits << 32) + low,
    st.sampled_from((0, 5, 2**16 - 1)),
    st.sampled_from((0, 2**15, 2**16 - 1)),
    st.integers(0, 9),
)
KEYS = st.lists(KEY | CLOSE, unique=True, max_size=80).map(sorted)


@given(KEYS, st.lists(KEY | CLOSE, max_size=10))
@example([], [0, 2**64 - 1])
@example([0], [1])
@example([key + 0xFFFF_0000_0000 for key in range(9)], [])
@example([2**64 - 1], [2**64 - 2])
def test_a_hash_is_found_where_it_is_and_no_other(keys: list[int], others: list[int]):
    array = np.array(keys, np.uint64)
    starts = bucket_starts(array)
    for key in (*keys, *others):
        expected = keys.index(key) if key in keys else -1
        assert int(place_of(array, starts, np.uint64(key))) == expected


@given(KEYS)
def test_groups_begin_where_their_first_hash_stands(keys: list[int]):
    starts = bucket_starts(np.array(keys, np.uint64)).tolist()
    near = {group for key in keys for group in (key // GROUP, key // GROUP + 1)} | {0, 1, 2**16}
    assert len(starts) == 2**16 + 1
    assert {group: starts[group] for group in near} == {group: bisect_left(keys, group * GROUP) for group in near}
