"""Canonical forms of URLs: the rules as data, as the kernel's table, and the few URLs that the kernel cannot read.

A host may be escaped or of another script, and white space may lie inside a URL: that is mended in Python, and then the
kernel makes the form. What the form is stands in `thresher.kernels.url_form`.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.resources import files
from urllib.parse import quote, unquote_to_bytes

import numpy as np
import pyarrow as pa
import yaml

from thresher.errors import UsageError
from thresher.kernels.arrow import strings, utf8
from thresher.kernels.unicode import Bytes
from thresher.kernels.url_form import CANONICAL, ODD, forms
from thresher.kernels.url_lists import word_key
from thresher.kernels.url_query import (
    DEFAULT_PORT,
    DROP,
    DROP_BEGINNING,
    DROP_SESSION,
    KEEP,
    KEEP_BEGINNING,
    PATH_SESSION,
    RESERVED_BYTES,
    WEB_SCHEME,
    Rules,
)
from thresher.kernels.urls import flags_of
from thresher.urls.suffixes import HOST, ascii_host

Names = tuple[str, ...]
_FILE = "url_key_v1.yaml"
_LONGEST_NAME = 200  # of a parameter in a setting
_IN_A_NAME = (RESERVED_BYTES.decode() + "%").translate(str.maketrans("", "", "&=*"))
_NAME = re.compile(r"[^\x00-\x20&=#*]*\*?")
_ASCII_HOST = re.compile(rb"[A-Za-z0-9_.-]+")
_LINE_ENDS = b"\t\n\r"  # what https://url.spec.whatwg.org has removed from within a URL


def canonical(url: pa.Array, keep: Names = (), drop: Names = ()) -> pa.StringArray:
    """The canonical form of each URL, null where there is none; `keep` and `drop` are names of parameters.

    >>> canonical(pa.array(["HTTP://www.Example.org:80/a/../b/?utm_source=x&b=2&a=%7e#top", "a picture"])).to_pylist()
    ['example.org/b?a=~&b=2', None]
    """
    rules = rules_of(keep, drop)
    made, found = _forms(url, rules)
    odd = found == ODD
    if odd.any():
        mended = pa.array([mend(one) for one in url.filter(pa.array(odd)).cast(pa.binary()).to_pylist()], pa.binary())
        places = np.arange(len(made))
        places[odd] = len(made) + np.arange(len(mended))
        made = pa.concat_arrays([made, _forms(mended, rules)[0]]).take(pa.array(places))
    return made


def _forms(url: pa.Array, rules: Rules) -> tuple[pa.StringArray, Bytes]:
    data, offsets, _ = utf8(url)
    bytes_, ends, found = forms(data, offsets, rules)
    return strings(bytes_, ends, found == CANONICAL), found


def mend(url: bytes) -> bytes:
    r"""A URL without tabs and line ends, its host unescaped and in ASCII; as it is where that gives no host.

    >>> mend(b"http://b%C3%BCcher.example/a\tb")
    b'http://xn--bcher-kva.example/ab'
    """
    url = url.translate(None, _LINE_ENDS)
    found = HOST.match(url)
    if found is None:
        return url
    host = ascii_host(b"//" + unquote_to_bytes(found[2]).strip(b".")).removeprefix(b"//")
    # Letters such as ℀ become several, a slash among them, which would move the end of the host.
    return found[1] + host + url[found.end() :] if _ASCII_HOST.fullmatch(host) else url


@lru_cache(maxsize=8)
def rules_of(keep: Names = (), drop: Names = ()) -> Rules:
    """The rules as the kernel reads them; raises UsageError where a name is none."""
    said: dict[bytes, int] = {}
    beginnings = {0: False}
    for text, meaning in (*_packaged(), *_settings(keep, KEEP, KEEP_BEGINNING), *_settings(drop, DROP, DROP_BEGINNING)):
        name = text.encode()
        said[name] = said.get(name, 0) | meaning
        beginnings[len(name)] = beginnings.get(len(name), False) or meaning in (DROP_BEGINNING, KEEP_BEGINNING)
    keys = [word_key(np.frombuffer(name, np.uint8)) for name in said]
    table = flags_of(np.array(keys, np.uint64), np.array(list(said.values()), np.uint8))
    return Rules(table, np.array([beginnings.get(size, False) for size in range(max(beginnings) + 1)], np.uint8))


def _packaged() -> Iterator[tuple[str, int]]:
    """What the packaged rules say of names, of schemes, and of a scheme (the web's: none) with a port."""
    rules = yaml.safe_load(files("thresher.urls").joinpath(_FILE).read_text(encoding="utf-8"))
    for scheme, port in rules["web"].items():
        yield from ((scheme, WEB_SCHEME), (f":{port}", DEFAULT_PORT))
    for scheme, port in rules["ports"].items():
        yield f"{scheme}:{port}", DEFAULT_PORT
    for part, name, beginning in (
        ("tracking", DROP, DROP_BEGINNING),
        ("sessions", DROP, DROP_BEGINNING),
        ("sessions_by_value", DROP_SESSION, DROP_BEGINNING),
        ("path_sessions", PATH_SESSION, DROP_BEGINNING),
    ):
        yield from _meanings((each for group in rules[part] for each in group["names"]), name, beginning)


def _settings(names: Names, name: int, beginning: int) -> Iterator[tuple[str, int]]:
    setting = "keep_parameters" if name == KEEP else "drop_parameters"
    for given in names:
        if not given or len(given) > _LONGEST_NAME or not _NAME.fullmatch(given):
            raise UsageError(
                f"url_key_v1: {given!r} in `{setting}` is no name of a parameter; write a name, or the beginning of "
                "names with a star behind it, such as utm_*"
            )
    return _meanings(names, name, beginning)


def _meanings(names: Iterable[str], name: int, beginning: int) -> Iterator[tuple[str, int]]:
    """Names as they stand in a canonical form, in lower case, each with what is said of it."""
    for given in names:
        plain = quote(given.removesuffix("*"), safe=_IN_A_NAME).lower()
        yield plain, beginning if given.endswith("*") else name
