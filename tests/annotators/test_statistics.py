"""The annotators of text statistics: shapes, nulls, edge cases, and that they travel to Spark's workers."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyspark.cloudpickle import dumps, loads

from thresher.annotators.base import Annotator
from thresher.annotators.fineweb import fineweb_v1
from thresher.annotators.gopher import gopher_v1
from thresher.annotators.registry import make
from thresher.annotators.repetition import repetition_v1
from thresher.annotators.sizes import sizes_v1

NAMES = (
    *("sizes_v1", "gopher_v1", "gopher_dolma_v1", "gopher_dclm_v1", "fineweb_v1"),
    *("repetition_v1", "repetition_dclm_v1", "pii_v1", "addresses_dclm_v1", "refinedweb_lines_v1"),
    *("c4_v1", "c4_datatrove_v1", "c4_fineweb_v1", "c4_dclm_v1"),
)
EDITS = [name for name in NAMES if make(name, {}).edit is not None]
CUT = "The one. Two, three four five!\nSIGN UP\n\n\n\nat a.com, 1.2.3.4 and me@a.org"  # by each edit
TEXTS = [CUT, None, "", "x", f"{CUT}.\n{CUT}"]


def arrays() -> list[pa.Array]:
    """The texts in every layout that an array of Arrow's comes in."""
    texts, large = pa.array(TEXTS), pa.array(TEXTS, pa.large_string())
    slices = [array.slice(1, 3) for array in (texts, large)]
    return [texts, large, *slices, texts.slice(4), texts.slice(0, 0), pa.nulls(2, pa.string())]


@pytest.mark.parametrize("name", NAMES)
def test_an_annotator_is_named_as_it_is_registered_and_can_be_sent(name: str):
    annotator: Annotator = loads(dumps(make(name, {})))
    assert annotator.name == name
    texts = pa.array(TEXTS)
    for array in arrays():
        measured = annotator.measure(array)
        assert measured.type == annotator.fields
        assert measured.is_valid().to_pylist() == array.is_valid().to_pylist()
    apart = [annotator.measure(texts.slice(place, 1)).to_pylist()[0] for place in range(len(texts))]
    assert annotator.measure(texts).to_pylist() == annotator.measure(texts.cast(pa.large_string())).to_pylist() == apart


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_leaves_nulls_and_knows_no_neighbour(name: str):
    edit = make(name, {}).edit
    assert edit is not None
    texts = pa.array(TEXTS)
    for array in arrays():
        left = edit(array)
        left.validate(full=True)
        assert left.type == pa.string() and left.is_valid().to_pylist() == array.is_valid().to_pylist()
    apart = [edit(texts.slice(place, 1)).to_pylist()[0] for place in range(len(texts))]
    assert edit(texts).to_pylist() == edit(texts.cast(pa.large_string())).to_pylist() == apart != TEXTS


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
