"""Writes the two tables of code points that ship with the kernels, from the running Python's Unicode database.

    uv run --no-project --python 3.13 --with numpy tools/make_unicode_table.py lib/thresher/kernels

Tables made at run time would differ between Python versions (3.11 knows Unicode 14, 3.13 knows 15.1), and so would
results. A table is flat: first, for each block of 128 code points, where the block's entries begin; then the entries
of all distinct blocks.
"""

import re
import sys
import unicodedata
from pathlib import Path

import numpy as np

BLOCK = 128
SPACELESS = re.compile(
    "CJK UNIFIED|CJK COMPATIBILITY IDEOGRAPH|IDEOGRAPHIC (ITERATION|CLOSING|NUMBER)|HIRAGANA|KATAKANA|"
    "THAI |LAO |KHMER (LETTER|VOWEL|INDEPENDENT|SIGN|DIGIT|CONSONANT)|MYANMAR (LETTER|VOWEL|SIGN|DIGIT|CONSONANT)"
)


def codes(ranges: str) -> frozenset[int]:
    """The code points of hexadecimal ranges such as `21 2E 61D-61F`."""
    pairs = ((a, b or a) for a, _, b in (r.partition("-") for r in ranges.split()))
    return frozenset(code for a, b in pairs for code in range(int(a, 16), int(b, 16) + 1))


# Ends of sentences in all scripts: Unicode's Sentence_Terminal and full stops, as FineWeb's filter lists them.
TERMINAL = codes("""
    21 2E 3F 589 61D-61F 6D4 700-702 7F9 837 839 83D-83E 964-965 104A-104B 1362 1367-1368 166E 1735-1736 17D4-17D6
    17D9-17DA 1803 1809 1944-1945 1AA8-1AAB 1B5A-1B5B 1B5E-1B5F 1B7D-1B7E 1C3B-1C3C 1C7E-1C7F 203C-203D 2047-2049
    2E2E 2E3C 2E53-2E54 3002 A4FF A60E-A60F A6F3 A6F7 A876-A877 A8CE-A8CF A92F A9C8-A9C9 AA5D-AA5F AAF0-AAF1 ABEB
    FE52 FE56-FE57 FF01 FF0E FF1F FF61 10A56-10A57 10F55-10F59 10F86-10F89 11047-11048 110BE-110C1 11141-11143
    111C5-111C6 111CD 111DE-111DF 11238-11239 1123B-1123C 112A9 1144B-1144C 115C2-115C3 115C9-115D7 11641-11642
    1173C-1173E 11944 11946 11A42-11A43 11A9B-11A9C 11C41-11C42 11EF7-11EF8 11F43-11F44 16A6E-16A6F 16AF5
    16B37-16B38 16B44 16E98 1BC9F 1DA88
""")
# What datatrove's Gopher filter counts as punctuation, terminals and control characters apart.
PUNCTUATION = codes("""
    21-2F 3A-40 5B-60 7B-7E AB B4 BB 2013-2014 2019 201C-201E 2026 2236 2501 25BA 3001-3002 3008-300D 3010-3011
    FF01 FF05 FF08-FF09 FF0C FF0E FF11 FF1A-FF1B FF1F FF5E
""")
# What spaCy's English tokenizer splits off: quotes, quotes and other punctuation, and hyphens between letters.
QUOTES = codes("22 27 2C 60 AB B4 BB 2018-201A 201C-201E 2329-232A 27E6-27E7 3008-3011 3014-3015 FF08-FF09")
EDGES = QUOTES | codes("""
    21-23 26-2A 3A-3C 3E-3F 5B 5D 5F 7B 7D A1 B7 BF 60C 61B 61F 66A 6D4 964 2013-2014 2026 3001-3002
    FF01 FF0C FF1A-FF1B FF1F FF5E
""")
HYPHENS = codes("2D 7E 2013-2014")
# Between which spaCy's tokenizer splits off hyphens and commas, and after which a full stop: letters of its languages,
# and whole blocks of scripts without case, marks and signs among them. It has no Georgian, Armenian or Thai letters.
CASELESS = codes("""
    591-5F4 620-64A 66E-6D5 6E5-6FF 750-77F 8A0-8BD 900-9FF B80-CFF D80-DFF 1100-137F 2E80-2FDF 2FF0-30FF 31C0-31EF
    3200-4DBF 4E00-9FFF AC00-D7AF F900-FAFF FB1D-FBB1 FBD3-FD3D FD50-FDC7 FDF0-FDFB FE30-FE4F FE70-FEFC 1EE00-1EEBB
    1F200-1F2FF 20000-2A6DF 2A700-2EBEF 2F800-2FA1F
""")
LETTERS = CASELESS | codes("""
    41-5A 61-7A C0-D6 D8-F6 F8-1BF 1C4-2AF 386 388-38A 38C 38E-38F 391-3A1 3A3-3A9 3AC-3AF 3B1-3C9 3CC-3CE 400-401
    403-40A 40C-40D 410-451 453-45A 45C-45D 490-491 496-497 4A2-4A3 4AE-4AF 4BA-4BB 4D8-4D9 4E8-4E9 1D00-1D25 1D6B-1D77
    1D79-1D9A 1E00-1EFF 2C60-2C7B 2C7E-2C7F A722-A76F A771-A787 A78B-A78E A790-A7B9 A7FA AB30-AB5A AB60-AB64 FF21-FF3A
    FF41-FF5A
""")
LINE_BREAKS = codes("A-D 1C-1E 85 2028-2029")  # where str.splitlines cuts


def classes(code: int) -> int:
    """The bits of one code point, in the order of the constants in `kernels/unicode.py`."""
    char = chr(code)
    kind = unicodedata.category(char)
    bits = (
        char.isalnum() or char == "_",
        kind[0] == "M" or char in "\u200c\u200d",
        char.isalpha(),
        char.isspace(),
        code in PUNCTUATION or code in TERMINAL or (kind == "Cc" and char not in "\t\n"),
        code in TERMINAL,
        kind[0] in "LMN" and SPACELESS.match(unicodedata.name(char, "")) is not None,
        code in EDGES or kind == "So",
        code in QUOTES,
        code in HYPHENS,
        kind == "So" or char == "…",
        kind == "Sc",
        code in CASELESS or (code in LETTERS and kind == "Lu"),
        code in CASELESS or (code in LETTERS and (kind == "Ll" or code == 0x294)),
        code in LINE_BREAKS,
        kind[0] == "P",
        char.isdecimal(),
        char.isdigit(),
        char.isupper(),
        code in LETTERS,
        char.islower(),
    )
    return sum(1 << i for i, bit in enumerate(bits) if bit)


def lower(code: int) -> int:
    """The difference from a code point to its simple lower case; 0 where that would be more than one code point."""
    small = chr(code).lower()
    return ord(small) - code if len(small) == 1 else 0


def table(values: np.ndarray) -> np.ndarray:
    """The two stages in one array: the start of each block's entries, then the entries of the distinct blocks."""
    blocks, inverse = np.unique(values.reshape(-1, BLOCK), axis=0, return_inverse=True)
    first = int(inverse[0])  # ASCII comes first, so that its entries need no look-up of the block
    order = [first, *(i for i in range(len(blocks)) if i != first)]
    starts = np.empty(len(blocks), np.int64)
    starts[order] = len(values) // BLOCK + BLOCK * np.arange(len(blocks))
    return np.concatenate([starts[inverse.ravel()], blocks[order].ravel()])


def main(folder: Path) -> None:
    """Write both tables into `folder`."""
    every = range(sys.maxunicode + 1)
    np.save(folder / "unicode_classes.npy", table(np.array([classes(c) for c in every])).astype(np.uint32))
    np.save(folder / "unicode_lower.npy", table(np.array([lower(c) for c in every])).astype(np.int32))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
