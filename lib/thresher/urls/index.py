"""Lists of domains and URLs as one index of sorted hashes, made once on each machine and shared by its processes.

A list is a file with an entry a line (a domain, a URL, or a line of a hosts file), a category of the UT1 blacklists (a
folder with files `domains` and `urls`, https://dsi.ut-capitole.fr/blacklists/index_en.php), or a folder of these.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from thresher.cache import read_only, shared_arrays
from thresher.errors import ThresherError, UsageError
from thresher.fingerprint import digest_files, fingerprint
from thresher.kernels.hashing import Hashes
from thresher.kernels.sorted_keys import bucket_starts
from thresher.kernels.unicode import Bytes
from thresher.kernels.url_lists import ALLOW, DOMAIN, HAS_PAGES, HASH_BYTES, URL, Index, entry_keys
from thresher.urls.suffixes import ascii_host

FORMAT = 1  # of the files in the cache folder, and of what their hashes are hashes of
UT1 = ("domains", "urls")
MOST_CATEGORIES, NO_LIST = 2**15 - 1, 2**16 - 1
_COMMENT = re.compile(rb"(?:^|(?<=[\x00-\x20]))#[^\n]*", re.MULTILINE)
_ADDRESS = re.compile(
    rb"^[ \t]*(?:\d+\.\d+\.\d+\.\d+|[0-9a-fA-F]*:[0-9a-fA-F:]*(?:%\w+)?)[ \t]+(?=[^\s#])", re.MULTILINE
)
_BEYOND_ASCII = re.compile(rb"^[^\n\x80-\xff]*+[\x80-\xff][^\n]*", re.MULTILINE)


@dataclass(frozen=True)
class ListFile:
    """One file of entries: the category that it belongs to, whether it allows or blocks, and its content's digest."""

    path: Path
    category: str
    allows: bool
    digest: str


def list_files(paths: Iterable[Path], allows: bool) -> list[ListFile]:
    """The files of these lists, in order; raises UsageError where a path holds no list."""
    found = [place for path in paths for place in _places(path)]
    digests = digest_files(path for path, _ in found)
    return [ListFile(path, name, allows, digest) for (path, name), digest in zip(found, digests, strict=True)]


def _places(path: Path) -> list[tuple[Path, str]]:
    if path.is_file():
        return [(path, path.stem)]
    if not path.is_dir():
        raise UsageError(
            f"url_v1: there is no file or folder {path}; thresher ships no lists: fetch some, such as UT1's "
            "(https://dsi.ut-capitole.fr/blacklists/index_en.php), and give their paths as `block`"
        )
    own = [(path / name, path.name) for name in UT1 if (path / name).is_file()]
    below = [(f / name, f.name) for f in sorted(path.iterdir()) for name in UT1 if (f / name).is_file()]
    if not own and not below:
        raise UsageError(f"url_v1: neither {path} nor a folder in it has a file `domains` or `urls`, as UT1 has them")
    return own or below


@lru_cache(maxsize=4)
def index_of(files: tuple[ListFile, ...]) -> Index:
    """The index of these lists, from the cache folder; the first process on a machine that asks makes it there.

    A hash that several lists hold is the first one's, those that allow before those that block.
    """
    numbers = _numbers(files)
    kinds = [kind for _, allows in numbers for kind in ((ALLOW, ALLOW) if allows else (DOMAIN, URL))]
    if not files:
        return _index(read_only(np.empty(0, np.uint64)), read_only(np.empty(0, np.uint16)), kinds)
    name = fingerprint([FORMAT, [[file.category, file.allows, file.digest] for file in files]])
    keys, lists = shared_arrays("url-lists", name, ("keys", "lists"), lambda: _sorted(files, numbers))
    return _index(keys, lists, kinds)


def categories(files: Iterable[ListFile]) -> list[str]:
    """The category of each list, by its number in the index: hosts and pages of a category are two lists."""
    return [category for category, _ in _numbers(files) for _ in range(2)]


def _numbers(files: Iterable[ListFile]) -> dict[tuple[str, bool], int]:
    """The number of each category's list of hosts; the one after it is that of its pages."""
    named = dict.fromkeys((file.category, file.allows) for file in sorted(files, key=lambda file: not file.allows))
    if len(named) > MOST_CATEGORIES:
        raise UsageError(
            f"url_v1: {len(named):,} categories of URLs, and at most {MOST_CATEGORIES:,} can be told apart"
        )
    return {key: 2 * number for number, key in enumerate(named)}


def _index(keys: Hashes, lists: npt.NDArray[np.uint16], kinds: Sequence[int]) -> Index:
    return Index(keys, lists, np.array(kinds, np.uint8), bucket_starts(keys))


def _sorted(files: Iterable[ListFile], numbers: dict[tuple[str, bool], int]) -> tuple[Hashes, npt.NDArray[np.uint16]]:
    """All hashes in order, each once, and the number of each one's list."""
    parts = []
    for file in sorted(files, key=lambda file: numbers[file.category, file.allows]):
        keys, what = _entries(file)
        lists = what.astype(np.uint16) + np.uint16(numbers[file.category, file.allows])
        parts.append((keys, np.where(what == HAS_PAGES, np.uint16(NO_LIST), lists)))
    keys, lists = np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    first = np.append(True, keys[1:] != keys[:-1])[: len(keys)]
    return keys[first], lists[order][first]


def _entries(file: ListFile) -> tuple[Hashes, Bytes]:
    """The hashes of the entries of a file, and what each is one of."""
    if digest_files([file.path]) != [file.digest]:
        raise ThresherError(f"{file.path}: the list is not the one that the run began with; start it again")
    content = _plain(file.path.read_bytes())
    most = len(content) // HASH_BYTES + 1  # room for as many as there can be: what is not written to takes no memory
    keys, what = np.empty(most, np.uint64), np.empty(most, np.uint8)
    n = entry_keys(np.frombuffer(content, np.uint8), keys, what)
    return keys[:n].copy(), what[:n].copy()


def _plain(content: bytes) -> bytes:
    """A list without comments and the addresses of a hosts file, its hosts in ASCII."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    if b"#" in content:
        content = _COMMENT.sub(b"", content)
    if _ADDRESS.search(content):
        content = _ADDRESS.sub(b"", content)
    return content if content.isascii() else _BEYOND_ASCII.sub(lambda line: ascii_host(line[0]), content)
