"""Many yes-or-no answers about a row in a few whole numbers: each boolean would take eight bytes of every row sent.

The columns are called `bits_0`, `bits_1` …; an answer is known by its place in the order in which they were packed.
"""

from collections.abc import Iterable, Sequence

_EACH = 63  # without the sign


def packed(conditions: Sequence[str]) -> list[str]:
    """SQL of the columns that hold whether each of these SQL conditions is true.

    >>> packed(["words > 50", "lines > 3"])
    ['if(words > 50, 1L, 0L) | if(lines > 3, 2L, 0L) AS bits_0']
    """
    columns = []
    for word, start in enumerate(range(0, len(conditions), _EACH)):
        bits = (f"if({condition}, {1 << bit}L, 0L)" for bit, condition in enumerate(conditions[start : start + _EACH]))
        columns.append(f"{' | '.join(bits)} AS bits_{word}")
    return columns


def any_of(places: Iterable[int]) -> str:
    """SQL of whether one of the conditions at these places was true.

    >>> any_of([0, 2, 63]), any_of([])
    ('(bits_0 & 5L) <> 0 OR (bits_1 & 1L) <> 0', 'false')
    """
    masks: dict[int, int] = {}
    for place in places:
        word, bit = divmod(place, _EACH)
        masks[word] = masks.get(word, 0) | 1 << bit
    return " OR ".join(f"(bits_{word} & {mask}L) <> 0" for word, mask in masks.items()) or "false"
