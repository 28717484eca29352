"""A small cluster on this machine whose executors cannot see the source tree.

Driver and executors run Python with `-S`, so that the editable install's hook is not there. The driver finds thresher
in the unpacked wheel, the executors in an archive of it that Spark ships to them, as it would to another machine.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pyspark
import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"lib/thresher": "thresher", "jobs": "thresher_jobs", "conf": "thresher_conf"}


@dataclass(frozen=True)
class Cluster:
    """Runs driver scripts; each starts the cluster with `driver.start()` and ends with it."""

    python: Path
    folder: Path
    environment: dict[str, str]

    def run(self, code: str, *arguments: str, timeout: float = 550) -> subprocess.CompletedProcess[str]:
        """Run code as a driver, outside the source tree; its output and exit code are the result."""
        return subprocess.run(
            [self.python, "-c", code, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
        )


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """Thresher packed as it would be shipped, and an environment in which only that package is found."""
    folder = tmp_path_factory.mktemp("cluster")
    packages = folder / "packages"
    for source, name in PACKAGES.items():
        shutil.copytree(ROOT / source, packages / name, ignore=shutil.ignore_patterns("__pycache__"))
    archive = folder / "thresher.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for name in PACKAGES.values():
            tar.add(packages / name, arcname=name)
    shutil.copy(Path(__file__).with_name("driver.py"), packages / "driver.py")
    site_packages = sysconfig.get_paths()["purelib"]
    python = _python_without_site(folder)
    work = folder / "work"
    work.mkdir()
    environment = {
        **{key: os.environ[key] for key in ("PATH", "HOME", "JAVA_HOME", "XDG_CACHE_HOME") if key in os.environ},
        "PYTHONPATH": f"{packages}{os.pathsep}{site_packages}",
        "PYSPARK_PYTHON": str(python),
        "PYSPARK_DRIVER_PYTHON": str(python),
        "SITE_PACKAGES": site_packages,
        "SHIPPED_ARCHIVE": str(archive),
        "SPARK_HOME": str(_spark_home(folder)),
        "SPARK_LOCAL_DIRS": str(folder / "spark-local"),
    }
    return Cluster(python, work, environment)


def _python_without_site(folder: Path) -> Path:
    """This interpreter without `.pth` files: among them is the one that leads to the source tree."""
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    python.chmod(0o755)
    return python


def _spark_home(folder: Path) -> Path:
    """Spark as installed, seen through links: a local cluster puts its executors' folders into its home."""
    home = folder / "spark-home"
    home.mkdir()
    for part in Path(pyspark.__file__).parent.iterdir():
        (home / part.name).symlink_to(part)
    return home
