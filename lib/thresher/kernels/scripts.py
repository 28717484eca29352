"""Finds the script that most letters of a document are in.

A letter is a code point that Unicode's Script property (https://www.unicode.org/reports/tr24/) gives to one script:
signs and digits of a script count with its letters, what is Common (spaces, digits, punctuation, emoji) or Inherited
(combining accents) does not count. The table ships with the package (`tools/make_script_table.py`, Unicode 18).

Japanese is written in three scripts together, which ISO 15924 calls `Jpan`: Hiragana and Katakana always count as it,
and so does Han beside them. A few kana in a Chinese text (の on a sign) do not make it Japanese: of sentences in 75
languages the Japanese had at least 3 kana in 10 of these letters, the Chinese none, and the bound is 1 in 10.
"""

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit
from thresher.kernels.unicode import Bytes, Int, decode, load_table

NAMES = tuple(name.decode() for name in load_table("script_names.npy").tolist())
KANA_AT_LEAST = 10  # one kana in so many letters of Hiragana, Katakana and Han

_TABLE, _STARTS = load_table("scripts.npy"), 0x110000 // 128
_HAN, _HIRAGANA, _JAPANESE, _KATAKANA, _LATIN = map(NAMES.index, ("Hani", "Hira", "Jpan", "Kana", "Latn"))
_BLOCK = 32  # a loop of fixed length becomes vector instructions

Counts = npt.NDArray[np.int64]


@inlined
def script_of(code: Int) -> Int:
    """The place among `NAMES` of a code point's script; 0 where it is of none or of many.

    >>> NAMES[script_of(ord("д"))], NAMES[script_of(ord("5"))]
    ('Cyrl', 'Zyyy')
    """
    return np.int64(_TABLE[np.int64(_TABLE[code >> 7]) + (code & 127)])


@njit
def scripts(data: Bytes, offsets: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """The script of each document, as its place among `NAMES`, and the share of all letters that are in it, 0 to 1.

    Of scripts with as many letters the first by its code is taken. A document without letters has the place 0, the
    share 0.
    """
    found, shares = np.zeros(len(offsets) - 1, np.int32), np.zeros(len(offsets) - 1, np.float32)
    counts = np.empty(len(NAMES), np.int64)
    for d in range(len(offsets) - 1):
        counts[:] = 0
        _count(data, offsets[d], offsets[d + 1], counts)
        counts[0] = 0
        _join_japanese(counts)
        total, best = 0, 0
        for script in range(len(NAMES)):
            total += counts[script]
            if counts[script] > counts[best]:
                best = script
        if total:
            found[d], shares[d] = best, counts[best] / total
    return found, shares


@inlined
def _count(data: Bytes, i: Int, end: Int, counts: Counts) -> None:
    """Add each letter of `data[i:end]` to its script's count."""
    while i < end:
        while i + _BLOCK <= end:
            high, letters = np.uint8(0), np.uint8(0)
            for k in range(_BLOCK):
                high |= data[i + k]
                letters += np.uint8(np.uint8((data[i + k] | np.uint8(32)) - np.uint8(97)) < np.uint8(26))
            if high >= 128:
                break
            counts[_LATIN] += letters
            i += _BLOCK
        stop = min(i + _BLOCK, end)
        while i < stop:
            if data[i] < 128:
                counts[_LATIN] += 97 <= (data[i] | 32) <= 122
                i += 1
            else:
                code, i = decode(data, i, end)
                counts[script_of(code)] += 1


@inlined
def _join_japanese(counts: Counts) -> None:
    """Count Hiragana and Katakana, and with enough of them Han, as Japanese."""
    kana = counts[_HIRAGANA] + counts[_KATAKANA]
    han = counts[_HAN] if KANA_AT_LEAST * kana >= kana + counts[_HAN] else 0
    counts[_HIRAGANA] = counts[_KATAKANA] = 0
    counts[_HAN] -= han
    counts[_JAPANESE] = kana + han
