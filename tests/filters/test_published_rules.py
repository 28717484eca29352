"""The rule sets name signals that exist, and their docstrings name every rule with its thresholds, and no other."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from thresher.annotators.fineweb_2 import NO_SETTINGS
from thresher.annotators.registry import make
from thresher.filters.registry import RULESETS, ruleset
from thresher.filters.row_bound import RowBound
from thresher.filters.rule import Rule
from thresher.language.fineweb_2 import LanguageSettings


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, dict[str, Any]]:
    """Of the annotators that cannot do without."""
    words, items = tmp_path / "words.txt", tmp_path / "items.jsonl"
    words.write_text("fox.example\n")
    items.write_text('{"text": "one question"}\n')
    return {
        "badwords_v1": {"lists": str(words)},
        "url_v1": {"block": [str(words)]},
        "decontamination_v1": {"items": [str(items)]},
    }


@pytest.mark.parametrize("name", RULESETS)
def test_rules_bound_fields_of_the_annotators(name: str, settings: dict[str, dict[str, Any]]):
    published = ruleset(name)
    made = [make(annotator, settings.get(annotator, {})) for annotator in published.annotators]
    fields = {f"{annotator.name}.{field.name}" for annotator in made for field in annotator.fields}
    assert {rule.signal for rule in published.rules} <= fields
    assert {rule.detail for rule in published.rules if rule.detail} <= fields
    assert {rule.signal.partition(".")[0] for rule in published.rules} == set(published.annotators)
    assert len({rule.name for rule in published.rules}) == len(published.rules)


def rows_of(name: str) -> dict[str, tuple[str, str]]:
    """The rows of a docstring's table by the rule that they name: the whole row, and its last cell."""
    doc = importlib.import_module(f"thresher.filters.{name}").__doc__ or ""
    lines = [line.strip(" |") for line in doc.splitlines() if line.startswith(("    ", "| "))]
    cells = [re.split(r"\s{2,}|\s*\|\s*", line) for line in lines]
    assert cells[0][0] == "rule"
    return {row[0]: (line, row[-1]) for row, line in zip(cells[1:], lines[1:], strict=True)}


def says(line: str, threshold: str, rule: Rule) -> bool:
    """Whether a row says a rule's bounds: its numbers, the setting of a language that holds them, or its labels."""
    bounds = [bound for bound in rule.bounds().values() if bound is not None]
    if any(isinstance(bound, RowBound) and bound.least != bound.most for bound in bounds):
        return any(field in threshold for field in LanguageSettings.model_fields)
    numbers = [float(number.replace(",", "")) for number in re.findall(r"(?<![\w-])\d[\d,]*(?:\.\d+)?", threshold)]
    labels = {*rule.one_of, *rule.none_of} - {NO_SETTINGS}
    return numbers == [bound.least if isinstance(bound, RowBound) else bound for bound in bounds] and all(
        label in line for label in labels
    )


@pytest.mark.parametrize("name", RULESETS)
def test_the_table_in_the_docstring_is_the_rules(name: str):
    rows, met = rows_of(name), set()
    for rule in ruleset(name).rules:
        row = next((row for row in rows if re.fullmatch(row.replace("N", r"\d+"), rule.name)), None)
        if row is None:
            assert rule.name == "empty", rule  # no paper's rule: it stands in the docstring's text
            continue
        met.add(row)
        assert says(*rows[row], rule), (rows[row], rule)
    assert met == set(rows)
