"""The MinHash annotator: what a signature's bytes are, and which documents have none."""

import gzip
import json
import pickle
import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from thresher.annotators.minhash import BITS, OWN, minhash_v1
from thresher.errors import UsageError
from thresher.kernels.arrow import utf8
from thresher.kernels.minhash import signatures
from thresher.kernels.minhash_families import FAMILIES
from thresher.kernels.shingle_units import SEGMENTATIONS, UNITS


def signed(texts: list[str | bytes | None], kind: pa.DataType | None = None, **settings: Any) -> list[bytes | None]:
    rows = minhash_v1(**settings).measure(pa.array(texts, kind)).to_pylist()
    return [row and row["signature"] for row in rows]


def test_four_little_endian_bytes_a_permutation() -> None:
    text = "one two three four five six seven"
    [signature] = signed([text], permutations=10, seed=7)
    values, _ = signatures(*utf8(pa.array([text])), 5, 10, 7)
    assert signature == b"".join(int(value).to_bytes(4, "little") for value in values[0])


def test_documents_too_short_to_shingle_have_none() -> None:
    texts = ["a b c d", "a b c d e", "", " ... --- !!! ??? ;;;", None, "今日は雨", "今日は雨だ"]
    assert [signature is not None for signature in signed(texts)] == [False, True, False, False, False, False, True]
    assert minhash_v1().measure(pa.array(texts)).is_valid().to_pylist() == [text is not None for text in texts]


def test_case_and_punctuation_do_not_matter_but_order_does() -> None:
    one, same, other = signed(["To be, or not to BE: that", "to be or not to be that", "not to be or to be that"])
    assert one == same != other


def test_settings_are_the_annotators_and_change_the_signature() -> None:
    text = ["it was the best of times it was the worst of times"]
    assert minhash_v1(3, 64, 9).settings == {"ngram": 3, "permutations": 64, "seed": 9}
    assert len({signed(text)[0], signed(text, seed=2)[0], signed(text, ngram=3)[0]}) == 3
    assert signed(text, permutations=8)[0] == signed(text, permutations=8)[0]


def test_words_may_be_what_lies_between_white_space() -> None:
    texts = ["To be, or not\u3000to be!", "to be or not to be", "to be, or\nnot to be!", "今日は雨だ。 今日は雨だ。"]
    pieces, words = ([signed([text], ngram=2, words=words)[0] for text in texts] for words in SEGMENTATIONS[::-1])
    assert pieces[0] == pieces[2] != pieces[1] and pieces[3] is not None
    assert words[0] == words[1] == words[2]


def test_the_choice_of_words_is_part_of_what_the_annotator_is() -> None:
    assert minhash_v1(words="whitespace").settings["words"] == "whitespace"
    assert minhash_v1(words="unicode").settings == minhash_v1().settings == {"ngram": 5, "permutations": 112, "seed": 1}
    with pytest.raises(UsageError, match="`words` is 'spaces', but must be unicode or whitespace"):
        minhash_v1(words="spaces")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"ngram": 0}, "`ngram` is 0, but must be at least 1"),
        ({"permutations": 0}, "`permutations` is 0, but must be at least 1"),
        ({"seed": -1}, "`seed` is -1, but must be at least 0"),
        ({"unit": "letters"}, "`unit` is 'letters', but must be words or characters"),
        ({"bits": 48}, "`bits` is 48, but must be 32 or 64"),
        (
            {"family": "datasketch2"},
            "`family` is 'datasketch2', but must be thresher or datasketch or datasketch_legacy or datatrove or "
            "datatrove_sha1",
        ),
        ({"family": "datasketch_legacy", "bits": 64}, "`bits` is 64, but must be 32 for family datasketch_legacy"),
        (
            {"family": "datatrove", "seed": 2**32},
            "`seed` is 4294967296, but must be at most 4294967295 for family datat",
        ),
    ],
)
def test_settings_that_make_no_sense_are_told(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=f"^minhash_v1: {re.escape(told)}"):
        minhash_v1(**settings)


def test_only_what_was_chosen_is_in_the_settings_and_so_in_the_fingerprint() -> None:
    usual = {"ngram": 5, "permutations": 112, "seed": 1}
    assert minhash_v1(unit="words", bits=32, family="thresher").settings == usual
    chosen = minhash_v1(unit="characters", bits=64, family="datatrove")
    assert chosen.settings == {**usual, "unit": "characters", "bits": 64, "family": "datatrove"}


@pytest.mark.parametrize("family", [OWN, *FAMILIES])
@pytest.mark.parametrize("unit", UNITS)
def test_every_choice_is_another_signature_that_depends_on_its_text_alone(family: str, unit: str) -> None:
    texts = ["To be, or not to be: that is the question", None, "be", "今日は雨だ、今日は雨だ", ""]
    for bits in BITS if family == OWN else FAMILIES[family].bits:
        found = signed(texts, family=family, unit=unit, bits=bits, ngram=3)
        assert [one and len(one) for one in found] == [14 * bits, None, None, 14 * bits, None]
        assert found == signed(texts[::-1], pa.large_string(), family=family, unit=unit, bits=bits, ngram=3)[::-1]
        assert (
            found[0]
            == signed(["TO BE OR (not) to be?  That is - the question!"], family=family, unit=unit, bits=bits, ngram=3)[
                0
            ]
        )


def test_no_two_choices_make_one_signature() -> None:
    text, few = "it was the best of times it was the worst of times", 2
    made = [
        signed([text], permutations=few, unit=unit, family=family, bits=bits)[0]
        for unit in UNITS
        for family in (OWN, *FAMILIES)
        for bits in (BITS if family == OWN else FAMILIES[family].bits)
    ]
    assert len(made) == 18 == len(set(made))


def test_no_signature_depends_on_the_neighbours_or_the_kind_of_array(data_dir: Path) -> None:
    with gzip.open(data_dir / "neardup" / "minhash1000.jsonl.gz", "rt") as lines:
        texts = [json.loads(line)["text"] for line in lines][:200]
    together = signed(texts)
    assert together == signed(texts[::-1])[::-1] == signed(texts, pa.large_string())
    assert together == [signed([text])[0] for text in texts]
    sliced = minhash_v1().measure(pa.array([None, *texts]).slice(1)).field("signature")
    assert sliced.to_pylist() == together


def test_hostile_documents() -> None:
    texts = [b"\xff\xfe" * 50_000, b"\0" * 100_000, b"word" * 250_000, "字".encode() * 100_000, b"a " * 25_000_000]
    found = signed(texts, pa.binary())
    assert [signature is not None for signature in found] == [False, False, False, True, True]
    for signature, few in zip(found[3:], ["字字字字字", "a a a a a"], strict=True):
        assert signature == signed([few])[0]


def test_hostile_documents_for_the_other_choices() -> None:
    texts = [b"\xff\xfe" * 5_000, b"\0" * 10_000, b"word" * 250_000, "字".encode() * 10_000, b"a " * 1_000_000]
    for settings in ({"unit": "characters", "bits": 64}, {"family": "datasketch"}, {"family": "datatrove", "bits": 64}):
        found = signed(texts, pa.binary(), ngram=3, **settings)
        by_words = settings.get("unit") != "characters"
        assert [signature is not None for signature in found] == [False, False, not by_words, True, True]
        few = ["字字字字", "a a a a"]
        assert found[3:] == signed(few, ngram=3, **settings)


def test_no_documents_at_all_and_the_trip_to_the_workers() -> None:
    for family in (OWN, "datatrove"):
        annotator = pickle.loads(pickle.dumps(minhash_v1(family=family)))
        measured = annotator.measure(pa.array([], pa.string()))
        assert len(measured) == 0 and measured.type == annotator.fields


def test_planted_near_duplicates_are_alike(data_dir: Path) -> None:
    with gzip.open(data_dir / "neardup" / "minhash1000.jsonl.gz", "rt") as lines:
        documents = [json.loads(line) for line in lines]
    rows = np.array([np.frombuffer(row, "<u4") for row in signed([d["text"] for d in documents]) if row is not None])
    assert len(rows) == len(documents)
    alike = [(rows == row).mean(1) for row in rows]
    near = sum(int((shares > 0.8).sum()) - 1 for shares in alike) // 2
    assert near == 10  # as planted, all at Jaccard 0.95 or more
