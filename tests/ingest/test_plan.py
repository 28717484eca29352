"""Files fall into batches once; what was planned is not planned again, and a changed file is an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thresher.errors import UsageError
from thresher.ingest.listing import InputFile
from thresher.ingest.plan import Known, into_batches, into_tasks, listing_digest, new_files

FILES = st.lists(st.integers(0, 1000), min_size=1, max_size=40).map(
    lambda sizes: [InputFile(f"/in/{n:03}", f"{n:03}", size, 7) for n, size in enumerate(sizes)]
)


@given(FILES, st.integers(1, 2000), st.integers(0, 5))
def test_batches_hold_every_file_once_and_no_more_than_asked(files: list[InputFile], limit: int, first: int) -> None:
    batches = into_batches(files, limit, first)
    assert sorted(file for members in batches.values() for file in members) == files
    assert list(batches) == list(range(first, first + len(batches)))
    for members in batches.values():
        assert len(members) == 1 or sum(file.size for file in members) <= limit


@given(FILES, st.integers(1, 8))
def test_tasks_are_filled_evenly(files: list[InputFile], tasks: int) -> None:
    dealt = into_tasks(files, tasks)
    load = [sum(file.size for file, task in zip(files, dealt, strict=True) if task == t) for t in range(tasks)]
    assert set(dealt) <= set(range(tasks))
    # Greedy by size: no task exceeds an even share by more than one file.
    assert max(load) <= sum(load) / tasks + max(file.size for file in files) + len(files)


def test_only_new_files_are_planned() -> None:
    files = [InputFile("/in/a", "a", 5, 7), InputFile("/in/b", "b", 6, 7)]
    assert new_files(files, {"/in/a": Known(5, 7)}) == files[1:]
    with pytest.raises(UsageError, match="/in/a has changed since it was ingested"):
        new_files(files, {"/in/a": Known(4, 7)})


def test_a_listing_is_named_by_its_files_and_data_set() -> None:
    files = [InputFile("/in/a", "a", 5, 7), InputFile("/in/b", "b", 6, 7)]
    assert listing_digest(files, "d") == listing_digest(files[::-1], "d")
    changed = {
        listing_digest(files, "e"),
        listing_digest(files[:1], "d"),
        listing_digest([files[0], InputFile("/in/b", "b", 6, 8)], "d"),
    }
    assert len(changed | {listing_digest(files, "d")}) == 4
