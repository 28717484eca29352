"""Pictures as SVG that stands inside a page: drawn by matplotlib, coloured by the page's style sheet."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from thresher.dedup.banding import Banding
from thresher.report.histograms import Histogram, bounds_of
from thresher.tables import BY_MEANING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from thresher.ask.funnel import Funnel

# Drawn in these colours, in whose place the report's page puts its own: see `themed`.
INK, QUIET, KEPT, DROPPED, ACCENT = "#1f2933", "#7b8794", "#2f7f86", "#d9734e", "#8a5a00"
_VARIABLES = {INK: "--ink", QUIET: "--quiet", KEPT: "--kept", DROPPED: "--dropped", ACCENT: "--accent"}
_NOT_ABOVE_ZERO = -99
_SMALL = 8
# Told apart by colour and, for eyes that see these alike, by shape.
_METHODS = {"url": (ACCENT, "^"), "exact": (KEPT, "o"), "minhash": (DROPPED, "s"), BY_MEANING: (INK, "D")}


def funnel_picture(funnel: Funnel) -> str:
    """The funnel as horizontal bars: what is left in one colour, what a step takes out in another."""
    steps = [step for step in funnel.steps if step.kind != "rule"]
    figure, axes = empty_axes(7, 0.32 * len(steps) + 0.3, left=0.2, right=0.98, bottom=0.02, top=0.98)
    colours = [KEPT if step.kind == "left" else DROPPED for step in steps]
    places = range(len(steps), 0, -1)
    axes.barh(places, [step.documents for step in steps], color=colours, height=0.72)
    for place, step in zip(places, steps, strict=True):
        axes.text(step.documents, place, f" {step.documents:,}", va="center", color=INK, fontsize=9)
    axes.set_yticks(list(places), [step.name for step in steps], fontsize=9, color=INK)
    axes.set_xticks([])
    axes.margins(x=0.12)
    frame_only(axes)
    return svg(figure, "The funnel")


def histogram_picture(histogram: Histogram) -> str:
    """A signal's distribution: kept below, dropped by its rules on top; every bound is a line with its value."""
    figure, axes = empty_axes(4.6, 2.0, left=0.13, right=0.97, bottom=0.14, top=0.97)
    places = sorted(set(histogram.kept) | set(histogram.dropped))
    lowest = min((p for p in places if p != _NOT_ABOVE_ZERO), default=0)
    edges = [_edge(histogram, place, lowest) for place in places]
    widths = [_edge(histogram, place + 1, lowest) - edge for place, edge in zip(places, edges, strict=True)]
    if _NOT_ABOVE_ZERO in places:
        widths[0] = _edge(histogram, lowest, lowest) - edges[0]
    kept = [histogram.kept.get(place, 0) for place in places]
    dropped = [histogram.dropped.get(place, 0) for place in places]
    _bars(axes, edges, widths, [0] * len(kept), kept, KEPT)
    _bars(axes, edges, widths, kept, dropped, DROPPED)
    _draw_bounds(axes, histogram)
    _scale_ticks(axes, histogram, lowest if _NOT_ABOVE_ZERO in places else None)
    _name_bounds(axes, histogram)
    tallest = max(k + d for k, d in zip(kept, dropped, strict=True))
    # By the square root: a threshold lies in a tail, which beside the peak would not be seen.
    axes.set_yscale("function", functions=(_root, _square))
    axes.set_ylim(0, 1.7 * tallest)
    axes.set_yticks([0, *_round_counts(tallest)])
    _count_ticks(axes)
    frame_only(axes, "bottom")
    return svg(figure, f"Distribution of {histogram.signal}")


def similarity_picture(similarities: Mapping[int, int], banding: Banding) -> str:
    """How similar dropped copies are to their match, and the chance that two texts of a similarity meet in a band."""
    figure, axes = empty_axes(7, 2.4, left=0.1, right=0.9, bottom=0.19, top=0.97)
    if similarities:
        places = sorted(similarities)
        count = [similarities[p] for p in places]
        _bars(axes, [p / 50 for p in places], [1 / 50] * len(places), [0] * len(places), count, KEPT)
        axes.set_ylim(0, 1.05 * max(count))
        axes.set_yticks([0, *_round_counts(max(count))])
        _count_ticks(axes)
        axes.set_ylabel("dropped copies", fontsize=_SMALL, color=INK)
    else:
        axes.set_yticks([])
    chance = axes.twinx()
    line = [s / 100 for s in range(101)]
    chance.plot(line, [banding.chance(s) for s in line], color=ACCENT, linewidth=1.6)
    chance.set_ylim(0, 1.03)
    chance.set_ylabel("chance to be found", fontsize=_SMALL, color=ACCENT)
    axes.set_xlim(0, 1.02)
    axes.set_xlabel("similarity", fontsize=_SMALL, color=INK)
    for each in (axes, chance):
        frame_only(each, "bottom")
    return svg(figure, f"Similarity of dropped copies, and 1 - (1 - s^{banding.rows})^{banding.bands}")


def sizes_picture(sizes: Mapping[tuple[str, int], int]) -> str:
    """For each method how many clusters have at least so many documents, both axes logarithmic.

    `sizes` counts clusters by method and size; where a size stands for a range, for the sizes from it on. "At least" is
    exact for both, and a heavy tail, which single large clusters would make ragged, is a line.
    """
    figure, axes = empty_axes(7, 2.6, left=0.09, right=0.98, bottom=0.18, top=0.97)
    for method, line in _at_least(sizes).items():
        colour, marker = _METHODS[method]
        axes.plot(*zip(*line, strict=True), label=method, color=colour, marker=marker, markersize=4, linewidth=1.4)
    axes.set_xscale("log")
    axes.set_yscale("log")
    largest, most = max(size for _, size in sizes), sum(sizes.values())
    axes.set_xlim(1.8, 1.3 * largest)
    axes.set_ylim(0.8, 1.4 * most)
    _log_ticks(axes.xaxis, 2, largest)
    _log_ticks(axes.yaxis, 1, most)
    axes.set_xlabel("documents in a cluster, at least", fontsize=_SMALL, color=INK)
    axes.set_ylabel("clusters", fontsize=_SMALL, color=INK)
    axes.legend(frameon=False, fontsize=_SMALL, labelcolor=INK, loc="upper right")
    frame_only(axes, "bottom", "left")
    return svg(figure, "Clusters by size")


def svg(figure: Figure, label: str) -> str:
    """The figure as an `<svg>` element, the same bytes every time; text stays text."""
    import matplotlib

    out = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with matplotlib.rc_context({"svg.hashsalt": label, "svg.fonttype": "none", "font.family": "sans-serif"}):
        with warnings.catch_warnings():
            # Text stays text: letters that matplotlib's own font lacks are drawn by the reader's.
            warnings.filterwarnings("ignore", "Glyph .* missing from font")
            figure.savefig(out, format="svg", transparent=True, metadata=nothing)
    drawn = out.getvalue()
    element = re.sub(r"<metadata>.*?</metadata>\s*", "", drawn[drawn.index("<svg") :], flags=re.DOTALL)
    # Inside HTML a style element holds for the whole page.
    element = re.sub(r"<style.*?</style>", "", element, flags=re.DOTALL)
    return element.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)


def themed(element: str) -> str:
    """The same picture in the colours of the page's style sheet, which knows light and dark."""
    for colour, variable in _VARIABLES.items():
        element = element.replace(colour, f"var({variable})")
    return element


def _at_least(sizes: Mapping[tuple[str, int], int]) -> dict[str, list[tuple[int, int]]]:
    """By method, for each size that there is, the clusters of that size and all above.

    >>> _at_least({("exact", 2): 5, ("exact", 4): 1, ("minhash", 3): 2})
    {'exact': [(2, 6), (4, 1)], 'minhash': [(3, 2)]}
    """
    lines: dict[str, list[tuple[int, int]]] = {}
    for method in _METHODS:
        own = sorted(size for m, size in sizes if m == method)
        line = [(size, sum(sizes[method, larger] for larger in own if larger >= size)) for size in own]
        lines |= {method: line} if line else {}
    return lines


def _log_ticks(axis: Any, least: int, most: int) -> None:
    """Whole numbers on a logarithmic axis: 1, 2, 5, 10 … while there is room, else powers of ten."""
    steps = (1, 2, 5) if most < 1000 else (1,)
    ticks = [step * 10**tens for tens in range(len(str(most))) for step in steps if step * 10**tens <= most]
    ticks = sorted({least, *(tick for tick in ticks if tick >= least)})
    axis.set_ticks(ticks, [f"{tick:,}" for tick in ticks])
    axis.set_ticks([], minor=True)


def _edge(histogram: Histogram, place: int, lowest: int) -> float:
    """A bin's left edge on the axis: a value, or on a logarithmic axis the number of the bin."""
    if histogram.scale.top is not None:
        return histogram.scale.left(place)
    return float(lowest - 2 if place == _NOT_ABOVE_ZERO else place)


def _bounds(histogram: Histogram) -> list[tuple[str, float, float]]:
    """The bounds that have a place on the axis, in its order; a logarithmic one has none for 0 and below."""
    found = {bound for bound in bounds_of(histogram.rules) if histogram.scale.top is not None or bound[2] > 0}
    return sorted(found, key=lambda bound: bound[1:])


def _draw_bounds(axes: Any, histogram: Histogram) -> None:
    """A line for each bound; a band between two where it differs from document to document."""
    for _, least, most in _bounds(histogram):
        places = [_on_axis(axes, histogram, bound) for bound in (least, most)]
        for place in dict.fromkeys(places):
            axes.axvline(place, color=ACCENT, linewidth=1.2, linestyle=(0, (4, 2)))
        if least < most:
            axes.axvspan(*places, color=ACCENT, alpha=0.15, linewidth=0)


def _on_axis(axes: Any, histogram: Histogram, bound: float) -> float:
    """Where a bound is; 0 and below are the left end of a logarithmic axis."""
    has_place = histogram.scale.top is not None or bound > 0
    return histogram.scale.place(bound) if has_place else float(axes.get_xlim()[0])


def _name_bounds(axes: Any, histogram: Histogram) -> None:
    """The bounds' values above the bars, on the side of what is kept while there is room."""
    left, right = axes.get_xlim()
    for kind, least, most in _bounds(histogram):
        is_floor = kind in ("at_least", "above")
        place = _on_axis(axes, histogram, most if is_floor else least)
        behind = is_floor and place < left + 0.8 * (right - left)
        value = " to ".join(dict.fromkeys(_shown(bound) for bound in (least, most)))
        axes.annotate(
            f"{value} →" if is_floor else f"← {value}", (place, 0.99), xycoords=("data", "axes fraction"),
            xytext=(3 if behind else -3, 0), textcoords="offset points", ha="left" if behind else "right",
            va="top", fontsize=_SMALL, color=ACCENT,
        )  # fmt: skip


def _shown(bound: float) -> str:
    return f"{bound:,.0f}" if bound >= 1000 else f"{bound:.4g}"


def _scale_ticks(axes: Any, histogram: Histogram, zero_below: int | None) -> None:
    if histogram.scale.top is not None:
        # A share that is always small would be one thin bar at the left.
        highest = max((*histogram.kept, *histogram.dropped)) + 2
        bounds = [most for _, _, most in bounds_of(histogram.rules)]
        shown = max(histogram.scale.left(highest), 1.3 * max(bounds, default=0))
        axes.set_xlim(0, min(shown, histogram.scale.top + histogram.scale.width))
        overflow = round(histogram.scale.top / histogram.scale.width)
        if histogram.scale.top > 1 and overflow in {*histogram.kept, *histogram.dropped}:
            fifths = [histogram.scale.top * part / 5 for part in range(5)]
            names = [*(f"{value:g}" for value in fifths), f"{histogram.scale.top:g}+"]
            axes.set_xticks([*fifths, histogram.scale.top + histogram.scale.width / 2], names)
        return
    low, high = axes.get_xlim()
    tens = [p for p in range(-9, 16) if low <= histogram.scale.place(10.0**p) <= high]
    ticks = [(histogram.scale.place(10.0**p), f"{10**p:,}" if p >= 0 else f"{10.0**p:g}") for p in tens]
    if zero_below is not None:
        ticks = [(zero_below - 1.0, "0"), *(tick for tick in ticks if tick[0] > zero_below)]
    axes.set_xticks([place for place, _ in ticks], [label for _, label in ticks])


def _root(values: Any) -> Any:
    import numpy as np

    return np.sqrt(np.maximum(values, 0))


def _square(values: Any) -> Any:
    import numpy as np

    return np.square(values)


def _round_counts(most: int) -> list[int]:
    """One or two round numbers up to `most`, for an axis.

    >>> _round_counts(1600), _round_counts(7), _round_counts(1)
    ([200, 1000], [1, 5], [1])
    """
    tens = 10 ** (len(str(most)) - 1)
    top = next(tens * step for step in (5, 2, 1) if tens * step <= most)
    return sorted({max(top // 5, 1), top})


def _count_ticks(axes: Any) -> None:
    """Whole numbers of documents."""
    from matplotlib.ticker import FuncFormatter

    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def empty_axes(width: float, height: float, **margins: float) -> tuple[Figure, Any]:
    """An empty picture, its size in inches; margins that are fixed take half the time of a layout that is found."""
    # Not pyplot: it keeps every figure, and takes longer to import.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    figure.subplots_adjust(**margins)
    return figure, figure.subplots()


def _bars(
    axes: Any,
    lefts: Sequence[float],
    widths: Sequence[float],
    bottoms: Sequence[int],
    heights: Sequence[int],
    colour: str,
) -> None:
    """All bars of one colour as one path: a tenth of the time, and of the page, that a patch a bar takes."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    bars = [bar for bar in zip(lefts, widths, bottoms, heights, strict=True) if bar[3]]
    corners = [
        point
        for left, width, low, height in bars
        for point in ((left, low), (left + width, low), (left + width, low + height), (left, low + height), (left, low))
    ]
    if corners:
        codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY] * len(bars)
        axes.add_patch(PathPatch(Path(corners, codes), facecolor=colour, linewidth=0))
        axes.autoscale_view()


def frame_only(axes: Any, *sides: str) -> None:
    """Leave only these of the frame's four sides."""
    for side, spine in axes.spines.items():
        spine.set_visible(side in sides)
        spine.set_color(QUIET)
    axes.tick_params(length=0, labelsize=_SMALL, labelcolor=INK)
    axes.patch.set_visible(False)
