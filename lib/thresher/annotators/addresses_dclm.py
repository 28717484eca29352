"""What DCLM-Baseline does to a page before it measures it (Li et al. 2024, https://arxiv.org/abs/2406.11794).

As `dclm_baseline_refinedweb.yaml` has it, in order:

    web addresses go         `[http://]name.TLD` and what follows of a URL, and up to ten characters of white space
                             before; TLD is one of 1,591 names, in small letters, and ends where a word does
    IPv4 addresses go        `[http://]1.2.3.4`, the same way
    newlines                 of more than two in a row two are left

DCLM asks first whether there is any top-level domain in a page, but by a test that looks at its beginning alone: web
addresses go only from pages that begin with one, in any case. "The …" does (`th`), "We …" does not. So does this.

All that DCLM measures it measures after this: in a recipe `edited: addresses_dclm_v1` below an annotator.
"""

import re
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.kernels.arrow import strings, struct, utf8
from thresher.kernels.page_addresses import CUTS, Hashes, domain_hashes, without_addresses
from thresher.kernels.text import text_of

FIELDS = pa.struct([(name, pa.int64()) for name in CUTS])


@cache
def top_level_domains() -> tuple[str, ...]:
    """The top-level domains that DCLM knows, sorted."""
    lines = files("thresher.urls").joinpath("dclm_tlds.txt").read_text(encoding="utf-8").splitlines()
    return tuple(sorted(name for line in lines if not line.startswith("#") for name in line.split()))


@cache
def _beginning() -> re.Pattern[str]:
    """Matches a page that begins with a top-level domain; by first letters, so that few are tried."""
    groups = ((first, list(names)) for first, names in groupby(top_level_domains(), key=lambda name: name[0]))
    return re.compile("|".join(f"{first}(?:{'|'.join(name[1:] for name in names)})" for first, names in groups), re.I)


@cache
def _hashes() -> tuple[Hashes, int]:
    """The domains as the kernel wants them, and the bytes of the longest."""
    data, offsets, _ = utf8(pa.array(top_level_domains()))
    return domain_hashes(data, offsets), int(np.diff(offsets).max())


def _begins_with_domain(text: pa.Array) -> npt.NDArray[np.bool_]:
    pattern = _beginning()
    longest = max(map(len, top_level_domains()))
    starts = pa.compute.utf8_slice_codeunits(text, 0, longest).to_pylist()
    return np.array([start is not None and pattern.match(start) is not None for start in starts], np.bool_)


def _run(text: pa.Array) -> Any:
    """The kernel's result on an array, once for the measurement and the edit."""
    shared = text_of(text)
    found = shared.utf8
    return shared.once(
        "addresses_dclm_v1",
        lambda: without_addresses(found.data, found.offsets, _begins_with_domain(text), *_hashes()),
    )


def measure(text: pa.Array) -> pa.StructArray:
    r"""How many web and IPv4 addresses are cut, and how many newlines.

    >>> measure(pa.array(["The site is at http://example.org/a?b=1, or 10.0.0.1.\n\n\n\nEnd."])).to_pylist()
    [{'web': 1, 'ipv4': 1, 'newlines': 2}]
    """
    _, _, counts = _run(text)
    return struct(FIELDS, list(map(np.ascontiguousarray, counts.T)), text_of(text).utf8.valid)


def leave(text: pa.Array) -> pa.Array:
    r"""The text without addresses, with at most two newlines in a row; null where it was.

    >>> leave(pa.array(["The site is at http://example.org/a?b=1, or 10.0.0.1.\n\n\n\nEnd."])).to_pylist()
    ['The site is at, or\n\nEnd.']
    """
    data, offsets, _ = _run(text)
    return strings(data, offsets, text_of(text).utf8.valid)


def addresses_dclm_v1() -> Annotator:
    """The annotator and edit `addresses_dclm_v1`."""
    return Annotator("addresses_dclm_v1", FIELDS, measure, edit=leave)
