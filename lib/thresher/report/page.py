"""The report as one HTML file: no script, nothing fetched, corpus text only ever as escaped text."""

import math
from importlib.resources import files
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from thresher.ask.rules import is_of_filter, rule_names
from thresher.ask.shown import MARK, escaped, number, share
from thresher.ask.tally import Tally
from thresher.dedup.banding import Banding
from thresher.dedup.recall import BINS, Recall
from thresher.recipe import Recipe
from thresher.report.charts import histogram_picture, similarity_picture, themed
from thresher.report.differences import differences
from thresher.report.gather import Gathered

_TEXT = 700  # characters of a sample that are shown
_LANGUAGES = 15
_TENTHS = range(5, 10)  # of similarity, in which recall is told


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
        dedup=_dedup(recipe, gathered),
        contamination=gathered.contamination,
        repeats=gathered.repeats,
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


def _dedup(recipe: Recipe, gathered: Gathered) -> dict[str, Any] | None:
    if recipe.dedup is None:
        return None
    clusters = gathered.clusters
    sizes = [(method, _size(size), n) for (method, size), n in sorted(clusters.sizes.items())]
    banding, recall = recipe.banding, gathered.recall
    if recipe.dedup.minhash is None or recall is None:
        return {"sizes": sizes, "most": max((n for *_, n in sizes), default=1), "minhash": None}
    permutations = dict(next(a for a in recipe.annotators if a.name == "minhash_v1").settings).get("permutations")
    return {
        "sizes": sizes,
        "most": max((n for *_, n in sizes), default=1),
        "minhash": banding,
        "picture": Markup(themed(similarity_picture(clusters.similarities, banding))),
        "chances": [_chance(tenth, recall, banding) for tenth in _TENTHS],
        "sample": recall.sample,
        "half": banding.threshold,
        "error": 0.5 / math.sqrt(permutations) if permutations else None,
    }


def _chance(tenth: int, recall: Recall, banding: Banding) -> dict[str, Any]:
    """One tenth of similarity: what theory says at both its ends, how many sampled pairs there were, met, together."""
    per_tenth = BINS // 10
    inside = [cell for cell in recall.bins if min(cell.number, BINS - 1) // per_tenth == tenth]
    return {
        "ends": (tenth / 10, (tenth + 1) / 10),
        "theory": [banding.chance(end / 10) for end in (tenth, tenth + 1)],
        "pairs": sum(cell.pairs for cell in inside),
        "met": sum(cell.met for cell in inside),
        "together": sum(cell.together for cell in inside),
    }


def _size(size: int) -> str:
    """A bin of cluster sizes: those below 16 stand for themselves.

    >>> _size(3), _size(16)
    ('3', '16 to 31')
    """
    return str(size) if size < 16 else f"{size:,} to {2 * size - 1:,}"
