"""Bounds by language: each document is judged by its own, whatever the rule, in recipes and against plain Python."""

from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from thresher.filters.judge import bounded, passes, verdicts
from thresher.filters.registry import ruleset
from thresher.language.fineweb_2 import read_settings
from thresher.recipe import read_recipe

LEAST = {"en": 0.65, "de": 0.8, "default": 0.7}
SIGNALS = [
    (n, label, score)
    for n, (label, score) in enumerate(
        (label, score) for label in ("en", "de", "fr", "it") for score in (0.5, 0.65, 0.7, 0.75, 0.8, 1.0)
    )
]


@pytest.fixture(scope="module")
def signals(spark: SparkSession) -> Any:
    rows = spark.createDataFrame(SIGNALS, "doc_id long, label string, score double")
    return rows.select("doc_id", F.lit(0).alias("batch"), F.lit(None).cast("string").alias("failed"),
                       F.struct("label", "score").alias("language_v1"))  # fmt: skip


def broken(signals: Any, overrides: dict[str, Any]) -> dict[int, tuple[float, float]]:
    """The value and the threshold of each document that breaks `language_v1.score`."""
    found = verdicts(signals, [ruleset("language_v1", overrides)]).where("rule = 'language_v1.score'").collect()
    return {row["doc_id"]: (row["value"], row["threshold"]) for row in found}


def test_each_document_has_its_languages_bound_and_others_the_default(signals: Any) -> None:
    expected = {n: (score, bound) for n, label, score in SIGNALS if score < (bound := LEAST.get(label, 0.7))}
    assert broken(signals, {"score": {"at_least": LEAST}}) == expected != {}


def test_without_a_default_other_languages_keep_the_published_bound(signals: Any) -> None:
    expected = {n: (score, bound) for n, label, score in SIGNALS if score < (bound := {"de": 0.8}.get(label, 0.65))}
    assert broken(signals, {"score": {"at_least": {"de": 0.8}}}) == expected != {}


def test_by_a_default_of_null_the_rule_is_for_the_named_languages_alone(signals: Any) -> None:
    expected = {n: (score, 0.8) for n, label, score in SIGNALS if label == "de" and score < 0.8}
    assert broken(signals, {"score": {"at_least": {"de": 0.8, "default": None}}}) == expected != {}


def test_a_default_alone_is_a_number_and_null_switches_off(signals: Any) -> None:
    assert ruleset("language_v1", {"score": {"at_least": {"default": 0.7}}}) == ruleset(
        "language_v1", {"score": {"at_least": 0.7}}
    )
    assert broken(signals, {"score": {"at_least": None, "at_most": {"en": 0.65}}}) == {
        n: (score, 0.65) for n, label, score in SIGNALS if label == "en" and score > 0.65
    }


@pytest.mark.parametrize(("default", "expected"), [(0.7, {0: (0.5, 0.7), 1: (0.6, 0.7)}), (None, {})])
def test_a_document_without_a_language_has_the_default(
    spark: SparkSession, default: float | None, expected: dict[int, tuple[float, float]]
) -> None:
    rows = spark.createDataFrame(
        [(0, None, 0.5), (1, None, 0.6), (2, None, None)], "doc_id long, label string, score double"
    )
    signals = rows.select("doc_id", F.lit(0).alias("batch"), F.lit(None).cast("string").alias("failed"),
                          F.struct("label", "score").alias("language_v1"))  # fmt: skip
    assert broken(signals, {"score": {"at_least": {"en": 0.9, "default": default}}}) == expected


def test_what_another_table_bounds_keeps_its_bound(spark: SparkSession) -> None:
    rules = ruleset("fineweb_2_v1", {"top_2_gram": {"at_most": {"de": 0.5}}})
    rows = [(n, label, settings, 0.3) for n, (label, settings) in enumerate((("de", "deu_Latn"), ("fr", "fra_Latn")))]
    signals = spark.createDataFrame(rows, "doc_id long, label string, settings string, top_2_gram double").select(
        "doc_id", F.struct("label").alias("language_v1"), F.struct("settings").alias("fineweb_2_v1"),
        F.struct("top_2_gram").alias("repetition_v1"))  # fmt: skip
    (rule,) = (rule for rule in rules.rules if rule.name == "top_2_gram")
    found = (
        bounded(signals, [rules]).select("doc_id", F.expr(rule.broken("r"))["threshold"].alias("threshold")).collect()
    )
    french = read_settings()["fra_Latn"].top_n_grams
    assert {row["doc_id"]: row["threshold"] for row in found} == {0: None, 1: dict(french)[2]}


def test_two_rule_sets_and_rules_of_ones_own_stand_side_by_side(signals: Any, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "name: mine\nannotate: {language_v1: }\ndedup: null\n"
        "filter: {language_v1: {language: {one_of: [en, de, fr, it]}, score: {at_least: {en: 0.7, default: 0}}}}\n"
        "rules: {sure: {score: {signal: language_v1.score, at_least: {de: 0.8}}}}\n"
    )
    recipe = read_recipe(str(path))
    kept = bounded(signals, recipe.rulesets).where(passes(recipe.rulesets)).select("doc_id").collect()
    bounds = {"en": 0.7, "de": 0.8}
    assert {row["doc_id"] for row in kept} == {n for n, label, score in SIGNALS if score >= bounds.get(label, 0)}
    changed = recipe.changed(["language_v1.score.at_least.en=0.9"])
    assert [t.column for t in changed.rulesets[0].tables] != [t.column for t in recipe.rulesets[0].tables]
