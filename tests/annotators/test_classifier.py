"""Classifiers by their path: scores against the library on real texts, several in one recipe, what is wrong told."""

import gzip
import json
import pickle
from pathlib import Path

import fasttext
import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from thresher.annotators.classifier import classifier_v1
from thresher.annotators.language import language_v1, packaged_model
from thresher.corpus import Corpus
from thresher.errors import ThresherError, UsageError
from thresher.location import locate
from thresher.recipe import read_recipe
from thresher_jobs import annotate, filter, pipeline
from thresher_jobs.ingest import Ingest

from ..kernels.test_fasttext import Recipe, write


@pytest.fixture(scope="module")
def quality(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model of the shape of a quality classifier: words and pairs of words, softmax."""
    recipe = Recipe(loss=3, ngrams=(0, 0), pruned=False, quantised=False, word_ngrams=2)
    return write(tmp_path_factory.mktemp("models") / "quality.bin", recipe)


@pytest.mark.parametrize("label", ["en", "de", "ja"])
def test_scores_are_the_librarys_on_real_texts(data_dir: Path, label: str) -> None:
    texts = []
    for path in ("text/wcxb_dev_gold_all_clean.jsonl.gz", "lid/lingua75x200.jsonl.gz"):
        with gzip.open(data_dir / path, "rt", encoding="utf-8") as lines:
            texts += [json.loads(line)["text"] for line in lines][::25]
    model = fasttext.load_model(str(packaged_model()))
    ours = classifier_v1(packaged_model(), label).measure(pa.array(texts)).field("score").to_pylist()
    for text, score in zip(texts, ours, strict=True):
        theirs = dict(zip(*model.predict(text.replace("\n", " "), k=-1), strict=True))
        assert score == pytest.approx(theirs.get(f"__label__{label}", 0.0), abs=1e-5)


def test_without_a_label_it_is_the_best_label_and_its_score(quality: Path) -> None:
    texts = pa.array(["the und les", "мир 中文", "", None])
    *known, empty, missing = classifier_v1(quality).measure(texts).to_pylist()
    of = {label: classifier_v1(quality, label).measure(texts).field("score").to_pylist() for label in ("en", "de")}
    assert (empty, missing) == ({"label": None, "score": 0.0}, None)
    for place, row in enumerate(known):
        assert all(scores[place] <= row["score"] + 1e-6 for scores in of.values())
    language = language_v1().measure(texts.slice(0, 2))
    assert classifier_v1(packaged_model()).measure(texts.slice(0, 2)).equals(language)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_slices_nulls_and_the_trip_to_the_workers(quality: Path, kind: pa.DataType) -> None:
    annotator = pickle.loads(pickle.dumps(classifier_v1(str(quality), "__label__de")))
    assert (annotator.settings, annotator.files) == ({"label": "de"}, (quality,))
    texts = pa.array(["skipped", None, " \n", "the мир", "x"], kind)
    measured = annotator.measure(texts.slice(1))
    assert measured.type == annotator.fields
    missing, empty, words, _ = measured.to_pylist()
    assert (missing, empty) == (None, {"score": 0.0}) and 0 < words["score"] < 1
    assert annotator.measure(pa.array(["the мир"])).to_pylist() == [words]


def test_what_is_wrong_is_told_where_the_recipe_is_read(quality: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no model file .*none\.bin"):
        classifier_v1(tmp_path / "none.bin")
    with pytest.raises(UsageError, match=r"knows no label hq; it has en, de, fr, ru, zh$"):
        classifier_v1(quality, "hq")
    with pytest.raises(UsageError, match=r"knows no label sr-Latn; it has en, ru, .* and 168 more"):
        classifier_v1(packaged_model(), "sr-Latn")
    (tmp_path / "other.bin").write_bytes(b"")
    with pytest.raises(ThresherError, match="not a fastText model"):
        classifier_v1(tmp_path / "other.bin", "hq")


def test_a_recipe_has_several_each_under_its_own_name(spark: SparkSession, quality: Path, tmp_path: Path) -> None:
    path, texts = tmp_path / "mine.yaml", ["the und the und", "мир 中文 les", "a ça"]
    path.write_text(
        f"name: mine\nannotate:\n  german: {{annotator: classifier_v1, model: {quality}, label: de}}\n"
        f"  best: {{annotator: classifier_v1, model: {quality}}}\n"
        "rules: {mine: {german: {signal: german.score, at_least: 2, detail: best.label}}}\ndedup: null\n"
    )
    (tmp_path / "in.jsonl").write_text("".join(json.dumps({"id": text, "text": text}) + "\n" for text in texts))
    corpus, recipe = Corpus(spark, locate(str(tmp_path / "corpus"))), read_recipe(str(path))
    pipeline.run(corpus, recipe, (annotate.STAGE, filter.STAGE), Ingest(str(tmp_path / "in.jsonl")))
    rows = corpus.verdicts.join(corpus.documents, "doc_id").select("record_id", "rule", "value", "detail").collect()
    measured = {annotator.name: annotator.measure(pa.array(texts)).to_pylist() for annotator in recipe.annotators}
    assert sorted((row["record_id"], row["rule"], row["value"], row["detail"]) for row in rows) == sorted(
        (text, "mine.german", one["score"], best["label"])
        for text, one, best in zip(texts, measured["german"], measured["best"], strict=True)
    )
