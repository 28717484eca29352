"""The annotator of personal data: its counts, what it leaves in the place of spans, recall on labelled sentences."""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from thresher.annotators.pii import FIELDS, find_spans, leave, measure, pii_v1
from thresher.annotators.registry import make
from thresher.kernels.pii import KINDS
from thresher.kernels.pii_redact import REPLACEMENTS

from ..kernels.test_pii import COLONS, DENSE, NUMERIC
from ..kernels.texts import TEXTS

TRUTH = {"EMAIL_ADDRESS": "emails", "PHONE_NUMBER": "phones", "CREDIT_CARD": "cards"}


def redacted(text: str, public: bool = True) -> str:
    (left,) = leave(pa.array([text]), public).to_pylist()
    assert isinstance(left, str)
    return left


def cut(text: str, public: bool = True) -> Iterator[tuple[str, str]]:
    """Each span's text and kind."""
    for row in find_spans(pa.array([text]), public).to_pylist():
        yield text.encode()[row["start"] : row["end"]].decode(), row["kind"]


@given(text=TEXTS | DENSE)
def test_counts_are_those_of_the_spans(text: str) -> None:
    (row,) = measure(pa.array([text])).to_pylist()
    found = list(cut(text))
    assert row.pop("characters") == sum(len(span) for span, _ in found)
    assert row == {kind: sum(other == kind for _, other in found) for kind in KINDS}


@settings(max_examples=400)
@given(text=TEXTS | DENSE | NUMERIC | COLONS, public=st.booleans())
@example(text="+49 1.2.3.4 12", public=True)
@example(text="0490 75 40 81 555-234-5678", public=True)
@example(text="tel 12 +41 44 668 18 00 555-234-5678 1 8.8.8.8", public=True)
def test_an_edit_of_an_edited_text_changes_nothing(text: str, public: bool) -> None:
    once = redacted(text, public)
    assert redacted(once, public) == once
    assert all(span == REPLACEMENTS[kind] for span, kind in cut(once, public))


@given(text=TEXTS | DENSE)
def test_what_is_no_span_stays(text: str) -> None:
    """Where one round is enough, the text left is the text with its spans replaced."""
    expected, end = "", 0
    encoded = text.encode()
    for row in find_spans(pa.array([text])).to_pylist():
        expected += encoded[end : row["start"]].decode() + REPLACEMENTS[row["kind"]]
        end = row["end"]
    expected += encoded[end:].decode()
    if all(span == REPLACEMENTS[kind] for span, kind in cut(expected)):
        assert redacted(text) == expected


PLANTED = st.one_of(
    st.from_regex(r"[a-z]{3,9}\.[a-z]{3,9}@[a-z]{4,12}\.(com|org|de|co\.uk)", fullmatch=True),
    st.from_regex(r"\+(49|33|41) [1-9][0-9]{2} [0-9]{4} [0-9]{3}", fullmatch=True),
    st.from_regex(r"\([2-9][0-9]{2}\) [2-9][0-9]{2}-[0-9]{4}", fullmatch=True),
    st.from_regex(r"(1[1-9]|2[0-9]|[3-9][0-9])\.[1-9][0-9]\.[1-9][0-9]\.1[0-9]{2}", fullmatch=True),
    st.from_regex(r"2[67][0-9a-f]{2}:[1-9a-f][0-9a-f]{3}:[1-9a-f][0-9a-f]{3}::[1-9a-f][0-9a-f]{3}", fullmatch=True),
    st.from_regex(r"AKIA[A-Z0-9]{16}", fullmatch=True),
    st.from_regex(r"ghp_[A-Za-z0-9]{36}", fullmatch=True),
)


@given(
    PLANTED,
    st.sampled_from(("", "é", "电话", "Bob — ", "<", "(")),
    st.sampled_from(("", ".", ",", "?", "谢谢", ")", " –")),
)
def test_the_text_left_does_not_hold_what_was_found(planted: str, before: str, after: str) -> None:
    glue = " " if before == "é" or not before.isascii() else ""
    text = f"Write {before}{glue}{planted}{after} or not, said “Zoë”."
    found = list(cut(text))
    assert [span for span, _ in found] == [planted]
    (kind,) = (kind for _, kind in found)
    assert redacted(text) == text.replace(planted, REPLACEMENTS[kind])
    assert planted not in redacted(text) or planted in REPLACEMENTS.values()


def test_replacements_are_reserved_and_of_their_kind() -> None:
    for kind, replacement in REPLACEMENTS.items():
        found = list(cut(f"see {replacement}, said she", public=False))
        assert found == ([] if kind == "secrets" else [(replacement, kind)])
        if kind in ("ipv4", "ipv6"):
            assert not list(cut(f"see {replacement}, said she"))


def test_private_addresses_are_left_alone_unless_asked_for() -> None:
    text = pa.array(["10.0.0.1, ::1 and 8.8.8.8"])
    assert leave(text).to_pylist() == ["10.0.0.1, ::1 and 192.0.2.1"]
    assert leave(text, public_ips=False).to_pylist() == ["192.0.2.1, 2001:db8::1 and 192.0.2.1"]
    every = make("pii_v1", {"public_ips": False})
    assert every.settings == {"public_ips": False} != pii_v1().settings
    assert every.measure(text).field("ipv4").to_pylist() == [2]


def test_shapes_and_nulls() -> None:
    texts = pa.array(["me@a.org", None, "", "é 8.8.8.8"])
    for array in (texts, texts.cast(pa.large_string()), texts.slice(1, 2), texts.slice(0, 0), pa.nulls(2, pa.string())):
        measured, left = pii_v1().measure(array), leave(array)
        assert measured.type == FIELDS and left.type == pa.string()
        assert measured.is_valid().to_pylist() == left.is_valid().to_pylist() == array.is_valid().to_pylist()
    assert find_spans(texts.slice(3)).to_pylist() == [{"document": 0, "start": 3, "end": 10, "kind": "ipv4"}]
    assert leave(texts).to_pylist() == ["email@example.com", None, "", "é 192.0.2.1"]
    assert find_spans(pa.nulls(0, pa.string())).num_rows == 0


def test_bytes_that_are_no_text_are_passed_through() -> None:
    raw = b"\xff\xc3 me@a.org\xe2\x82 8.8.8.8\xf0"
    text = pa.StringArray.from_buffers(1, pa.py_buffer(np.array([0, len(raw)], np.int32)), pa.py_buffer(raw))
    left = leave(text).cast(pa.binary()).to_pylist()
    assert left == [b"\xff\xc3 email@example.com\xe2\x82 192.0.2.1\xf0"]


@pytest.fixture(scope="module")
def labelled(data_dir: Path) -> list[dict[str, object]]:
    path = data_dir / "pii" / "presidio_synth_v2.jsonl.gz"
    return [json.loads(line) for line in gzip.open(path, "rt", encoding="utf-8")]


Labels = set[tuple[int, int, int, str]]


def truth(rows: list[dict[str, object]]) -> Labels:
    labels: Labels = set()
    for document, row in enumerate(rows):
        for start, end, label, span in row["spans"]:  # type: ignore[attr-defined]
            kind = TRUTH.get(label) or ("ipv6" if ":" in span else "ipv4")
            if label in TRUTH or label == "IP_ADDRESS":
                labels.add((document, start, end, kind))
    return labels


def spans_of(texts: list[str]) -> Labels:
    encoded = [text.encode() for text in texts]
    return {
        (d, len(encoded[d][:start].decode()), len(encoded[d][:end].decode()), kind)
        for d, start, end, kind in (row.values() for row in find_spans(pa.array(texts)).to_pylist())
    }


@pytest.mark.parametrize(
    ("kind", "least", "precision", "recall"),
    [
        ("emails", 49, 1.0, 1.0),
        ("ipv4", 13, 1.0, 1.0),
        ("ipv6", 1, 1.0, 1.0),
        ("phones", 92, 0.95, 0.95),  # some labels are like a postcode and a house number, and the reverse
        ("cards", 136, 1.0, 0.98),
    ],
)
def test_labelled_spans_are_found_exactly(
    labelled: list[dict[str, object]], kind: str, least: int, precision: float, recall: float
) -> None:
    expected = {span for span in truth(labelled) if span[3] == kind}
    found = {span for span in spans_of([str(row["text"]) for row in labelled]) if span[3] == kind}
    assert len(expected) == least
    assert len(expected & found) >= recall * len(expected), expected - found
    assert len(expected & found) >= precision * len(found), found - expected


def test_prose_has_little_and_keeps_the_rest(data_dir: Path) -> None:
    """12 novels have no address, number or secret; every e-mail address found on the web has its @ and a domain."""
    novels, web = (
        pa.array([json.loads(line)["text"] for line in gzip.open(data_dir / "text" / name, "rt", encoding="utf-8")])
        for name in ("english_novels12.jsonl.gz", "wcxb_dev_gold_all_clean.jsonl.gz")
    )
    counts = {field.name: pc.sum(measure(novels).field(field.name)).as_py() for field in FIELDS}
    assert set(counts.values()) == {0}
    assert leave(novels).equals(novels.cast(pa.string()))
    texts = web.to_pylist()
    for row in find_spans(web).to_pylist():
        span = texts[row["document"]].encode()[row["start"] : row["end"]].decode()
        if row["kind"] == "emails":
            assert re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}", span), span
        if row["kind"] == "phones":
            assert 7 <= sum(char.isdigit() for char in span) <= 21, span
