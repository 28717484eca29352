"""The map of domains as SVG: a circle for each, as large as it has documents, over a sample of its documents.

Beside it the curve by which the number of domains was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any

from thresher.ask.shown import one_line
from thresher.report.charts import DROPPED, INK, KEPT, empty_axes, frame_only, svg

if TYPE_CHECKING:
    from thresher.ask.domains import Domain, Domains

_WIDTH, _HEIGHT = 9.0, 5.6  # inches
_LARGEST = 0.42  # inches, the radius of the largest circle
_FONT = 8
_LETTER, _LINE = 0.058, 0.145  # inches that a letter takes, and a line
_NAME = 34  # letters of a name
# Ten colours that stay apart on light and dark paper; a domain's number tells what colours alone cannot.
_COLOURS = (
    "#3b7ea1",
    "#d2784f",
    "#5b9a4c",
    "#a0609e",
    "#c79a2b",
    "#4aa6a0",
    "#c25b72",
    "#7d7bc4",
    "#8a7a5c",
    "#6f8f2f",
)


def map_picture(found: Domains) -> str:
    """Domains at their centroids, the largest with their names where there is room, all with their numbers."""
    figure, axes = empty_axes(_WIDTH, _HEIGHT, left=0.01, right=0.99, bottom=0.01, top=0.99)
    colours = {domain.domain_id: _COLOURS[place % len(_COLOURS)] for place, domain in enumerate(found.domains)}
    for domain_id, colour in colours.items():
        own = [(point.x, point.y) for point in found.points if point.domain_id == domain_id]
        if own:
            axes.plot(*zip(*own, strict=True), ".", color=colour, markersize=2.6, alpha=0.55, markeredgewidth=0)
    _fit(axes, found)
    largest = max(domain.size for domain in found.domains)
    for domain in found.domains:
        points = 2 * 72 * _radius(domain, largest)
        axes.plot(
            domain.x, domain.y, "o", color=colours[domain.domain_id], alpha=0.3, markersize=points, markeredgewidth=0
        )
    _write(axes, found.domains, largest)
    axes.set_xticks([])
    axes.set_yticks([])
    frame_only(axes)
    return svg(figure, f"Map of {len(found.domains)} domains")


def curve_picture(silhouettes: Mapping[int, float]) -> str:
    """The silhouette by number of domains, the highest marked: by it the number was chosen."""
    figure, axes = empty_axes(4.6, 1.9, left=0.14, right=0.97, bottom=0.26, top=0.95)
    numbers = sorted(silhouettes)
    best = max(numbers, key=lambda k: (silhouettes[k], -k))
    axes.plot(numbers, [silhouettes[k] for k in numbers], "-o", color=KEPT, linewidth=1.2, markersize=3)
    axes.plot(best, silhouettes[best], "o", color=DROPPED, markersize=6)
    axes.set_xscale("log", base=2)
    axes.set_xticks(numbers, [f"{k:,}" for k in numbers], fontsize=_FONT)
    axes.tick_params(axis="y", labelsize=_FONT)
    axes.minorticks_off()
    axes.set_xlabel("domains", fontsize=_FONT, color=INK)
    axes.set_ylabel("silhouette", fontsize=_FONT, color=INK)
    frame_only(axes, "left", "bottom")
    return svg(figure, f"Silhouette by number of domains, highest at {best:,}")


def _radius(domain: Domain, largest: int) -> float:
    """Inches, so that areas are as numbers of documents are."""
    return max(0.05, _LARGEST * sqrt(domain.size / largest))


def _fit(axes: Any, found: Domains) -> None:
    """Limits that hold every centroid with its circle, and all documents but the outermost hundredth on each side."""
    for limit, values, centres, inches in (
        (axes.set_xlim, sorted(point.x for point in found.points), [d.x for d in found.domains], _WIDTH),
        (axes.set_ylim, sorted(point.y for point in found.points), [d.y for d in found.domains], _HEIGHT),
    ):
        inner = values[len(values) // 100 : len(values) - len(values) // 100]
        low, high = min([*inner[:1], *centres]), max([*inner[-1:], *centres])
        margin = max(high - low, 1e-6) * _LARGEST / (inches - 2 * _LARGEST)
        limit(low - margin, high + margin)


def _write(axes: Any, domains: Sequence[Domain], largest: int) -> None:
    """Numbers and names, the largest domain first; a label that would lie on an earlier one is left out."""
    taken: list[tuple[float, float, float, float]] = []
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    for domain in domains:
        x, y = (domain.x - left) / (right - left) * _WIDTH, (domain.y - low) / (high - low) * _HEIGHT
        named = one_line(domain.name, _NAME)
        for text, colour, down in (
            (f"{domain.domain_id}", INK, 0.0),
            (named, INK, max(_LINE, min(_radius(domain, largest), 0.2))),
        ):
            half = len(text) * _LETTER / 2
            box = (x - half, y - down - _LINE / 2, x + half, y - down + _LINE / 2)
            if box[0] < 0 or box[2] > _WIDTH or box[1] < 0 or any(_overlap(box, other) for other in taken):
                break
            taken.append(box)
            place = (domain.x, domain.y - down / _HEIGHT * (high - low))
            axes.text(*place, text, ha="center", va="center", fontsize=_FONT, color=colour)


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
