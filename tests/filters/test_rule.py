"""A rule's SQL against the same rule in Python: values at and beside its bounds, labels of any letters."""

import math
import operator

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from thresher.filters.rule import Rule

NUMBERS = (None, math.nan, -math.inf, -1.0, 0.0, 0.1, 0.30000000000000004, 0.3, 1e-05, 50.0, 100_000.0, math.inf)
BOUNDS = (
    {"at_least": 0.3},
    {"at_most": 0.3},
    {"above": 1e-05},
    {"below": 50},
    {"at_least": 50, "at_most": 100_000},
    {"at_least": -1, "below": math.inf},
    {},
)
INSIDE = {"at_least": operator.ge, "at_most": operator.le, "above": operator.gt, "below": operator.lt}
LABELS = (None, "", "en", "zh", "it's", 'a "b"', "back\\slash", "\\u0041", "${spark.app.name}", "日本語", "%", "`")


def crossed(value: float | None, bounds: dict[str, float]) -> float | None:
    """The first bound that a value lies outside of; Spark holds NaN for larger than any number."""
    if value is None:
        return None
    orders = ((kind, (1, 0.0) if math.isnan(value) else (0, value)) for kind in INSIDE if kind in bounds)
    return next((float(bounds[kind]) for kind, at in orders if not INSIDE[kind](at, (0, float(bounds[kind])))), None)


@pytest.mark.parametrize("bounds", BOUNDS, ids=str)
def test_a_number_breaks_its_bounds_as_in_python(spark: SparkSession, bounds: dict[str, float]) -> None:
    rule = Rule("share", "signal_v1.share", **bounds)  # type: ignore[arg-type]
    rows = spark.createDataFrame(list(enumerate(NUMBERS)), "n int, share double")
    signals = rows.select("n", F.struct("share").alias("signal_v1"))
    told = signals.selectExpr("n", f"{rule.breaks()} AS breaks", f"{rule.broken('mine_v1')} AS verdict").collect()
    for row in sorted(told):
        value, bound = NUMBERS[row["n"]], crossed(NUMBERS[row["n"]], bounds)
        assert row["breaks"] is (bound is not None), value
        if bound is None:
            assert row["verdict"] is None
            continue
        rule_name, its_value, threshold, detail = row["verdict"]
        assert (rule_name, threshold, detail) == ("mine_v1.share", bound, None)
        assert its_value == value or (value is not None and math.isnan(value) and math.isnan(its_value))


@pytest.mark.parametrize(
    "wanted", [("en", "it's"), ('a "b"', "back\\slash", "日本語"), ("\\u0041", "${spark.app.name}")]
)
@pytest.mark.parametrize("kind", ["one_of", "none_of"])
def test_a_label_is_compared_letter_by_letter(spark: SparkSession, kind: str, wanted: tuple[str, ...]) -> None:
    rule = Rule("label", "language_v1.label", **{kind: wanted})  # type: ignore[arg-type]
    rows = spark.createDataFrame(list(enumerate(LABELS)), "n int, label string")
    signals = rows.select("n", F.struct("label").alias("language_v1"))
    told = signals.selectExpr("n", f"{rule.breaks()} AS breaks", f"{rule.broken('r')} AS verdict").collect()
    for row in told:
        label = LABELS[row["n"]]
        breaks = label is not None and (label in wanted) is (kind == "none_of")
        assert row["breaks"] is breaks, label
        assert row["verdict"] == (("r.label", None, None, label) if breaks else None)
