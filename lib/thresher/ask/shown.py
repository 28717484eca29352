"""How an answer shows itself: corpus text made visible and harmless, small tables as HTML, rich renderables as text.

Text of a corpus may hold anything: markup, control characters, characters that reverse the reading order of what
follows them. It is only ever shown as escaped text, with such characters drawn as what they are.
"""

import html
import io
import re
from collections.abc import Iterable, Sequence

from rich.console import Console, RenderableType

# Invisible, or change how their neighbours are shown: direction marks and overrides, zero-width and line separators.
_INVISIBLE = frozenset(
    {0x00AD, 0x061C, 0x180E, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0xFEFF, 0xFFF9, 0xFFFA, 0xFFFB}
    | set(range(0x202A, 0x202F))
    | set(range(0x2060, 0x2070))
)
MARK = "…"


def visible(text: str) -> str:
    r"""The text with every control or invisible character replaced by a name for it; line ends and tabs stay.

    >>> visible("a\x00b\u202ec\n")
    'a␀b[U+202E]c\n'
    """
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    code = ord(character)
    if code < 32 and character not in "\n\t":
        return chr(0x2400 + code)
    if code == 127:
        return "␡"
    if 128 <= code < 160 or code in _INVISIBLE or 0xD800 <= code < 0xE000 or code & 0xFFFE == 0xFFFE:
        return f"[U+{code:04X}]"
    return character


def escaped(text: str) -> str:
    """The text as HTML that shows it: visible, escaped, and with a reading direction of its own."""
    return f"<bdi>{html.escape(visible(text))}</bdi>"


def one_line(text: str | None, width: int) -> str:
    r"""The text on one line of at most `width` characters, visible, with a mark where it was cut; empty for none.

    >>> one_line("one two\nthree", 8)
    'one two…'
    """
    line = " ".join(visible(text or "").split())
    return line if len(line) <= width else line[: width - 1].rstrip() + MARK


def number(value: float | None) -> str:
    """A number for a person: whole ones with separators, others with four figures, a dash for none.

    >>> number(1234567.0), number(0.123456), number(None)
    ('1,234,567', '0.1235', '-')
    """
    if value is None:
        return "-"
    return f"{int(value):,}" if value == int(value) else f"{value:.4g}"


def beside(value: float, bound: float) -> str:
    """A value beside a bound.

    >>> beside(12, 50), beside(0.30001, 0.3)
    ('12 < 50', '0.3 > 0.3')
    """
    relation = "<" if value < bound else ">" if value > bound else "="
    return f"{number(value)} {relation} {number(bound)}"


def share(part: int, whole: int) -> str:
    """A part of a whole in percent.

    >>> share(1, 8), share(0, 0)
    ('12.5 %', '-')
    """
    return f"{100 * part / whole:.1f} %" if whole else "-"


def html_table(headers: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> str:
    """A small HTML table of escaped cells; columns whose cells are all numbers are set right."""
    cells = [[html.escape(visible(cell)) for cell in row] for row in rows]
    right = [bool(cells) and all(_is_number(row[i]) for row in cells) for i in range(len(headers))]
    style = [' style="text-align:right"' if r else ' style="text-align:left"' for r in right]
    head = "".join(f"<th{s}>{html.escape(h)}</th>" for s, h in zip(style, headers, strict=True))
    lines = ("".join(f"<td{s}><bdi>{c}</bdi></td>" for s, c in zip(style, row, strict=True)) for row in cells)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    title = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def as_text(renderable: RenderableType, width: int = 120) -> str:
    """What rich would draw, as plain text."""
    out = io.StringIO()
    Console(file=out, width=width, color_system=None, legacy_windows=False).print(renderable, highlight=False)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def _is_number(cell: str) -> bool:
    return cell in ("", "-") or re.fullmatch(r"[-+]?[\d.,]+(e-?\d+)?( %)?", cell) is not None
