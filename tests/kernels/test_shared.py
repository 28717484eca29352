"""Pairs with a sample are those of Python's sets: every one from the floor on, once, with its very counts."""

from itertools import combinations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from thresher.kernels.shared import index_of, pairs_with
from thresher.kernels.shingles import shingle_sets

Sets = list[set[int]]
# A few hashes that many share, the ends of the range, and neighbours within one bucket.
HASHES = st.integers(0, 6) | st.sampled_from([2**64 - 1, 2**48, 2**48 - 1, 2**48 + 1]) | st.integers(0, 2**64 - 1)
SETS = st.lists(st.sets(HASHES, max_size=8), max_size=8)


def packed(shingles: set[int]) -> bytes:
    return np.array(sorted(shingles), "<u8").tobytes()


def twin(sample: Sets, others: Sets, numbers: list[int], floor: float) -> set[tuple[int, int, int, int]]:
    return {
        (row, number, len(one & other), len(one | other))
        for number, one in enumerate(sample)
        for row, other in enumerate(others)
        if one & other and len(one & other) / len(one | other) >= floor and not 0 <= numbers[row] <= number
    }


def found(sample: Sets, others: Sets, numbers: list[int], floor: float) -> set[tuple[int, int, int, int]]:
    sets = pa.array([packed(other) or None for other in others], pa.large_binary())
    pairs = pairs_with(index_of([packed(one) for one in sample]), sets, np.array(numbers, np.int64), floor)
    rows = list(zip(*(column.tolist() for column in pairs), strict=True))
    assert len(rows) == len(set(rows))
    return set(rows)


@given(sample=SETS, others=SETS, floor=st.sampled_from([0.01, 0.3, 0.5, 1.0]))
def test_as_python_counts_them(sample: Sets, others: Sets, floor: float) -> None:
    """The sample is among the documents, as it is in a corpus, and between others."""
    documents = [*others, *sample, *others]
    numbers = [-1] * len(others) + list(range(len(sample))) + [-1] * len(others)
    assert found(sample, documents, numbers, floor) == twin(sample, documents, numbers, floor)


@given(sample=SETS)
def test_two_of_the_sample_meet_once(sample: Sets) -> None:
    pairs = found(sample, sample, list(range(len(sample))), 0.01)
    expected = {(b, a) for a, b in combinations(range(len(sample)), 2) if sample[a] & sample[b]}
    assert {pair[:2] for pair in pairs} == expected


def test_more_pairs_than_there_was_room_for_and_a_slice() -> None:
    sets = shingle_sets(pa.array(["skip me", *["one and the same text"] * 1000, None]), 2).slice(1)
    index = index_of([sets[0].as_py()] * 3)
    pairs = pairs_with(index, sets, np.full(1001, -1), 0.9)
    assert len(pairs.rows) == 3000 and set(pairs.both.tolist()) == {4} == set(pairs.either.tolist())
    assert len(pairs_with(index_of([]), sets, np.full(1001, -1), 0.9).rows) == 0
