"""What may stand beside a number or an address: the part of a longer one is none.

A letter or digit on either side makes it a part of something else, but one of a script without spaces does not: those
write a number between two words with nothing around it.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined
from thresher.kernels.spans import before
from thresher.kernels.unicode import MARK, SPACELESS, WORD, Bytes, Int, classes, decode

Table: TypeAlias = npt.NDArray[np.bool_]


def table_of(members: bytes) -> Table:
    """For each byte, whether it is one of these."""
    table = np.zeros(256, np.bool_)
    table[list(members)] = True
    return table


DIGITS = b"0123456789"
LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ALNUM, HEX = table_of(DIGITS + LETTERS), table_of(DIGITS + b"abcdefABCDEF")


@inlined
def is_digit(data: Bytes, i: Int, end: Int) -> bool:
    """Whether there is an ASCII digit at byte i; past the end there is none."""
    return bool(i < end and 48 <= data[i] <= 57)


@inlined
def is_one_of(table: Table, data: Bytes, i: Int, end: Int) -> bool:
    """Whether there is a byte of the table at i; past the end there is none."""
    return bool(i < end and table[data[i]])


@inlined
def is_letter(code: Int) -> bool:
    """Whether a code point would make what stands beside it a part of a word or of a longer number."""
    kind = classes(code)
    return bool(kind & (WORD | MARK)) and not bool(kind & SPACELESS)


@inlined
def follows_letter(data: Bytes, begin: Int, i: Int) -> bool:
    """Whether what ends at byte i, in a document that begins at `begin`, is a letter, a digit or an underscore."""
    if i <= begin:
        return False
    code, _ = decode(data, before(data, begin, i), i)
    return is_letter(code)


@inlined
def precedes_letter(data: Bytes, i: Int, end: Int) -> bool:
    """Whether a letter, a digit or an underscore begins at byte i."""
    if i >= end:
        return False
    code, _ = decode(data, i, end)
    return is_letter(code)
