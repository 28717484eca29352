"""docs/filters.md names everything that a recipe may ask for."""

import re
from pathlib import Path

import pytest

from thresher.annotators.registry import ANNOTATORS, settings_model
from thresher.filters.registry import RULESETS

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def page() -> str:
    return (DOCS / "filters.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*ANNOTATORS, *RULESETS])
def test_every_annotator_and_rule_set_is_named(page: str, name: str) -> None:
    assert f"`{name}`" in page


@pytest.mark.parametrize("name", ANNOTATORS)
def test_every_setting_is_named_beside_its_annotator(page: str, name: str) -> None:
    (row,) = [line for line in page.splitlines() if line.startswith("| ") and f"`{name}`" in line.split("|")[1]][-1:]
    assert not [setting for setting in settings_model(name).model_fields if f"`{setting}`" not in row]


def test_links_between_pages_lead_somewhere() -> None:

    for path in [*DOCS.glob("*.md"), DOCS.parent / "README.md", DOCS.parent / "CONTRIBUTING.md"]:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), f"{path.name}: {link}"
