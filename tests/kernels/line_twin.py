"""What the kernel of lines and paragraphs means, in plain Python."""

import re
from collections.abc import Iterator
from itertools import accumulate

from thresher.kernels.unicode import lower

CCNET_PUNCTUATION = "，。、„”“«»１」「《》´∶：？！（）；–—．～’…━〈〉【】％►"


def spans(text: str, unit: str) -> Iterator[tuple[int, int, str]]:
    """Each unit: where it begins and where what is cut with it ends, in bytes, and the text between, less its end."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    places = [0, *accumulate(len(line.encode()) for line in lines)]
    n = 0
    while n < len(lines):
        begin, n = n, n + 1
        if blank(lines[begin]):
            continue
        if unit == "paragraph":
            while n < len(lines) and not blank(lines[n]):
                n += 1
        said = "".join(lines[begin:n]).removesuffix("\n")
        if unit == "paragraph":
            while n < len(lines) and blank(lines[n]):
                n += 1
        yield places[begin], places[n], said


def blank(line: str) -> bool:
    return not line.strip()


def form(said: str, normalise: str) -> str:
    """The unit as it is compared."""
    if normalise == "exact":
        return said
    lowered = "".join(chr(lower(ord(character))) for character in said)
    if normalise == "folded":
        return " ".join(lowered.split())
    digits = re.sub(r"\d", "0", lowered.strip())
    return "".join(c for c in digits if c not in CCNET_PUNCTUATION and not (ord(c) < 32 or 127 <= ord(c) < 160))
