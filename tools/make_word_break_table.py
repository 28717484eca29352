"""Writes the table of Unicode's Word_Break property that ships with the kernels.

    uv run --no-project --with numpy --with uniseg==0.10.1 tools/make_word_break_table.py lib/thresher/kernels

The property is that of Unicode 16 (https://www.unicode.org/reports/tr29/), as the package uniseg has it. The table is
flat, as `make_unicode_table.py` says.
"""

import sys
from pathlib import Path

import numpy as np
from make_unicode_table import table
from uniseg.emoji import extended_pictographic
from uniseg.wordbreak import WordBreak, word_break

CLASSES = list(WordBreak)
PICTOGRAPHIC = 1 << 5


def word_break_class(code: int) -> int:
    """The place of the code point's class among `CLASSES`, and a bit for pictographs."""
    char = chr(code)
    return CLASSES.index(word_break(char)) | (PICTOGRAPHIC if extended_pictographic(char) else 0)


def main(folder: Path) -> None:
    """Write the table into `folder`."""
    values = np.array([word_break_class(code) for code in range(sys.maxunicode + 1)])
    np.save(folder / "word_break.npy", table(values).astype(np.uint16))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
