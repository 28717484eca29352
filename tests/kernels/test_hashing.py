"""The hashes against their published values, and the normalised text against what it means."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thresher.kernels.arrow import utf8
from thresher.kernels.hashing import (
    AS_IT_IS,
    CASE_AND_SPACE,
    WORDS,
    mix64,
    murmur3,
    normalise,
    normalised_hashes,
    random64,
    words_only,
)
from thresher.kernels.minhash import signatures
from thresher.kernels.unicode import SPACELESS, WORD, classes, lower

from .texts import TEXTS, joined

MASK = 2**64 - 1
DENSE = joined(st.sampled_from(("Ab", "Ⱥ", "中", "ไ", "e\u0301", "\u0e31", "_", "9", "\u212a", " ", "—", ",")), 20)
PLAIN = joined(st.sampled_from(("A", "bc", "Words of ", "{|}~@[", " ", "  ", "\n", "\x7f", "é")), 20)  # eight at once
MIXED = (TEXTS | DENSE | PLAIN).map(str.encode)


def murmur3_of(text: bytes, seed: int = 0) -> bytes:
    blocks = np.frombuffer(text + bytes(32 - len(text) % 16), np.uint64)
    return b"".join(int(half).to_bytes(8, "little") for half in murmur3(blocks, len(text), seed))


def normalised(text: bytes) -> bytes:
    out = np.zeros(len(text) * 3 // 2 + 4, np.uint8)
    return out[: normalise(np.frombuffer(text, np.uint8), 0, len(text), out)].tobytes()


def test_murmur3_gives_the_verification_value_of_its_authors_test_suite() -> None:
    """SMHasher's VerificationTest: hash the keys (), (0), (0, 1) … with seeds 256, 255 …, then hash the hashes."""
    hashes = b"".join(murmur3_of(bytes(range(size)), 256 - size) for size in range(256))
    assert int.from_bytes(murmur3_of(hashes)[:4], "little") == 0x6384BA69


def test_murmur3_of_nothing() -> None:
    assert murmur3_of(b"") == bytes(16)


@given(st.integers(0, MASK))
def test_mix64_is_the_published_finaliser(value: int) -> None:
    twin = value
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        twin = (twin ^ twin >> 33) * factor & MASK
    assert int(mix64(np.uint64(value))) == twin ^ twin >> 33


def test_random64_is_the_published_splitmix64() -> None:
    published = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]
    assert random64(1234567, 5).tolist() == published


@given(TEXTS | DENSE | PLAIN)
def test_normalised_text_is_lower_case_with_single_spaces(text: str) -> None:
    lowered = "".join(chr(lower(ord(character))) for character in text)
    assert normalised(text.encode()).decode() == " ".join(lowered.split())


@given(st.binary(max_size=60))
def test_bytes_that_are_no_utf8_keep_their_differences(text: bytes) -> None:
    twice = normalised(text)
    assert normalised(twice) == twice
    assert [byte for byte in text if byte >= 0xF8] == [byte for byte in twice if byte >= 0xF8]


def worded(text: bytes) -> bytes:
    out = np.zeros(2 * len(text) + 4, np.uint8)
    return out[: words_only(np.frombuffer(text, np.uint8), 0, len(text), out)].tobytes()


def words_of(text: str) -> list[str]:
    """The runs of letters and numbers, but that each letter of a script without spaces is a word."""
    kinds = [(chr(lower(ord(c))), classes(ord(c))) for c in text]
    marked = (" " if not kind & WORD else f" {c} " if kind & SPACELESS else c for c, kind in kinds)
    return "".join(marked).split()


@given(MIXED)
def test_the_words_only_are_lower_case_with_single_spaces(text: bytes) -> None:
    assert worded(text).decode() == " ".join(words_of(text.decode()))


@given(MIXED)
def test_the_words_are_those_of_minhash(text: bytes) -> None:
    texts = utf8(pa.array([text.decode(), worded(text).decode()]))
    values, known = signatures(*texts, 1, 16, 1)
    assert known[0] == known[1] and values[0].tolist() == values[1].tolist()


FORMS = {AS_IT_IS: bytes, CASE_AND_SPACE: normalised, WORDS: worded}


@pytest.mark.parametrize("form", FORMS)
@given(st.lists(st.binary(max_size=40) | MIXED, max_size=8))
def test_a_hash_is_that_of_the_normalised_text_whatever_came_before(form: int, texts: list[bytes]) -> None:
    offsets = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    data = np.frombuffer(b"".join(texts), np.uint8)
    first, second, known = normalised_hashes(data, offsets, np.ones(len(texts), np.bool_), form)
    for text, *halves, has_hash in zip(texts, first, second, known, strict=True):
        assert has_hash == bool(FORMS[form](text))
        expected = murmur3_of(FORMS[form](text)) if has_hash else bytes(16)
        assert b"".join(int(half).to_bytes(8, "little", signed=True) for half in halves) == expected


@pytest.mark.parametrize("character", ["Ⱥ", "Ⱦ", "İ", "K", "Å"])
def test_letters_whose_lower_case_has_another_length_fit(character: str) -> None:
    text = (character * 100_000).encode()
    assert normalised(text).decode() == chr(lower(ord(character))) * 100_000
