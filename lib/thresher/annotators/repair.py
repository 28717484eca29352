r"""Text repair: text that was decoded by the wrong character set, Unicode's normal form, characters without a shape.

The work is ftfy's (https://ftfy.readthedocs.io, Speer 2019), with these of its fixes: mojibake (`Ã©` for `é`), control
codes that were meant as Windows-1252, line breaks of every kind as `\n`, escape codes of terminals, control characters,
normal form C. Left as they are, since nothing is wrong with them: curly quotes, ligatures, full-width letters, entities
of HTML. Beyond ftfy, zero-width spaces and word joiners go; joiners that shape letters and emoji stay.
"""

import re
from functools import cache, partial
from typing import Any, Literal

import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.errors import ThresherError
from thresher.kernels.text import text_of

FIELDS = pa.struct([("mojibake", pa.bool_()), ("invisible", pa.int64()), ("changed", pa.bool_())])
Form = Literal["NFC", "NFKC"]
_ZERO_WIDTH = dict.fromkeys((0x200B, 0x2060))
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2060\u206a-\u206f\ufeff\ufff9-\ufffc]")


@cache
def _ftfy() -> Any:
    try:
        import ftfy
    except ImportError as error:
        raise ThresherError("repair_v1 needs the package ftfy: run `pip install 'thresher[repair]'`") from error
    return ftfy


def _repaired(text: str, form: Form) -> str:
    fixed: str = _ftfy().fix_text(
        text,
        unescape_html=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        normalization=form,
    )
    return fixed.translate(_ZERO_WIDTH)


def leave(text: pa.Array, form: Form = "NFC") -> pa.Array:
    r"""The repaired text; null where it was.

    >>> leave(pa.array(["cafÃ©\r\ncl\u200bose", "cafe\u0301", None])).to_pylist()
    ['café\nclose', 'café', None]
    """

    def run() -> pa.Array:
        rows = text.to_pylist()
        return pa.array([row if row is None or _is_plain(row) else _repaired(row, form) for row in rows], text.type)

    return text_of(text).once(f"repair_v1 {form}", run)


def _is_plain(text: str) -> bool:
    """Whether there is nothing that any of the fixes looks for: most English text, found out at little cost."""
    return text.isascii() and not _INVISIBLE.search(text)


def measure(text: pa.Array, form: Form = "NFC") -> pa.StructArray:
    r"""Whether there is mojibake, how many control and zero-width characters, and whether repair changes the text.

    Tabs and newlines are no control characters here; a text with `\r\n` is changed.

    >>> measure(pa.array(["cafÃ© cl\u200bose", "as it was"])).to_pylist()
    [{'mojibake': True, 'invisible': 1, 'changed': True}, {'mojibake': False, 'invisible': 0, 'changed': False}]
    """
    rows = [_measured(*pair) for pair in zip(text.to_pylist(), leave(text, form).to_pylist(), strict=True)]
    return pa.array(rows, FIELDS)


def _measured(text: str | None, repaired: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    changed = text != repaired
    mojibake = changed and bool(_ftfy().fix_encoding(text) != text)
    return {"mojibake": mojibake, "invisible": len(_INVISIBLE.findall(text)), "changed": changed}


def repair_v1(normal_form: Form = "NFC") -> Annotator:
    """The annotator and edit `repair_v1`; in a recipe's `edit` it stands last. `normal_form` is `NFC` or `NFKC`.

    Raises `ThresherError` where the package ftfy is missing.
    """
    _ftfy()
    return Annotator(
        "repair_v1",
        FIELDS,
        partial(measure, form=normal_form),
        settings={"normal_form": normal_form},
        edit=partial(leave, form=normal_form),
    )
