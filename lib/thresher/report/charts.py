"""Pictures as SVG that stands inside a page: drawn by matplotlib, coloured by the page's style sheet."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from thresher.ask.funnel import Funnel

# Drawn in these colours, which the page may replace by its own: see `themed`.
INK, QUIET, KEPT, DROPPED, ACCENT = "#1f2933", "#7b8794", "#2f7f86", "#d9734e", "#b7791f"
_VARIABLES = {INK: "--ink", QUIET: "--quiet", KEPT: "--kept", DROPPED: "--dropped", ACCENT: "--accent"}


def funnel_picture(funnel: Funnel) -> str:
    """The funnel as horizontal bars: what is left in one colour, what a step takes out in another."""
    steps = [step for step in funnel.steps if step.kind != "rule"]
    figure = _figure(7, 0.32 * len(steps) + 0.3)
    axes = figure.subplots()
    colours = [KEPT if step.kind == "left" else DROPPED for step in steps]
    places = range(len(steps), 0, -1)
    axes.barh(places, [step.documents for step in steps], color=colours, height=0.72)
    for place, step in zip(places, steps, strict=True):
        sign = "" if step.kind == "left" else "-"
        axes.text(step.documents, place, f" {sign}{step.documents:,}", va="center", color=INK, fontsize=9)
    axes.set_yticks(list(places), [step.name for step in steps], fontsize=9, color=INK)
    axes.set_xticks([])
    axes.margins(x=0.12)
    _bare(axes)
    return svg(figure, "The funnel")


def svg(figure: Figure, label: str) -> str:
    """The figure as an `<svg>` element, the same bytes every time; text stays text."""
    import matplotlib

    out = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with matplotlib.rc_context({"svg.hashsalt": "thresher", "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure.savefig(out, format="svg", transparent=True, metadata=nothing)
    drawn = out.getvalue()
    element = drawn[drawn.index("<svg") :]
    return element.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)


def themed(element: str) -> str:
    """The same picture in the colours of the page's style sheet, which knows light and dark."""
    for colour, variable in _VARIABLES.items():
        element = element.replace(colour, f"var({variable})")
    return element


def _figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def _bare(axes) -> None:  # type: ignore[no-untyped-def]
    for side in ("top", "right", "bottom", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
