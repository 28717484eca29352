"""The exact hash: equal for texts that differ in case and white space only, and for no others."""

import gzip
import json
import pickle
from pathlib import Path

import pyarrow as pa
import pytest

from thresher.annotators.exact import exact_v1
from thresher.annotators.registry import make
from thresher.errors import UsageError
from thresher.kernels.unicode import lower


def hashed(
    texts: list[str | bytes | None], kind: pa.DataType | None = None, normalise: str = "case_and_space"
) -> list[tuple[int, int] | None]:
    rows = exact_v1(normalise).measure(pa.array(texts, kind)).to_pylist()
    return [row and (row["hash"], row["check"]) for row in rows]


def test_case_and_white_space_do_not_matter() -> None:
    texts = ["Der Ärger\u00a0ist  groß", "\n der\tärger ist\u2003\u2028groß\r\n", "DER ärger IST groß"]
    assert len(set(hashed(texts))) == 1


@pytest.mark.parametrize(
    "other", ["Der Ärger ist gros", "Der Ärgerist groß", "Der Arger ist groß", "Der Ärger ist groß."]
)
def test_anything_else_does(other: str) -> None:
    one, two = hashed(["Der Ärger ist groß", other])
    assert one != two


def test_the_hash_is_murmur3_of_the_normalised_text() -> None:
    assert hashed(["Hello "]) == [(0xCBD8A7B341BD9B02 - 2**64, 0x5B1E906A48AE1D19)]


def test_documents_of_nothing_are_no_copies_of_each_other() -> None:
    assert hashed(["", " \n\t\u3000", None, "a"])[:3] == [None, None, None]


def test_real_texts_group_as_their_normalised_texts_do(data_dir: Path) -> None:
    texts = []
    for path in sorted((data_dir / "text").glob("w*.jsonl.gz")) + sorted((data_dir / "quality").glob("sms*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            texts += [json.loads(line)["text"] for line in lines]
    texts += [f"  {text.upper().lower()}\n" for text in texts[::7]]
    table = {c: chr(lower(c)) for text in texts for c in set(map(ord, text))}
    normalised = [" ".join(text.translate(table).split()) for text in texts]
    groups: dict[tuple[int, int] | None, set[str]] = {}
    for found, text in zip(hashed(texts), normalised, strict=True):
        groups.setdefault(found, set()).add(text)
    assert all(len(same) == 1 for same in groups.values())
    assert len(groups) == len(set(normalised)) < len(texts)


def test_slices_and_both_widths_of_arrow_text() -> None:
    texts = [None, "The Sea", "", "the land"]
    assert hashed(texts, pa.large_string()) == hashed(texts)
    sliced = exact_v1().measure(pa.array(texts).slice(1)).to_pylist()
    assert sliced == exact_v1().measure(pa.array(texts)).to_pylist()[1:]


def test_hostile_documents() -> None:
    texts = [b"\xff\xfe" * 50_000, b"\xff\xfd" * 50_000, b"\0" * 100_000, b"x" * 50_000_000, b" " * 10_000_000]
    found = hashed(texts, pa.binary())
    assert len(set(found)) == 5 and found[4] is None and None not in found[:4]


def test_the_annotator_travels_to_the_workers() -> None:
    annotator = pickle.loads(pickle.dumps(exact_v1()))
    assert annotator.measure(pa.array([], pa.string())).type == annotator.fields


def test_by_words_punctuation_does_not_matter_either() -> None:
    same = ["Hello, World", "hello world", "«HELLO»\n— world…", "hello\tworld!!"]
    assert len(set(hashed(same, normalise="words"))) == 1
    assert len(set(hashed(same))) == 4
    assert len(set(hashed(["中文，字", "中 文 字。"], normalise="words"))) == 1
    assert len(set(hashed(["helloworld", "hello world", "hello worlds", "world hello"], normalise="words"))) == 4
    assert hashed(["", "?!", "…", None], normalise="words") == [None] * 4


def test_by_none_every_byte_matters() -> None:
    texts = ["The Sea", "the sea", "The  Sea", "The Sea ", " ", "\xe9", "e\u0301"]
    assert len(set(hashed(texts, normalise="none"))) == len(texts)
    assert hashed(["hello"], normalise="none") == [(0xCBD8A7B341BD9B02 - 2**64, 0x5B1E906A48AE1D19)]
    assert hashed(["", None], normalise="none") == [None, None]


def test_the_default_keeps_its_identity_and_others_have_their_own() -> None:
    assert make("exact_v1", {}).settings == make("exact_v1", {"normalise": "case_and_space"}).settings == {}
    assert make("exact_v1", {"normalise": "words"}).settings == {"normalise": "words"}


def test_a_wrong_name_is_told_with_all_that_there_are() -> None:
    with pytest.raises(UsageError, match="`normalise` is 'word', but must be none, case_and_space or words"):
        make("exact_v1", {"normalise": "word"})
