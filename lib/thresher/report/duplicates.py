"""The section on duplicates: what its part of the page is filled with."""

import math
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from thresher.dedup.banding import Banding
from thresher.dedup.recall import BINS, Recall
from thresher.recipe import Recipe
from thresher.report.charts import similarity_picture, sizes_picture, themed
from thresher.report.gather import Gathered

_TENTHS = range(5, 10)  # of similarity, in which recall is told


def section(gathered: Gathered) -> dict[str, Any] | None:
    """The section's content; none where the recipe seeks no duplicates."""
    recipe, sizes = gathered.recipe, gathered.clusters.sizes
    if recipe.dedup is None and recipe.semantic is None:
        return None
    return {
        "sizes": [(method, _size(size), n) for (method, size), n in sorted(sizes.items())],
        "most": max(sizes.values(), default=1),
        "sizes_picture": _drawn(sizes),
        "none_stays": recipe.dedup is not None and recipe.dedup.keep == "none",
        "meaning": recipe.semantic,
        "largest": gathered.largest,
        "copies": gathered.copies,
        **_near(recipe, gathered),
    }


def _drawn(sizes: Mapping[tuple[str, int], int]) -> Markup | None:
    """The picture of the clusters' sizes; none where all have one size, which is no line."""
    return Markup(themed(sizes_picture(sizes))) if len({size for _, size in sizes}) > 1 else None


def _near(recipe: Recipe, gathered: Gathered) -> dict[str, Any]:
    """What MinHash finds: theory beside what was measured."""
    recall, banding = gathered.recall, recipe.banding
    if recipe.dedup is None or recipe.dedup.minhash is None or recall is None:
        return {"minhash": None}
    permutations = dict(next(a for a in recipe.annotators if a.name == "minhash_v1").settings).get("permutations")
    return {
        "minhash": banding,
        "picture": Markup(themed(similarity_picture(gathered.clusters.similarities, banding))),
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
