"""Finds Delta's five jars: where THRESHER_JARS points, in the cache folder, or once from Maven Central.

Spark can resolve them too, but its resolver brings 33 jars at every start and takes seconds even when all are at hand.
"""

from __future__ import annotations

import hashlib
import logging
import os
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path

from thresher.cache import cache_folder, put
from thresher.errors import ThresherError

DELTA_VERSION = "4.4.0"
MAVEN = "https://repo1.maven.org/maven2"
TIMEOUT_SECONDS = 60

# sha256 of each file on Maven Central: a jar is code that runs with the user's rights.
COMMON = {
    "delta-storage": "c46735481fa8e326b0957be02b4420cbcab4b325bb08009b7f2045a95133f1cc",
    "delta-kernel-api": "ee9b5a14ac3b7efdff4d61a58478fe8eb0e5a3fbca43889dca7290795fe79a11",
    "delta-kernel-defaults": "225c975199e4718b38ee5b7e6da7f19e9585024262b2cec2656b32151a856b0b",
    "delta-kernel-unitycatalog": "cea22dfb4ac562b3cd27bf652697750e8336009d73fb06631363aaaad5345ffa",
}
BY_SPARK = {
    "4.0": "49e899667168b9412f83cbe894ce264107d7b896d6c5e12edca4e216845c1104",
    "4.1": "75a9400986853c061f5109f012547de2545a5759e5e752e5ef633dabe16a4f10",
    "4.2": "27d4fd8b1f879535c573ed1c718177d6a27f24d3e626ba02e216369725721ead",
}

log = logging.getLogger(__name__)


def delta_jars(spark_version: str) -> list[Path]:
    """The jars that a session of this Spark version needs for Delta, fetched into the cache the first time.

    >>> sorted(needed("4.1.4"))[-1]
    'delta-storage-4.4.0.jar'
    """
    given = os.environ.get("THRESHER_JARS")
    if given:
        return _given(Path(given).expanduser(), spark_version)
    folder = cache_folder("jars", DELTA_VERSION)
    wanted = needed(spark_version)
    missing = _missing(folder, wanted)
    if missing:
        log.info("fetching Delta's jars once, %d files into %s", len(missing), folder)
    for name in missing:
        _fetch(name, wanted, folder)
    return [folder / name for name in wanted]


def needed(spark_version: str) -> dict[str, str]:
    """File name and sha256 of each jar for a Spark version such as `4.1.4`."""
    minor = ".".join(spark_version.split(".")[:2])
    if minor not in BY_SPARK:
        raise ThresherError(f"Delta {DELTA_VERSION} has no build for Spark {spark_version}: use Spark {_versions()}")
    artifacts = {f"delta-spark_{minor}_2.13": BY_SPARK[minor], **COMMON}
    return {f"{artifact}-{DELTA_VERSION}.jar": digest for artifact, digest in artifacts.items()}


def address(name: str) -> str:
    """Where Maven Central keeps a jar, or the mirror that THRESHER_MAVEN names."""
    artifact = name.removesuffix(f"-{DELTA_VERSION}.jar")
    root = os.environ.get("THRESHER_MAVEN", MAVEN).rstrip("/")
    return f"{root}/io/delta/{artifact}/{DELTA_VERSION}/{name}"


def _given(folder: Path, spark_version: str) -> list[Path]:
    """All jars of the user's own folder: which version they are is the user's choice."""
    jars = sorted(folder.glob("*.jar"))
    if not any(jar.name.startswith("delta-spark") for jar in jars):
        names = ", ".join(needed(spark_version))
        raise ThresherError(f"THRESHER_JARS={folder} holds no delta-spark jar: put these files there: {names}")
    return jars


def _fetch(name: str, wanted: Mapping[str, str], folder: Path) -> None:
    try:
        with urllib.request.urlopen(address(name), timeout=TIMEOUT_SECONDS) as answer:
            content = answer.read()
    except OSError as error:
        raise ThresherError(
            f"Delta's jars are not on this machine and could not be fetched ({error}): put the files that are missing, "
            f"{', '.join(address(missing) for missing in _missing(folder, wanted))}, "
            f"into {folder}, or all five into a folder that THRESHER_JARS names"
        ) from error
    if hashlib.sha256(content).hexdigest() != wanted[name]:
        raise ThresherError(f"{address(name)} is not the file it should be (sha256 differs): nothing was kept")
    put(content, folder / name)


def _missing(folder: Path, wanted: Iterable[str]) -> list[str]:
    return [name for name in wanted if not (folder / name).is_file()]


def _versions() -> str:
    return ", ".join(BY_SPARK)
