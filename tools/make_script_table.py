"""Writes the table of Unicode's Script property that ships with the kernels, and the scripts' names.

    uv run --no-project --with numpy --with fonttools==4.68.0 tools/make_script_table.py lib/thresher/kernels

The property is that of Unicode 18 (https://www.unicode.org/reports/tr24/), as the package fontTools has it. Names are
four letters, the codes of ISO 15924. The table is flat, as `make_unicode_table.py` says.
"""

import sys
from pathlib import Path

import numpy as np
from fontTools.unicodedata import script
from make_unicode_table import table

NONE = "Zyyy"  # of many scripts, of the one before, or of none: they say nothing about a text's own
UNTOLD = (NONE, "Zinh", "Zzzz")
TOGETHER = ("Jpan",)  # the code of several scripts, which the kernel joins


def main(folder: Path) -> None:
    """Write the table and the names into `folder`; the name at place 0 is that of no script, the others are sorted."""
    every = [script(chr(code)) for code in range(sys.maxunicode + 1)]
    names = [NONE, *sorted({*every, *TOGETHER} - {*UNTOLD})]
    places = {name: place for place, name in enumerate(names)} | dict.fromkeys(UNTOLD, 0)
    np.save(folder / "scripts.npy", table(np.array([places[name] for name in every])).astype(np.uint16))
    np.save(folder / "script_names.npy", np.array(names, "S4"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
