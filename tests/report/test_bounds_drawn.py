"""A rule's bounds in the picture of its signal: a line with its value, or a band where documents have their own."""

import re

import pytest

from thresher.filters.row_bound import RowBound
from thresher.filters.rule import Rule
from thresher.report.charts import histogram_picture
from thresher.report.histograms import Histogram, scale_of


def drawn(*rules: Rule) -> str:
    named = tuple((f"mine.{rule.name}", rule) for rule in rules)
    return histogram_picture(Histogram("s.x", scale_of(rules, whole=False), named, {3: 40, 8: 5}, {12: 9, 20: 2}))


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        (Rule("a", "s.x", at_most=0.3), "← 0.3"),
        (Rule("a", "s.x", at_least=0.1), "0.1 →"),
        (Rule("a", "s.x", at_most=RowBound("t.a", 0.15, 0.3)), "← 0.15 to 0.3"),
        (Rule("a", "s.x", at_least=RowBound("t.a", 0.05, 0.1, 0.05)), "0.05 to 0.1 →"),
        (Rule("a", "s.x", at_least=RowBound("t.a", 0.1, 0.1)), "0.1 →"),
    ],
)
def test_bounds_have_their_values(rule: Rule, shown: str) -> None:
    assert shown in re.findall(r">([^<>]+)</text>", drawn(rule))


def test_a_bound_of_nothing_is_the_left_end_of_a_logarithmic_axis() -> None:
    words = Rule("a", "s.words", at_least=RowBound("t.a", 0, 50), at_most=100_000)
    scale = scale_of([words], whole=True)
    page = histogram_picture(Histogram("s.words", scale, (("mine.a", words),), {30: 4, 40: 9}, {10: 2}))
    assert scale.top is None and {"0 to 50 →", "← 100,000"} <= set(re.findall(r">([^<>]+)</text>", page))
    assert len(re.findall("stroke-dasharray", page)) == 3


def test_two_rules_with_one_bound_are_drawn_once() -> None:
    both = drawn(Rule("a", "s.x", at_most=0.3), Rule("b", "s.x", at_most=0.3))
    assert both.count("← 0.3") == 1
    assert len(re.findall("stroke-dasharray", drawn(Rule("a", "s.x", at_most=RowBound("t.a", 0.1, 0.3))))) == 2
