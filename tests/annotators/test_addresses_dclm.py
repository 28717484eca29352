"""Addresses as DCLM-Baseline cuts them, against its regular expressions as they are published, and on real texts."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from thresher.annotators.addresses_dclm import addresses_dclm_v1, top_level_domains
from thresher.errors import UsageError
from thresher.recipe import read_recipe

from ..kernels.texts import TEXTS, joined

DOMAINS = "|".join(sorted(map(re.escape, top_level_domains()), key=len, reverse=True))
BEHIND = r"[-a-zA-Z0-9()@:%_\+.~#?&//=]*"
ANY_DOMAIN = re.compile(DOMAINS, re.IGNORECASE)
WEB = re.compile(rf"\s{{0,10}}(?:(?:https?|ftp)://)?[-a-zA-Z0-9@:%._\+~#=]{{1,256}}\.(?:{DOMAINS})\b{BEHIND}")
NUMBER = "[0-2]?[0-9]{1,2}"
IPV4 = re.compile(rf"\s{{0,10}}\b(?:(?:https?|ftp)://)?(?:{NUMBER}\.){{3}}{NUMBER}{BEHIND}")
DENSE = joined(
    st.sampled_from(
        (
            *(
                ".",
                "..",
                ".com",
                ".co",
                ".co.uk",
                ".org/a?b=(c)",
                ".Com",
                ".рф",
                ".测试",
                ".भारत",
                ".comé",
                "com",
                "a",
                "é",
            ),
            *(".ישראל", ".ישראל\u200e", ".ישראל\u200eא", ".भारतम्", "म्", " a.com ", "\nwww.a-b.co.uk,"),
            *("http://", "https://", "ftp://", "xhttp://", "://", "/", "//", ":", "_", "-", "@", "(", ",", "x" * 250),
            *(" ", "  ", "\n", "\n\n\n", "\xa0", " " * 9, "\t" * 12, "\r\n", "\u2028", "\0"),
            *("1.2.3.4", "10.0.0.", "255", "256.", "999", "1", "٣", "0.0.0.0:80/x", "1234.1.1.1", "v1.2.3.4.5"),
        )
    ),
    20,
)


def plainly(text: str) -> tuple[str, dict[str, int]]:
    web = 0
    if ANY_DOMAIN.match(text):
        text, web = WEB.subn("", text)
    text, ipv4 = IPV4.subn("", text)
    left = re.sub("\n{3,}", "\n\n", text)
    return left, {"web": web, "ipv4": ipv4, "newlines": len(text) - len(left)}


def ours(texts: list[str]) -> list[tuple[str, dict[str, int]]]:
    annotator, array = addresses_dclm_v1(), pa.array(texts)
    assert annotator.edit is not None
    return list(zip(annotator.edit(array).to_pylist(), annotator.measure(array).to_pylist(), strict=True))


@example("word")
@example("the site http://a.com/x?y=(z)&q, and see x.org.")
@example("the " + "y" * 300 + ".com/" + "z" * 300 + ".org")
@example("the a.b.com.xyz..net .com")
@example("the" + " " * 15 + "a.com" + " " * 15 + "1.2.3.4")
@example("the xhttp://a.com xhttp://1.2.3.4 é1.2.3.4 http://1.2.3.4 _http://1.2.3.4")
@example("We http://a.com stay")
@example("the a.भारतम्x a.भारतx a.com_ a.comé a.com-")
@example("the " + "y" * 256 + ".com " + "y" * 257 + ".com")
@example("the" + " " * 10 + "a.com" + " " * 11 + "b.com" + "\xa0" * 10 + "1.2.3.4" + "\u2028" * 11 + "1.2.3.4")
@given(DENSE | TEXTS)
def test_what_is_left_is_what_the_published_expressions_leave(text: str) -> None:
    for page in (text, "the " + text, "We " + text):
        assert ours([page]) == [plainly(page)]


def test_the_names_are_those_that_dclm_publishes() -> None:
    """Its `baselines/mappers/iana_tlds.txt` at commit 15af3ce, sorted: 1,591 lines of 9,406 characters in all."""
    names = top_level_domains()
    assert (len(set(names)), len("\n".join(names)), sum(name.endswith("\u200e") for name in names)) == (1591, 9406, 39)
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()
    assert digest == "29967f17d34007a8a81535214f326ef887565ea9b9ca7c4671a0ecd688c5b527"


@pytest.mark.parametrize(
    ("page", "left"),
    [
        ("the " + "y" * 256 + ".com", "the"),
        ("the " + "y" * 257 + ".com", "the y"),
        ("the" + " " * 10 + "a.com", "the"),
        ("the" + " " * 11 + "a.com", "the "),
        ("the" + " " * 11 + "1.2.3.4", "the "),
        ("the a.ישראל, a.ישראל\u200e, a.ישראל\u200eא", "the a.ישראל, a.ישראל\u200e,א"),
    ],
)
def test_at_its_bounds(page: str, left: str) -> None:
    assert ours([page])[0][0] == plainly(page)[0] == left


def test_on_real_pages(data_dir: Path) -> None:
    with gzip.open(data_dir / "text/wcxb_dev_gold_all_clean.jsonl.gz", "rt", encoding="utf-8") as file:
        pages = [str(json.loads(line)["text"])[:4000] for _, line in zip(range(600), file, strict=False)]
    found = ours(pages)
    assert found == [plainly(page) for page in pages]
    assert sum(counts["web"] for _, counts in found) > 20
    assert all(any(counts[cause] for _, counts in found) for cause in ("ipv4", "newlines"))


def test_null_stays_null_and_an_empty_page_is_empty() -> None:
    annotator = addresses_dclm_v1()
    assert annotator.edit is not None
    assert annotator.edit(pa.array([None, ""], pa.string())).to_pylist() == [None, ""]
    assert annotator.measure(pa.array([None, ""], pa.string())).to_pylist() == [
        None,
        {"web": 0, "ipv4": 0, "newlines": 0},
    ]


def test_the_recipe_measures_after_the_first_edit_and_hashes_after_all() -> None:
    recipe = read_recipe("dclm-baseline-heuristics")
    texts = pa.array(["The site http://example.org/a\nSIGN UP NOW\nIt was a day like any other, and longer than most."])
    made = {annotator.name: annotator for annotator in recipe.annotators}
    first, last = recipe.edits
    assert first.edit is not None and last.edit is not None
    own = {name: dict(made[name].settings)["after"] for name in ("gopher_dclm_v1", "exact_v1")}
    assert list(own["gopher_dclm_v1"]) == ["addresses_dclm_v1"]
    assert list(own["exact_v1"]) == ["addresses_dclm_v1", "refinedweb_lines_v1"]
    [counted] = made["refinedweb_lines_v1"].measure(texts).to_pylist()
    assert counted["uppercase_lines"] == 1 and counted["words"] == 16
    assert last.edit(first.edit(texts)).to_pylist() == ["The site\nIt was a day like any other, and longer than most."]


def test_an_edit_that_the_recipe_lacks_is_told() -> None:
    with pytest.raises(UsageError, match=r"annotate.sizes_v1.edited: no edit of this recipe is called c4_v2; did you"):
        read_recipe("c4-en", ["annotate.sizes_v1={edited: c4_v2}"])
