"""The language annotator against the library that published the model, on real texts in 75 languages."""

import gzip
import json
import pickle
from pathlib import Path

import fasttext
import pyarrow as pa
import pytest

from thresher.annotators.language import language_v1, packaged_model
from thresher.errors import ThresherError, UsageError
from thresher.filters.language_v1 import LANGUAGE_V1


def real_texts(folder: Path) -> list[str]:
    texts = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            texts += [json.loads(line)["text"] for line in lines]
    return texts


def library(texts: list[str]) -> list[tuple[str, float]]:
    model = fasttext.load_model(str(packaged_model()))
    found = [model.predict(text.replace("\n", " ")) for text in texts]
    return [(labels[0].removeprefix("__label__"), float(scores[0])) for labels, scores in found]


@pytest.mark.parametrize("folder", ["lid", "text"])
def test_labels_and_scores_are_the_librarys_over_the_whole_text(data_dir: Path, folder: str) -> None:
    texts = real_texts(data_dir / folder)
    assert len(texts) > 1000
    measured = language_v1().measure(pa.array(texts)).to_pylist()
    for ours, (label, score) in zip(measured, library(texts), strict=True):
        assert ours["label"] == label
        assert ours["score"] == pytest.approx(score, abs=1e-5)


def test_no_result_depends_on_the_neighbours(data_dir: Path) -> None:
    texts = real_texts(data_dir / "lid")[::50]
    together = language_v1().measure(pa.array(texts)).to_pylist()
    backwards = language_v1().measure(pa.array(texts[::-1])).to_pylist()[::-1]
    alone = [language_v1().measure(pa.array([text])).to_pylist()[0] for text in texts]
    assert together == backwards == alone


def test_documents_without_a_language() -> None:
    texts = pa.array(["", " \t\n\r\v\f\0", "</s> __label__en", None])
    undetermined = {"label": "und", "score": 0.0}
    assert language_v1().measure(texts).to_pylist() == [undetermined, undetermined, undetermined, None]


def test_line_ends_and_the_formats_own_signs_are_only_spaces() -> None:
    texts = ["Il fait beau aujourd'hui, nous partons", "Il fait\nbeau </s> aujourd'hui,\n\nnous __label__de partons"]
    first, second = language_v1().measure(pa.array(texts)).to_pylist()
    assert first == second and first["label"] == "fr"


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_slices_and_both_widths_of_arrow_text(kind: pa.DataType) -> None:
    texts = pa.array(["skipped", None, "Heute regnet es schon wieder.", "Oggi piove di nuovo."], kind)
    assert [row and row["label"] for row in language_v1().measure(texts.slice(1)).to_pylist()] == [None, "de", "it"]


@pytest.mark.parametrize("text", ["x" * 1_000_000, "\u0080" * 500_000], ids=["one word", "no letters"])
def test_a_word_of_a_megabyte(text: str) -> None:
    [(label, score)] = library([text])
    [ours] = language_v1().measure(pa.array([text])).to_pylist()
    assert ours == {"label": label, "score": pytest.approx(score, abs=1e-5)}


def test_fifty_megabytes_on_one_line() -> None:
    sentence = "Heute regnet es schon wieder. "
    [row] = language_v1().measure(pa.array([sentence * (50_000_000 // len(sentence))])).to_pylist()
    assert row["label"] == "de" and row["score"] > 0.65  # float32 sums lose a little in so long a text


def test_bytes_that_are_no_utf8_are_read_without_harm() -> None:
    broken = [b"\xff\xfe\xfd", b"\x80\x80\x80\x80", b"caf\xc3", b"\xf0\x9f plain words \xe4\xb8"]
    text = pa.array(broken, pa.binary())
    measured = language_v1().measure(text).to_pylist()
    assert len(measured) == 4 and all(0 <= row["score"] <= 1.01 for row in measured)


def test_the_annotator_travels_to_the_workers() -> None:
    annotator = pickle.loads(pickle.dumps(language_v1()))
    assert annotator.measure(pa.array(["Où est la gare ?"])).type == annotator.fields


def test_a_missing_or_foreign_model_is_told(tmp_path: Path) -> None:
    other = tmp_path / "model.ftz"
    with pytest.raises(UsageError, match="no model file"):
        language_v1(other)
    other.write_bytes(b"not a model at all")
    with pytest.raises(ThresherError, match="not a fastText model"):
        language_v1(other).measure(pa.array(["a"]))


def test_another_model_takes_the_packaged_ones_place(tmp_path: Path) -> None:
    copy = tmp_path / "copy.ftz"
    copy.write_bytes(packaged_model().read_bytes())
    text = pa.array(["Dónde está la biblioteca"])
    assert language_v1(copy).measure(text).equals(language_v1().measure(text))
    assert (language_v1(copy).files, language_v1().files) == ((copy,), (packaged_model(),))


def test_the_rule_set_is_fine_webs() -> None:
    language, score = LANGUAGE_V1.rules
    assert (language.signal, language.one_of) == ("language_v1.label", ("en",))
    assert (score.signal, score.at_least) == ("language_v1.score", 0.65)
