"""The cache folder: arrays are made once a machine, and what nobody has used for a month goes when others are made."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from thresher import cache
from thresher.cache import UNUSED_SECONDS, _tidy, cache_folder, shared_arrays
from thresher.class_archive import archive_options

MONTHS_AGO = time.time() - 2 * UNUSED_SECONDS


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def arrays(name: str, made: list[str]) -> list[int]:
    def make() -> list[np.ndarray]:  # type: ignore[type-arg]
        made.append(name)
        return [np.arange(3)]

    (found,) = shared_arrays("numbers", name, ("rows",), make)
    return [int(number) for number in found]


def age(folder: Path, *names: str) -> None:
    _tidy.cache_clear()  # as in another process
    for path in folder.iterdir():
        if path.name.startswith(names):
            os.utime(path, (MONTHS_AGO, MONTHS_AGO))


def test_arrays_are_made_once_and_go_when_nobody_uses_them() -> None:
    made: list[str] = []
    folder = cache_folder("numbers")
    for name in ("old", "used", "old", "used"):
        assert arrays(name, made) == [0, 1, 2]
    assert made == ["old", "used"]
    age(folder, "old", "used")
    arrays("used", made)
    assert arrays("new", made) == [0, 1, 2]
    assert sorted(path.name for path in folder.iterdir()) == [
        *("new.lock", "new.rows.npy"),
        *("used.lock", "used.rows.npy"),
    ]
    assert made == ["old", "used", "new"]


def test_what_was_mapped_before_it_went_is_still_there() -> None:
    (held,) = shared_arrays("numbers", "held", ("rows",), lambda: [np.arange(5)])
    age(cache_folder("numbers"), "held")
    arrays("new", [])
    assert not list(cache_folder("numbers").glob("held*")) and held.tolist() == [0, 1, 2, 3, 4]


def test_arrays_that_go_before_they_are_mapped_are_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    arrays("one", made)
    used_now = cache.used_now

    def forgotten(path: Path) -> None:
        used_now(path)
        path.unlink(missing_ok=True)

    monkeypatch.setattr(cache, "used_now", forgotten)
    assert arrays("one", made) == [0, 1, 2] and made == ["one", "one"]


def test_archives_of_classes_go_when_no_session_reads_them(tmp_path: Path) -> None:
    jars = [tmp_path / name for name in ("a.jar", "b.jar", "c.jar")]
    archives = []
    for jar in jars:
        jar.write_bytes(b"")
        archives.append(Path(archive_options([jar])[0].partition("=")[2]))
    for archive in archives[:2]:
        archive.write_bytes(b"\xf0\x0b" + b"\0" * 4094)
        os.utime(archive, (MONTHS_AGO, MONTHS_AGO))
    archive_options([jars[0]])
    archive_options([jars[2]])
    assert [archive.exists() for archive in archives] == [True, False, False]
