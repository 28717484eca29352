"""Where compiled code is kept, and that one process compiles for all."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from thresher.kernels import jit

USE = """
import json, sys
import numpy as np
from thresher.kernels import jit, spans
spans.hash_span(np.zeros(9, np.uint8), 0, 9)
stats = spans.hash_span.stats
counts = [sum(stats.cache_hits.values()), sum(stats.cache_misses.values())]
json.dump([*counts, jit.CACHE and str(jit.CACHE), jit.__file__], sys.stdout)
"""


READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && ! touch "$0/new" 2>/dev/null && exec "$@"'


def process(*before: str, **environment: str) -> "subprocess.Popen[str]":
    clean = {k: v for k, v in os.environ.items() if k not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")}
    return subprocess.Popen(
        [*before, sys.executable, "-c", USE], env={**clean, **environment}, stdout=subprocess.PIPE, text=True
    )


def result(running: "subprocess.Popen[str]") -> list[object]:
    output, _ = running.communicate(timeout=300)
    assert running.returncode == 0
    found: list[object] = json.loads(output)
    return found


def test_of_several_processes_one_compiles_and_the_others_load(tmp_path: Path):
    running = [process(XDG_CACHE_HOME=str(tmp_path)) for _ in range(6)]
    results = [result(one) for one in running]
    assert sorted(misses for _, misses, *_ in results) == [0, 0, 0, 0, 0, 1]
    assert sorted(hits for hits, *_ in results) == [0, 1, 1, 1, 1, 1]
    folder = Path(str(results[0][2]))
    assert folder.is_relative_to(tmp_path) and folder.stat().st_mode & 0o777 == 0o700


def test_folders_of_other_versions_go_when_nobody_has_used_them_for_a_month(tmp_path: Path):
    root = tmp_path / "thresher" / "numba"
    for name in ("0123456789abcdef", "fedcba9876543210", "another_0123456789abcdef"):
        (root / name).mkdir(parents=True)
    for name in ("0123456789abcdef", "another_0123456789abcdef"):
        os.utime(root / name, (0, 0))
    _, _, folder, _ = result(process(XDG_CACHE_HOME=str(tmp_path)))
    kept = {"fedcba9876543210", "another_0123456789abcdef", Path(str(folder)).name}
    assert {path.name for path in root.iterdir()} == kept


def test_the_package_may_lie_in_a_zip_file(tmp_path: Path):
    source = Path(jit.__file__).parents[1]
    with zipfile.ZipFile(tmp_path / "thresher.zip", "w") as archive:
        for path in [*source.glob("*.py"), *source.glob("kernels/*.*")]:
            archive.write(path, path.relative_to(source.parent))
    hits, misses, folder, file = result(
        process(PYTHONPATH=str(tmp_path / "thresher.zip"), XDG_CACHE_HOME=str(tmp_path), HOME=str(tmp_path))
    )
    assert (hits, misses) == (0, 1) and str(folder).startswith(str(tmp_path)) and "thresher.zip" in str(file)


def test_a_read_only_install_is_compiled_for_once_and_then_loaded(tmp_path: Path):
    installed, mount = tmp_path / "installed", ("unshare", "--mount", "sh", "-c", READ_ONLY)
    shutil.copytree(Path(jit.__file__).parents[1], installed / "thresher")
    if subprocess.run([*mount, str(installed), "true"], capture_output=True).returncode:
        pytest.skip("to make a folder read-only even for root takes the right to mount")
    for used in ((0, 1), (1, 0)):
        running = process(*mount, str(installed), PYTHONPATH=str(installed), XDG_CACHE_HOME=str(tmp_path / "cache"))
        hits, misses, folder, file = result(running)
        assert (hits, misses) == used and str(folder).startswith(str(tmp_path / "cache"))
        assert str(file).startswith(str(installed))


def test_where_nothing_can_be_written_each_process_compiles(tmp_path: Path):
    taken = tmp_path / "file"
    taken.touch()
    hits, _, folder, _ = result(process(NUMBA_CACHE_DIR=str(taken)))
    assert hits == 0 and folder is None


def test_a_set_folder_is_used_and_a_worker_that_inherits_it_uses_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    folder = jit.cache_folder()
    assert folder is not None and folder.parent == tmp_path
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(folder))
    assert jit.cache_folder() == folder


def test_a_folder_of_somebody_else_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(os, "getuid", lambda: -1)
    assert jit.cache_folder() is None


def test_functions_without_a_source_file_compile_too():
    scope: dict[str, object] = {}
    exec("def double(x):\n    return 2 * x", scope)
    assert jit.njit(scope["double"])(4) == 8  # type: ignore[type-var, operator]
