"""The annotators of text statistics: shapes, nulls, edge cases, and that they travel to Spark's workers."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from pyspark.cloudpickle import dumps, loads

from thresher.annotators.base import Annotator
from thresher.annotators.fineweb import fineweb_v1
from thresher.annotators.gopher import gopher_v1
from thresher.annotators.gopher_dclm import gopher_dclm_v1
from thresher.annotators.gopher_dolma import gopher_dolma_v1
from thresher.annotators.pii import pii_v1
from thresher.annotators.repetition import repetition_v1
from thresher.annotators.sizes import sizes_v1

FACTORIES = (sizes_v1, gopher_v1, gopher_dolma_v1, gopher_dclm_v1, repetition_v1, fineweb_v1, pii_v1)


@pytest.mark.parametrize("factory", FACTORIES)
def test_an_annotator_is_named_like_its_factory_and_can_be_sent(factory: Callable[[], Annotator]):
    annotator: Annotator = loads(dumps(factory()))
    assert annotator.name == factory.__name__
    texts = pa.array(["One. Two.\nThree", None, "", "x"])
    for array in (texts, texts.cast(pa.large_string()), texts.slice(1, 2), texts.slice(0, 0), pa.nulls(2, pa.string())):
        measured = annotator.measure(array)
        assert measured.type == annotator.fields
        assert measured.is_valid().to_pylist() == array.is_valid().to_pylist()
    assert annotator.measure(texts.slice(3)).to_pylist() == annotator.measure(texts).to_pylist()[3:]


def test_an_empty_document_has_no_words_and_no_ratios():
    empty = pa.array([""])
    gopher = gopher_v1().measure(empty).to_pylist()[0]
    assert gopher.pop("words") == 0 and gopher.pop("stop_words") == 0
    repetition = repetition_v1().measure(empty).to_pylist()[0]
    assert repetition.pop("characters") == 0
    fineweb = fineweb_v1().measure(empty).to_pylist()[0]
    assert fineweb.pop("lines") == 0
    assert {*gopher.values(), *fineweb.values()} == {None}
    assert {value for name, value in repetition.items() if name != "duplicate_paragraphs"} == {None}
    assert sizes_v1().measure(empty).to_pylist() == [{"bytes": 0, "characters": 0, "words": 0, "lines": 0}]


def test_one_word_again_and_again():
    n = 1_000_000
    text = pa.array(["spam " * n])
    assert gopher_v1().measure(text).to_pylist()[0]["words"] == n
    row = repetition_v1().measure(text).to_pylist()[0]
    assert row["top_2_gram"] == (n - 1) * 9 / (5 * n)
    assert row["duplicate_10_grams"] == pytest.approx(40 * ((n - 1) // 10) / (5 * n), rel=1e-5)


@pytest.mark.parametrize("char", ["a", ".", "\n", " ", "é", "中", "'", "-", "\xa0", "1", "/", "@"])
def test_a_million_times_one_character(char: str):
    n = 1_000_000
    text = pa.array([char * n])
    size = sizes_v1().measure(text).to_pylist()[0]
    assert size["characters"] == n and size["bytes"] == n * len(char.encode())
    assert size["lines"] == (n if char == "\n" else 1)
    tokens = {"'": n, "中": n, " ": 0, "\n": 0, "\xa0": 0}.get(char, -(-n // 65536))
    ratio = fineweb_v1().measure(pa.array([char * n + "\n"])).to_pylist()[0]["newline_ratio"]
    assert ratio == (None if tokens == 0 else pytest.approx((n + 1 if char == "\n" else 1) / tokens))
    assert repetition_v1().measure(text).to_pylist()[0]["characters"] == n


def test_known_texts_have_sane_statistics(data_dir: Path):
    file = data_dir / "text" / "english_novels12.jsonl.gz"
    novels = pa.array([json.loads(line)["text"] for line in gzip.open(file, "rt", encoding="utf-8")])
    for row in gopher_v1().measure(novels).to_pylist():
        assert 10_000 < row["words"] and 3.5 < row["mean_word_length"] < 5 and row["stop_words"] == 8
        assert row["alphabetic_words"] > 0.75 and row["bullet_lines"] < 0.1
    for row in repetition_v1().measure(novels).to_pylist():
        assert row["duplicate_10_grams"] < row["duplicate_5_grams"] < 0.2 and row["top_2_gram"] < 0.05
