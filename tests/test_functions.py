"""The Column functions give what the annotators give, on any DataFrame, and `judge` drops nothing."""

import gzip
import inspect
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession

import thresher.functions as T
from thresher.annotators.language import packaged_model
from thresher.annotators.registry import ANNOTATORS, make
from thresher.errors import UsageError

FUNCTIONS = {
    "sizes_v1": T.sizes, "gopher_v1": T.gopher, "repetition_v1": T.repetition, "fineweb_v1": T.fineweb,
    "language_v1": T.language, "exact_v1": T.exact, "minhash_v1": T.minhash, "gopher_dolma_v1": T.gopher_dolma,
    "gopher_dclm_v1": T.gopher_dclm, "repetition_dclm_v1": T.repetition_dclm,
    "refinedweb_lines_v1": T.refinedweb_lines,
    "c4_v1": T.c4, "c4_datatrove_v1": lambda text: T.c4(text, "c4_datatrove_v1"),
    "c4_fineweb_v1": lambda text: T.c4(text, "c4_fineweb_v1"), "addresses_dclm_v1": T.addresses_dclm,
    "c4_dclm_v1": lambda text: T.c4(text, "c4_dclm_v1"), "mc4_v1": T.mc4,
    "badwords_v1": T.badwords, "url_v1": T.url, "url_key_v1": T.url_key,
    "pii_v1": T.pii, "repair_v1": T.repair, "script_v1": T.script, "classifier_v1": T.classifier,
    "fineweb_2_v1": T.fineweb_2,
    "decontamination_v1": T.decontamination,
}  # fmt: skip


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Of the annotators that do not work without any, or not without a package of their own."""
    words, suffixes = (tmp_path_factory.mktemp("lists") / name for name in ("words", "suffixes"))
    words.write_text("the\nof course\n")
    suffixes.write_text("com\n")
    items = words.with_name("quiz.jsonl")
    items.write_text('{"text": "one of the"}\n{"text": "文章"}\n')
    return {
        "decontamination_v1": {"items": (str(items),)},
        "badwords_v1": {"lists": str(words)},
        "url_v1": {"suffixes": str(suffixes)},
        "classifier_v1": {"model": str(packaged_model()), "label": "en"},
    }


@pytest.fixture(scope="module")
def texts(data_dir: Path) -> list[str | None]:
    with gzip.open(data_dir / "text/wcxb_dev_gold_all_clean.jsonl.gz", "rt", encoding="utf-8") as file:
        real = [json.loads(line)["text"] for _, line in zip(range(30), file, strict=False)]
    return [*real, "", None, "one", "日本語の文章です。"]


@pytest.fixture(scope="module")
def documents(spark: SparkSession, texts: list[str | None]) -> DataFrame:
    return spark.createDataFrame(list(enumerate(texts)), "n int, text string")


def test_every_annotator_has_its_function() -> None:
    assert set(FUNCTIONS) == set(ANNOTATORS)


def test_every_function_shows_an_example_that_runs() -> None:
    here = [f for _, f in inspect.getmembers(T, inspect.isfunction) if f.__module__.startswith(T.__name__)]
    public = {f.__name__: inspect.getdoc(f) or "" for f in here if not f.__name__.startswith("_")}
    assert len(public) > len(FUNCTIONS) / 2
    assert not [name for name, doc in public.items() if f"T.{name}(" not in doc or ">>> df = spark." not in doc]


def test_functions_give_what_annotators_give(
    documents: DataFrame, texts: list[str | None], settings: dict[str, dict[str, Any]]
) -> None:
    columns = [function("text", **settings.get(name, {})) for name, function in FUNCTIONS.items()]
    rows = documents.select("n", *columns).orderBy("n").toArrow()
    for name in FUNCTIONS:
        annotator, array = make(name, settings.get(name, {})), pa.array(texts, pa.string())
        others = (make(source, {}).measure(array) for source in annotator.inputs[1:])
        expected = annotator.measure(array, *others)
        assert rows[name].to_pylist() == expected.to_pylist()


def test_the_text_that_c4_leaves_is_a_column(documents: DataFrame, texts: list[str | None]) -> None:
    edit = make("c4_dclm_v1", {}).edit
    assert edit is not None
    rows = documents.select("n", T.c4_text("text", "c4_dclm_v1").alias("left")).orderBy("n").toArrow()
    assert rows["left"].to_pylist() == edit(pa.array(texts, pa.string())).to_pylist()


def test_the_redacted_text_is_a_column(spark: SparkSession) -> None:
    document = spark.createDataFrame([("10.0.0.1 wrote to me@site.org",)], "text string")
    rows = document.select(T.pii_text("text").alias("a"), T.pii_text("text", public_ips=False).alias("b")).toArrow()
    assert rows.to_pylist() == [
        {"a": "10.0.0.1 wrote to email@example.com", "b": "192.0.2.1 wrote to email@example.com"}
    ]


def test_the_text_without_benchmark_items_is_a_column(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "quiz.jsonl").write_text('{"text": "Why is the sky blue?"}')
    document = spark.createDataFrame([("He asked: why is the SKY blue? So",)], "text string")
    left = document.select(T.decontamination_text("text", [tmp_path]).alias("left")).toArrow()
    assert left.to_pylist() == [{"left": "He asked: ? So"}]


def test_judge_adds_verdicts_and_drops_nothing(documents: DataFrame) -> None:
    judged = T.judge(documents, "gopher_quality_v1")
    assert judged.columns == ["n", "text", "verdicts"]
    rows = {row["n"]: row["verdicts"] for row in judged.collect()}
    assert len(rows) == 34
    short = {verdict["rule"]: verdict for verdict in rows[32]}
    assert short["gopher_quality_v1.word_count"]["value"] == 1
    assert short["gopher_quality_v1.word_count"]["threshold"] == 50
    assert any(not verdicts for verdicts in rows.values())


def test_judge_keeps_columns_that_are_called_like_measurements(spark: SparkSession) -> None:
    rows = spark.createDataFrame([("Wir haben lange geredet.", "mine")], "`the text` string, language_v1 string")
    measured = rows.select("*", T.sizes("the text"))
    judged = T.judge(measured, "language_v1", text="the text")
    assert judged.columns == ["the text", "language_v1", "sizes_v1", "verdicts"]
    (row,) = judged.collect()
    assert (row["language_v1"], row["sizes_v1"]["words"], row["verdicts"][0]["detail"]) == ("mine", 4, "de")
    with pytest.raises(UsageError, match="has a column `verdicts` already: rename it"):
        T.judge(judged, "gopher_quality_v1", text="the text")


def test_judge_takes_a_field_of_a_column(spark: SparkSession) -> None:
    rows = spark.createDataFrame([(("Wir haben lange geredet.",),)], "page struct<`the text`: string>")
    (row,) = T.judge(rows, "language_v1", text="page.the text").collect()
    assert row["verdicts"][0]["detail"] == "de"


def test_judge_tells_the_word_that_breaks_the_rule(documents: DataFrame, settings: dict[str, dict[str, Any]]) -> None:
    rows = T.judge(documents, "badwords_v1", settings=settings).select("n", "verdicts").collect()
    broken = [row["verdicts"][0] for row in rows if row["verdicts"]]
    assert broken and {verdict["rule"] for verdict in broken} == {"badwords_v1.matches"}
    assert {verdict["detail"] for verdict in broken} <= {"the", "of course"}
    assert all(verdict["value"] > verdict["threshold"] == 0 for verdict in broken)


def test_judge_measures_what_annotators_need(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "de").write_text("fuchs\n")
    rows = [("Der Fuchs ging über den Hügel.",), ("The word Fuchs is German.",)]
    settings = {"badwords_v1": {"lists": str(tmp_path), "language": "detected"}}
    judged = T.judge(spark.createDataFrame(rows, "text string"), "badwords_v1", settings=settings)
    assert judged.columns == ["text", "verdicts"]
    assert [len(row["verdicts"]) for row in judged.collect()] == [1, 0]
    found = spark.createDataFrame(rows, "text string").select(T.badwords("text", tmp_path, "detected"))
    assert [row["badwords_v1"]["first"] for row in found.collect()] == ["fuchs", None]


def test_judge_takes_each_documents_own_bounds(spark: SparkSession) -> None:
    texts = ["Ich bin der Meinung, dass wir heute nach Hause gehen.", "Сегодня мы идём домой, потому что поздно.", None]
    judged = T.judge(
        spark.createDataFrame([(t,) for t in [*texts, "We go home now, for it is late."]], "text string"),
        "fineweb_2_v1",
    )
    assert judged.columns == ["text", "verdicts"]
    rows = {row["text"]: {v["rule"]: v for v in row["verdicts"]} for row in judged.collect()}
    german, russian, missing, english = (rows[text] for text in [*texts, "We go home now, for it is late."])
    assert german["fineweb_2_v1.word_count"]["threshold"] == 50 and "fineweb_2_v1.no_settings" not in german
    assert "fineweb_2_v1.stop_words" in german and "fineweb_2_v1.word_count" in russian
    assert english.keys() == {"fineweb_2_v1.no_settings"} and not missing
    assert english["fineweb_2_v1.no_settings"]["detail"] == "en"


def test_an_unknown_rule_set_is_named(documents: DataFrame) -> None:
    with pytest.raises(UsageError, match="no rule set is called gopher_v9"):
        T.judge(documents, "gopher_v9")
