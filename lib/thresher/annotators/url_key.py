"""The key of a document's URL: equal for URLs that differ only in what does not say which page is meant."""

from functools import partial

import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.annotators.exact import FIELDS, hashes
from thresher.kernels.hashing import AS_IT_IS
from thresher.urls.canonical import Names, canonical, rules_of


def url_key_v1(keep_parameters: tuple[str, ...] = (), drop_parameters: tuple[str, ...] = ()) -> Annotator:
    """The 128-bit hash of a URL's canonical form, as `exact_v1` has that of a text: `{"hash": ..., "check": ...}`.

    The form is that of `thresher.kernels.url_form`, the parameters that count for nothing are those of
    `thresher/urls/url_key_v1.yaml`; `T.canonical_url` shows it. `drop_parameters` adds names to them, of a query's
    parameters, and `keep_parameters` takes some out, whatever else names them; `name_*` stands for all names that begin
    so, `*` for all. What is null or no URL gives null. Raises UsageError for a name that none can have.

    >>> urls = pa.array(["https://www.example.org/news/?fbclid=Iw&id=7", "http://example.org:80/news?id=7#a", "n/a"])
    >>> one, other, none = url_key_v1().measure(urls).to_pylist()
    >>> one == other, none
    (True, None)
    """
    rules_of(keep_parameters, drop_parameters)  # says what is wrong with a name, before anything runs
    return Annotator(
        "url_key_v1",
        FIELDS,
        partial(_measure, keep_parameters, drop_parameters),
        inputs=("url",),
        settings={"keep_parameters": sorted(set(keep_parameters)), "drop_parameters": sorted(set(drop_parameters))},
    )


def _measure(keep: Names, drop: Names, url: pa.Array) -> pa.StructArray:
    return hashes(AS_IT_IS, canonical(url, keep, drop))
