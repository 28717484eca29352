"""Payment card numbers: a known issuer's prefix and length (ISO/IEC 7812), and Luhn's check digit.

    issuer               begins with                                            digits
    Visa                 4                                                      16, 19; 13 *
    Mastercard           51-55, 2221-2720                                       16
    American Express     34, 37                                                 15
    Diners Club          300-305, 3095, 36, 38, 39                              14
    Discover             6011, 644-649, 65                                      16, 19
    UnionPay             62                                                     16-19
    JCB                  3528-3589; other 35 *; 1800, 2131 *                    16; 16 *; 15 *
    Maestro              50, 56-58, 6304, 6759, 6761-6763, 0604 *               12-19 *

One number in ten passes Luhn's check, so what is marked * (old, rare, or short as a bar code is) counts only with a
word such as "card" shortly before. Digits are written together, or as 4-4-4-4, 4-6-5, 4-6-4 or 4-4-4-4-3, with one
kind of separator. A row of more such groups is a table or a bank account, not a card.
"""

import numpy as np

from thresher.kernels.jit import inlined, njit
from thresher.kernels.pii_digits import (
    BLANK,
    HYPHEN,
    WINDOW,
    Groups,
    begins_alone,
    ends_alone,
    follows_digit,
    holds,
    phrases,
    size,
)
from thresher.kernels.unicode import Bytes, Int

NO_CARD, CARD, CARD_IF_NAMED = 0, 1, 2
_LAYOUTS = np.array([[4, 4, 4, 4, 3], [4, 4, 4, 4, 0], [4, 6, 5, 0, 0], [4, 6, 4, 0, 0]])
_LETTERS, _ENDS = phrases("card", " visa ", "maestro", "debit", "credit", " cc ", "karte", "carte", "tarjeta", "carta")


@njit
def card_end(data: Bytes, begin: Int, end: Int, groups: Groups, n: Int) -> Int:
    """Where the card number ends that begins with the first of n groups; where that begins if there is none."""
    start: Int = groups[0, 0]
    stop: Int = groups[0, 1]
    if not begins_alone(data, begin, start):
        return start
    if _is_card(data, begin, groups, np.int64(1)) and ends_alone(data, stop, end):
        return stop
    for layout in range(len(_LAYOUTS)):
        parts = _parts(groups, n, layout)
        if not parts or n > parts + 1 or follows_digit(data, begin, start):
            continue
        stop = groups[parts - 1, 1]
        if _is_card(data, begin, groups, parts) and ends_alone(data, stop, end):
            return stop
    return start


@inlined
def _parts(groups: Groups, n: Int, layout: Int) -> int:
    """How many groups the layout has, where the chain begins with it and joins it by one kind of separator; else 0."""
    parts = 0
    while parts < 5 and _LAYOUTS[layout, parts]:
        if parts == n or size(groups, parts) != _LAYOUTS[layout, parts]:
            return 0
        if parts and (groups[parts, 2] != groups[1, 2] or (groups[1, 2] != BLANK and groups[1, 2] != HYPHEN)):
            return 0
        parts += 1
    return parts


@inlined
def _is_card(data: Bytes, begin: Int, groups: Groups, parts: Int) -> bool:
    digits: Int = 0
    prefix: Int = 0
    total: Int = 0
    place = 0
    for k in range(parts):
        digits += size(groups, k)
    if digits < 12 or digits > 19:
        return False
    for k in range(parts):
        for i in range(groups[k, 0], groups[k, 1]):
            digit = np.int64(data[i]) - 48
            if place < 4:
                prefix = 10 * prefix + digit
            if (digits - place) % 2 == 0:
                digit = 2 * digit - 9 if digit > 4 else 2 * digit
            total += digit
            place += 1
    kind = issued(prefix, digits)
    if kind == NO_CARD or total % 10:
        return False
    start = groups[0, 0]
    return kind == CARD or holds(data, max(begin, start - WINDOW), start, _LETTERS, _ENDS)


@njit
def issued(prefix: Int, digits: Int) -> int:
    """Whether cards of so many digits begin with these four: `CARD`, `CARD_IF_NAMED`, or `NO_CARD`.

    >>> issued(4111, 16) == CARD, issued(4111, 13) == CARD_IF_NAMED, issued(9999, 16) == NO_CARD
    (True, True, True)
    """
    two, three = prefix // 100, prefix // 10
    if digits == 16 and (51 <= two <= 55 or 2221 <= prefix <= 2720 or 3528 <= prefix <= 3589):
        return CARD
    if (digits == 16 or digits == 19) and (two // 10 == 4 or prefix == 6011 or 644 <= three <= 649 or two == 65):
        return CARD
    if (digits == 15 and (two == 34 or two == 37)) or (digits >= 16 and two == 62):
        return CARD
    if digits == 14 and (300 <= three <= 305 or prefix == 3095 or two == 36 or two == 38 or two == 39):
        return CARD
    if (
        (digits == 13 and two // 10 == 4)
        or (digits == 16 and two == 35)
        or (digits == 15 and (prefix == 1800 or prefix == 2131))
    ):
        return CARD_IF_NAMED
    if digits == 13 and two // 10 == 4:
        return CARD_IF_NAMED
    if two == 50 or 56 <= two <= 58 or prefix == 6304 or prefix == 6759 or 6761 <= prefix <= 6763 or prefix == 604:
        return CARD_IF_NAMED
    return NO_CARD
