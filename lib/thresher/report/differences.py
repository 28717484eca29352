"""Where two near duplicates differ: words that only one of them has, marked; long equal stretches are left out."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORDS = 1200  # compared of each text: the cost grows with the square of it
_AROUND = 12  # equal words that stay beside a difference
_SHOWN = 400  # words shown at most


@dataclass(frozen=True)
class Stretch:
    """Consecutive words that both texts have (`same`), only the left (`left`) or the right one (`right`), or `gap`."""

    kind: Literal["same", "left", "right", "gap"]
    text: str


def differences(left: str, right: str) -> list[Stretch]:
    """The two texts as one sequence of stretches, equal ones cut to what stands beside a difference.

    >>> [(s.kind, s.text) for s in differences("a fine day", "a rainy day")]
    [('same', 'a'), ('left', 'fine'), ('right', 'rainy'), ('same', 'day')]
    """
    lefts, rights = _words(left), _words(right)
    stretches: list[Stretch] = []
    for tag, a, b, c, d in SequenceMatcher(None, lefts, rights, autojunk=False).get_opcodes():
        if tag == "equal":
            first, last = not stretches, b == len(lefts) and d == len(rights)
            stretches += _shortened(lefts[a:b], first, last)
        else:
            stretches += [Stretch("left", " ".join(lefts[a:b]))] * (b > a)
            stretches += [Stretch("right", " ".join(rights[c:d]))] * (d > c)
    return _bounded(stretches)


def _words(text: str) -> list[str]:
    return [word for word, _ in zip((m.group() for m in re.finditer(r"\S+", text)), range(_WORDS), strict=False)]


def _shortened(words: list[str], first: bool, last: bool) -> list[Stretch]:
    """Equal words, less those that are far from any difference."""
    head, tail = (0 if first else _AROUND), (0 if last else _AROUND)
    left_out = len(words) - head - tail
    if left_out < 2 * _AROUND:
        return [Stretch("same", " ".join(words))]
    parts = [
        Stretch("same", " ".join(words[:head])),
        Stretch("gap", f"{left_out} words the same"),
        Stretch("same", " ".join(words[len(words) - tail :])),
    ]
    return [part for part in parts if part.text]


def _bounded(stretches: list[Stretch]) -> list[Stretch]:
    """The first stretches, up to the number of words that are shown."""
    shown: list[Stretch] = []
    words = 0
    for stretch in stretches:
        parts = stretch.text.split()
        if words + len(parts) > _SHOWN:
            cut = " ".join(parts[: max(_SHOWN - words, 0)])
            return [*shown, *([Stretch(stretch.kind, cut)] if cut else []), Stretch("gap", "and so on")]
        shown.append(stretch)
        words += len(parts)
    return shown
