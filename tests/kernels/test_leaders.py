"""Members join the first centre that they are alike enough: as a plain loop says, however the rows come in batches."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thresher.dedup.verify import Check, _lead
from thresher.kernels.leaders import MOST_CENTRES

# Signatures of four values that are 0 or 1, so that many are alike.
MEMBER = st.tuples(st.integers(0, 3), st.tuples(*[st.integers(0, 1)] * 4))


def plain(rows: list[tuple[int, tuple[int, ...]]], at_least: float) -> list[tuple[int, int, float]]:
    edges, centres = [], {}
    for doc, (key, values) in enumerate(rows):
        for centre in centres.setdefault(key, []):
            share = sum(a == b for a, b in zip(values, rows[centre][1], strict=True)) / len(values)
            if share >= at_least:
                edges.append((doc, centre, share))
                break
        else:
            centres[key].append(doc)
    return edges


def led(
    rows: list[tuple[int, tuple[int, ...]]], at_least: float, size: int, width: int = 4
) -> list[tuple[int, int, float]]:
    contents = [np.array(values, f"<u{width}").tobytes() for _, values in rows]
    table = pa.table({"key": [key for key, _ in rows], "doc_id": range(len(rows)), "content": contents})
    batches = table.to_batches(max_chunksize=size) if rows else []
    edges = [edge for batch in _lead(Check(True, at_least, width))(batches) for edge in batch.to_pylist()]
    assert [edge["doc_id"] for edge in edges] == list(range(len(rows)))
    assert [edge["key"] for edge in edges] == [key for key, _ in rows]
    return [(e["doc_id"], e["centre"], e["similarity"]) for e in edges if e["doc_id"] != e["centre"]]


@pytest.mark.parametrize("size", [1, 2, 100])
@given(rows=st.lists(MEMBER, max_size=30).map(lambda rows: sorted(rows, key=lambda row: row[0])), at=st.integers(1, 4))
def test_members_join_the_first_centre_alike_enough(
    rows: list[tuple[int, tuple[int, ...]]], at: int, size: int
) -> None:
    for width in (4, 8):
        assert led(rows, at / 4, size, width) == plain(rows, at / 4)


def test_a_bucket_of_nothing_alike_stays_bounded() -> None:
    rows = [(7, (n, n, n, n)) for n in range(MOST_CENTRES + 200)]
    again = [(7, (n, n, n, n)) for n in (0, MOST_CENTRES - 1, MOST_CENTRES)]
    found = led([*rows, *again], 1.0, 64)
    first = len(rows)
    assert found == [(first, 0, 1.0), (first + 1, MOST_CENTRES - 1, 1.0)]
