"""The report as one HTML file: no script, nothing fetched, corpus text only ever as escaped text."""

from importlib.resources import files
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from thresher.ask.rules import is_of_filter, rule_names
from thresher.ask.shown import MARK, escaped, number, share
from thresher.ask.tally import Tally
from thresher.report.charts import histogram_picture, themed
from thresher.report.differences import differences
from thresher.report.duplicates import section
from thresher.report.gather import Gathered

_TEXT = 700  # characters of a sample that are shown
_LANGUAGES = 15


def render(gathered: Gathered) -> str:
    """The whole page."""
    recipe = gathered.recipe
    page = _environment().from_string(_resource("report.html"))
    return page.render(
        css=Markup(_resource("report.css")),
        recipe=recipe,
        funnel=gathered.funnel,
        steps=_steps(gathered),
        overlap=_overlap(gathered.funnel.tally, rule_names(recipe)),
        histograms=[(h, Markup(themed(histogram_picture(h)))) for h in gathered.histograms if h.kept or h.dropped],
        labels=[(labels, labels.rows[:_LANGUAGES]) for labels in gathered.labels],
        dedup=section(gathered),
        contamination=gathered.contamination,
        repeats=gathered.repeats,
        domains=gathered.domains.shown() if gathered.domains else None,
        sources=gathered.sources,
        reasons=gathered.reasons,
        examples=[
            (rule, gathered.examples.get(rule, []), gathered.near.get(rule, []))
            for rule in rule_names(recipe)
            if rule in gathered.examples or rule in gathered.near
        ],
        pairs=[(pair, differences(pair.dropped.text, pair.matched.text)) for pair in gathered.pairs],
        stages=gathered.stages,
        slowest=max((stage.seconds for stage in gathered.stages), default=0) or 1,
        settings=yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False, allow_unicode=True),
    )


def _environment() -> Environment:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "shown": lambda text: Markup(escaped(str(text))),
        "beginning": lambda text, cut: Markup(escaped(text[:_TEXT] + MARK * (cut or len(text) > _TEXT))),
        "number": number,
        "percent": lambda part, whole: f"{100 * part / whole:.2f}%" if whole else "0%",
        "share": share,
        "seconds": _seconds,
    }
    return environment


def _resource(name: str) -> str:
    return files("thresher.report").joinpath(name).read_text(encoding="utf-8")


def _seconds(value: float) -> str:
    """Seconds for a person.

    >>> _seconds(3.21), _seconds(75.0), _seconds(7260.0)
    ('3.2 s', '1 min 15 s', '2 h 1 min')
    """
    if value < 60:
        return f"{value:.1f} s"
    whole = round(value)
    return f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"


def _steps(gathered: Gathered) -> list[dict[str, Any]]:
    """The funnel's lines with the lengths of their bars; a rule that drops nothing has no line."""
    read = gathered.funnel.steps[0].documents
    return [
        {"step": step, "alone": step.alone or 0, "read": read}
        for step in gathered.funnel.steps
        if step.kind == "left" or step.documents
    ]


def _overlap(tally: Tally, order: list[str]) -> dict[str, Any]:
    """For each pair of rules, how many of those that the first drops the second drops too.

    What a later stage drops passed every rule of the filter, and is left out.
    """
    rules = [rule for rule in order if tally.broken.get(rule) and is_of_filter(rule)]
    rows = []
    for rule in rules:
        cells = []
        for other in rules:
            pair = (min(rule, other), max(rule, other))
            n = tally.broken[rule] if rule == other else tally.together.get(pair, 0)
            cells.append({"other": other, "n": n, "share": n / tally.broken[rule], "same": rule == other})
        rows.append({"rule": rule, "broken": tally.broken[rule], "alone": tally.alone[rule], "cells": cells})
    return {"rules": rules, "rows": rows}
