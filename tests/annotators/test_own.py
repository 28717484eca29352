"""A user's own signals and rules: one decorated function and some YAML, in a recipe and as a Column function."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyspark.sql import SparkSession

import thresher.functions as T
from thresher.annotators.own import annotator
from thresher.corpus import Corpus
from thresher.errors import UsageError
from thresher.location import locate
from thresher.recipe import read_recipe
from thresher_jobs import annotate, filter, pipeline
from thresher_jobs.ingest import Ingest


@annotator(exclamations=pa.int64(), share=pa.float64())
def shouting_v1(text: str) -> dict[str, float]:
    """How much a text shouts."""
    return {"exclamations": text.count("!"), "share": text.count("!") / max(len(text), 1)}


@annotator(exclamations=pa.int64())
def shouting_v2(text: pa.Array) -> dict[str, pa.Array]:
    """The same over whole arrays."""
    return {"exclamations": pc.count_substring(text, "!").cast(pa.int64())}


TEXTS = ["Stop! Thief! Stop!", "A quiet day.", None, "Über!"]


def test_a_function_of_one_text_and_one_of_arrays_are_annotators() -> None:
    one, arrays = (factory().measure(pa.array(TEXTS)).to_pylist() for factory in (shouting_v1, shouting_v2))
    assert [row and row["exclamations"] for row in one] == [3, 0, None, 1]
    assert [row and row["exclamations"] for row in arrays] == [3, 0, None, 1]
    assert (shouting_v1().name, shouting_v1.__doc__) == ("shouting_v1", "How much a text shouts.")


def test_a_function_of_neither_kind_is_told() -> None:
    with pytest.raises(UsageError, match="one parameter, annotated `str`"):
        annotator(n=pa.int64())(lambda text: {"n": 1})


def test_it_is_a_column_function(spark: SparkSession) -> None:
    rows = spark.createDataFrame([(text,) for text in TEXTS], "text string")
    found = rows.select(T.signal(shouting_v1())("text")).toArrow()["shouting_v1"].to_pylist()
    assert found == shouting_v1().measure(pa.array(TEXTS)).to_pylist()


def test_a_recipe_with_a_signal_and_rules_of_ones_own(spark: SparkSession, tmp_path: Path) -> None:
    recipe = tmp_path / "mine.yaml"
    recipe.write_text(
        "name: mine\nannotate: {tests.annotators.test_own:shouting_v1: , sizes_v1: }\ndedup: null\n"
        "rules:\n  calm_v1:\n    exclamations: {signal: shouting_v1.exclamations, at_most: 1}\n"
        "    bytes: {signal: sizes_v1.bytes, at_least: 6, detail: shouting_v1.share}\n"
    )
    texts = [text for text in TEXTS if text]
    (tmp_path / "in.jsonl").write_text(
        "".join(json.dumps({"id": text, "text": text}) + "\n" for text in [*texts, "No"])
    )
    corpus = Corpus(spark, locate(str(tmp_path / "corpus")))
    pipeline.run(corpus, read_recipe(str(recipe)), (annotate.STAGE, filter.STAGE), Ingest(str(tmp_path / "in.jsonl")))
    verdicts = corpus.verdicts.join(corpus.documents, "doc_id").select("record_id", "rule", "value", "detail").collect()
    assert sorted((row["record_id"], row["rule"], row["value"], row["detail"]) for row in verdicts) == [
        ("No", "calm_v1.bytes", 2.0, "0.0"),
        ("Stop! Thief! Stop!", "calm_v1.exclamations", 3.0, None),
    ]
