"""Where a document comes from: its host, its registrable domain, and whether lists of domains, URLs or words hold it.

The order of looking, the first that holds a URL being told:

    listed    a URL is on such a list when
    allow     an allow-list holds it, as `domain` or `url` do
    domain    its host or a parent of it, down to its registrable domain, is an entry
    url       its page or a folder above it is an entry, with or without the query
    hard      one of its words is a hard word
    soft      two different of its words are soft words

Sources: datatrove's `URLFilter`, the URL filter of RefinedWeb (Penedo et al. 2023, https://arxiv.org/abs/2306.01116,
appendix G.1), and how squidGuard, for which UT1's lists are made, reads domains and URLs
(http://www.squidguard.org/Doc/aboutblocking.html). Unlike datatrove: parents between the registrable domain and the
host count, URLs are compared without scheme, user, port, fragment and `www.`, and nowhere does the case of ASCII
letters matter. Its banned parts of words have no counterpart here.
"""

import re
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.errors import ThresherError, UsageError
from thresher.fingerprint import digest_files
from thresher.kernels.arrow import strings, utf8
from thresher.kernels.url_lists import HARD, HARD_WORD, NOT_LISTED, SOFT, SOFT_WORD, look_up, word_key
from thresher.kernels.urls import Flags, flags_of
from thresher.urls.index import ListFile, categories, index_of, list_files
from thresher.urls.suffixes import ascii_host, load_suffixes, packaged_suffixes

FIELDS = pa.struct([(name, pa.string()) for name in ("listed", "category", "host", "domain")])
KINDS = pa.array([None, "allow", "domain", "url", "hard", "soft"], pa.string())
_SIGNS = re.compile("[^a-zA-Z0-9]+")
Numbers = npt.NDArray[np.int64]


class Lists(NamedTuple):
    """What a URL is looked up in: files and the digests of their contents, found at first use in each process."""

    files: tuple[ListFile, ...]
    words: tuple[tuple[Path, int, str], ...]  # with HARD_WORD or SOFT_WORD, and the digest
    suffixes: Path | None
    suffix_digest: str


def url_v1(
    block: tuple[str | Path, ...] = (),
    allow: tuple[str | Path, ...] = (),
    hard_words: str | Path | None = None,
    soft_words: str | Path | None = None,
    suffixes: str | Path | None = None,
) -> Annotator:
    r"""Which list holds a URL, and its parts: `{"listed": "domain", "category": "adult", "host": …, "domain": …}`.

    `block` and `allow` are paths of lists (see `thresher.urls.index`); `hard_words` and `soft_words` of files with a
    word a line; `suffixes` of a public suffix list, by default tldextract's snapshot. All lie at the same place on
    every machine, and their content is part of the annotator's identity. `category` is the folder's name, as UT1 has
    them, or the file's; `domain` is null for an IP address and a host of one label; a null URL gives null. Raises
    UsageError where a file is missing.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     suffixes = Path(folder, "suffixes.dat")
    ...     _ = suffixes.write_text("uk\nco.uk\n")
    ...     url_v1(suffixes=suffixes).measure(pa.array(["https://News.Example.co.uk:443/a"])).to_pylist()
    [{'listed': None, 'category': None, 'host': 'news.example.co.uk', 'domain': 'example.co.uk'}]
    """
    files = (*list_files(map(_absolute, allow), True), *list_files(map(_absolute, block), False))
    named = ((_word_file(hard_words, "hard_words"), HARD_WORD), (_word_file(soft_words, "soft_words"), SOFT_WORD))
    words = tuple((path, kind, digest_files([path])[0]) for path, kind in named if path is not None)
    own = None if suffixes is None else _word_file(suffixes, "suffixes")
    (suffix_digest,) = digest_files([own or packaged_suffixes()])
    return Annotator(
        "url_v1",
        FIELDS,
        partial(_measure, Lists(files, words, own, suffix_digest)),
        inputs=("url",),
        settings={
            "lists": [[file.category, file.allows] for file in files],
            "words": [[path.stem, kind] for path, kind, _ in words],
        },
        files=(*(file.path for file in files), *(path for path, _, _ in words), own or packaged_suffixes()),
    )


def _absolute(path: str | Path) -> Path:
    return Path(path).absolute()


def _word_file(path: str | Path | None, setting: str) -> Path | None:
    if path is not None and not Path(path).is_file():
        raise UsageError(f"url_v1: there is no file {path}; check `{setting}`")
    return None if path is None else _absolute(path)


@lru_cache(maxsize=4)
def _words(files: tuple[tuple[Path, int, str], ...]) -> Flags:
    """The words of these files as datatrove reads them: letters and digits of a line, in lower case."""
    keys, kinds = [], []
    for path, kind, digest in files:
        if digest_files([path]) != [digest]:
            raise ThresherError(f"{path}: the list of words is not the one that the run began with; start it again")
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        found = {_SIGNS.sub("", line).lower() for line in lines if not line.startswith("#")} - {""}
        keys += [word_key(np.frombuffer(word.encode(), np.uint8)) for word in sorted(found)]
        kinds += [kind] * len(found)
    return flags_of(np.array(keys, np.uint64), np.array(kinds, np.uint8))


def _measure(lists: Lists, url: pa.Array) -> pa.StructArray:
    data, offsets, valid = utf8(_in_ascii(url))
    suffixes = load_suffixes(lists.suffixes or packaged_suffixes(), lists.suffix_digest)
    rows, hosts, domains = look_up(data, offsets, index_of(lists.files), _words(lists.words), suffixes)
    kinds = rows["kind"]
    names = [strings(bytes_, starts, starts[1:] > starts[:-1]) for bytes_, starts in (hosts, domains)]
    columns = [KINDS.take(pa.array(kinds)), _categories(lists, kinds, rows["list"]), *names]
    return pa.StructArray.from_arrays(columns, fields=list(FIELDS), mask=pa.array(~valid))


def _categories(lists: Lists, kinds: Numbers, numbers: Numbers) -> pa.Array:
    """The name of the list that held each URL: those of files of words follow those of the index."""
    names = categories(lists.files)
    words = {kind: path.stem for path, kind, _ in lists.words}
    hard, soft = len(names), len(names) + 1
    places = np.where(kinds == HARD, hard, np.where(kinds == SOFT, soft, numbers))
    named = pa.array([*names, words.get(HARD_WORD), words.get(SOFT_WORD)], pa.string())
    return named.take(pa.array(places, mask=kinds == NOT_LISTED))


def _in_ascii(url: pa.Array) -> pa.Array:
    """The URLs, those with a host of another script in punycode: few, so that they may cost more."""
    data, offsets, _ = utf8(url)
    if not (data[offsets[0] : offsets[-1]] >= 0x80).any():
        return url
    every = url.to_pylist()
    return pa.array([one and (one if one.isascii() else ascii_host(one.encode()).decode()) for one in every], url.type)
