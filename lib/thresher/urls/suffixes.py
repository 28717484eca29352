"""Public suffixes (`com`, `co.uk`), below which anyone can register a domain; and hosts of other scripts in ASCII.

The list is Mozilla's (https://publicsuffix.org/list), in the snapshot that comes with the package tldextract, or a file
of one's own. Its part of private suffixes (`github.io`) is left out, as tldextract and datatrove leave it.
"""

import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from thresher.errors import ThresherError, UsageError
from thresher.fingerprint import digest_files
from thresher.kernels.urls import EXCEPTION, PLAIN, WILD, Flags, flags_of, suffix_key

_PRIVATE = "===BEGIN PRIVATE DOMAINS==="
_LONGEST_HOST = (
    4 * 253
)  # bytes of UTF-8: a name has at most 253 signs, and the codec takes ever longer over longer ones
HOST = re.compile(rb"(^[\x00-\x20]*(?:(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?//)?(?:[^/?#]*@)?)([^\x00-\x20/?#:@\[]+)")


def packaged_suffixes() -> Path:
    """The path of the snapshot in the installed package tldextract, found without importing that package."""
    package = find_spec("tldextract")
    for folder in (package.submodule_search_locations if package else None) or ():
        path = Path(folder) / ".tld_set_snapshot"
        if path.is_file():
            return path
    raise UsageError(
        "no list of public suffixes: run `pip install 'thresher[url]'`, or give the annotator url_v1 `suffixes`, the "
        "path of a copy of https://publicsuffix.org/list/public_suffix_list.dat"
    )


@lru_cache(maxsize=4)
def load_suffixes(path: Path, digest: str) -> Flags:
    """The rules of the list at `path`, read once per process; `digest` is that of its content."""
    if digest_files([path]) != [digest]:
        raise ThresherError(f"{path}: the list of public suffixes is not the one that the run began with")
    listed = path.read_text(encoding="utf-8").partition(_PRIVATE)[0].splitlines()
    rules = [line.split()[0] for line in listed if line.strip() and not line.startswith("//")]
    kinds = [WILD if rule.startswith("*.") else EXCEPTION if rule.startswith("!") else PLAIN for rule in rules]
    names = [ascii_host(rule.removeprefix("*.").removeprefix("!").encode()) for rule in rules]
    if not names:
        raise UsageError(f"{path} holds no public suffix; fetch https://publicsuffix.org/list/public_suffix_list.dat")
    keys = [suffix_key(np.frombuffer(name, np.uint8), 0, len(name)) for name in names]
    return flags_of(np.array(keys, np.uint64), np.array(kinds, np.uint8))


def ascii_host(url: bytes) -> bytes:
    """A URL with its host in ASCII (punycode, RFC 3492, by Python's codec: IDNA 2003); as it is where it has no such.

    >>> ascii_host("https://Bücher.example/größe".encode()).decode()
    'https://xn--bcher-kva.example/größe'
    """
    found = HOST.match(url)
    if found is None or found[2].isascii() or len(found[2]) > _LONGEST_HOST:
        return url
    try:
        host = found[2].decode().encode("idna")
    except UnicodeError:  # a label that is empty, too long or of letters that no name may have
        return url
    return found[1] + host + url[found.end() :]
