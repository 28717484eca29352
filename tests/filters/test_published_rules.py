"""The rule sets name signals that exist, and their docstrings name every rule with its thresholds."""

import importlib

import pytest

from thresher.annotators.registry import make
from thresher.filters.registry import ruleset

PUBLISHED = (
    *("gopher_quality_v1", "gopher_repetition_v1", "fineweb_quality_v1"),
    *("gopher_quality_dolma_v1", "gopher_repetition_dolma_v1", "gopher_quality_dclm_v1"),
)


@pytest.mark.parametrize("name", PUBLISHED)
def test_rules_bound_fields_of_the_annotators(name: str):
    published = ruleset(name)
    fields = {f"{a}.{field.name}" for a in published.annotators for field in make(a, {}).fields}
    assert {rule.signal for rule in published.rules} <= fields
    assert len({rule.name for rule in published.rules}) == len(published.rules)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_table_in_the_docstring_is_the_rules(name: str):
    lines = (importlib.import_module(f"thresher.filters.{name}").__doc__ or "").splitlines()
    table = {line.split()[0]: line for line in lines if line.startswith("    ")}
    for rule in ruleset(name).rules:
        if rule.name == "empty":
            continue  # no paper's rule: it stands in the docstring's text
        bounds = [
            f"{bound:,.2f}".rstrip("0").rstrip(".") for bound in (rule.at_least, rule.at_most) if bound is not None
        ]
        assert all(bound in table[rule.name] for bound in bounds), (rule, table[rule.name])
