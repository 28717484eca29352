"""A megabyte of one character, or of one thing again and again, through the annotators that cut lines and addresses."""

import pytest

from . import test_addresses_dclm as addresses
from . import test_c4 as c4
from . import test_gopher_dclm as gopher_dclm
from . import test_refinedweb as refinedweb
from . import test_repetition_dclm as repetition_dclm

CHARACTERS = ("a", ".", "\n", "\0", "\u0301", "中", "\r", "\u2028", "\xa0")


def megabyte(part: str) -> str:
    return part * (1_000_000 // len(part.encode()))


@pytest.mark.parametrize("part", ["a", "\n", "\0", "\u0301", "中", "\r"])
@pytest.mark.parametrize("name", c4.DIALECTS)
def test_c4(name: str, part: str) -> None:
    text = megabyte(part)
    c4.agrees(name, text, c4.run(name, [text])[0])


@pytest.mark.parametrize("part", [*CHARACTERS, "3 likes\n", "SIGN IN\n", " items in cart", "read more...", "sign-in "])
def test_refinedweb(part: str) -> None:
    text = megabyte(part)
    assert refinedweb.run([text]) == [refinedweb.twin(text)]


@pytest.mark.parametrize("part", [*CHARACTERS, "#", "…", ". ", "- \n"])
def test_gopher_dclm(part: str) -> None:
    text = megabyte(part)
    assert gopher_dclm.measured([text]) == [gopher_dclm.twin(text)]


@pytest.mark.parametrize("part", CHARACTERS)
def test_repetition_dclm(part: str) -> None:
    """The twin takes seconds for a megabyte of words; of a few all is the same but for what one n-gram less makes."""
    text, expected = megabyte(part), repetition_dclm.twin(part * 100)
    if part == "中":  # a word each
        expected |= {f"top_{n}_gram": n * (len(text) - n + 1) / len(text) for n in (2, 3, 4)}
    assert repetition_dclm.measured([text]) == [expected]


@pytest.mark.parametrize("part", ["\n", "\0", "中", "a.com\n\n\n"])
def test_addresses(part: str) -> None:
    text = "the " + megabyte(part)
    assert addresses.ours([text]) == [addresses.plainly(text)]


@pytest.mark.parametrize("part", ["a", ".", "a.", "/", "http://", "é.com", "com.", "1."])
def test_addresses_where_the_published_expressions_take_minutes(part: str) -> None:
    """A name that never ends is tried from each of its letters: what goes of some repeats is what goes of them all."""
    some, text = "the " + part * 300, "the " + megabyte(part)
    left, counts = addresses.plainly(some)
    assert left in (some, "the")
    assert addresses.ours([text]) == [(text if left == some else left, counts)]
