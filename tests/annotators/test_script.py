"""The script annotator: nulls, both widths of Arrow text, and the trip to the workers."""

import pickle

import pyarrow as pa
import pytest

from thresher.annotators.script import script_v1

UNDETERMINED = {"script": "Zyyy", "share": 0.0}


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_slices_and_both_widths_of_arrow_text(kind: pa.DataType) -> None:
    texts = pa.array(["skipped", None, "Вот это да", "", "2 × 2 = 4 😀"], kind)
    written = {"script": "Cyrl", "share": 1.0}
    assert script_v1().measure(texts.slice(1)).to_pylist() == [None, written, UNDETERMINED, UNDETERMINED]


def test_korean_stays_korean_beside_a_few_han() -> None:
    [row] = script_v1().measure(pa.array(["대한민국(大韓民國)은 동아시아에 있는 나라이다"])).to_pylist()
    assert row == {"script": "Hang", "share": pytest.approx(16 / 20)}


def test_the_annotator_travels_to_the_workers() -> None:
    annotator = pickle.loads(pickle.dumps(script_v1()))
    assert annotator.measure(pa.array([], pa.string())).type == annotator.fields
