"""Phone numbers by how they are written (ITU-T E.123, the North American Numbering Plan), without a table of countries.

A chain of groups (`pii_digits`) is a phone number where it is one of these, and none of them is a part of a longer one:

    international    + and 8 to 15 digits (E.164), or 00 and 9 to 15 digits in groups; a trunk zero as in +41 (0)44
    North American   [1] NXX NXX XXXX with N from 2 to 9, with brackets or not
    national         a trunk zero, 9 to 11 digits, in groups: 0490 75 40 81, (020) 7946 0958, 030/1234567
    with area code   an area code of 2 or 3 digits in brackets and two groups, 9 to 11 digits: (71) 4233-6306
    said to be one   7 to 13 digits with a word such as "phone" or "fax" shortly before, or straight after

An extension (x123, ext. 123) belongs to the number. Times, years, decimals, binary numbers and what is grouped like a
social security number (NNN-NN-NNNN) are none.
"""

import numpy as np

from thresher.kernels.jit import inlined, njit
from thresher.kernels.pii_digits import (
    BLANK,
    CLOSE,
    MOST_GROUPS,
    OPEN,
    SLASH,
    STOP,
    Groups,
    begins_alone,
    ends_alone,
    follows_digit,
    holds,
    phrases,
    size,
)
from thresher.kernels.pii_edges import is_digit
from thresher.kernels.unicode import Bytes, Int

_PLUS, _NEAR = 0x2B, 28
_BEFORE = phrases(
    *("phone", " tel ", " tél ", "telef", "téléf", "teléf", " ph ", "mobil", "móvil", " mob ", " cell ", "cellul"),
    *("celular", " fax", " call ", " calling ", " dial ", "whatsapp", "hotline", " sms ", "telegram", " viber "),
    *("телеф", "Телеф", " тел ", " Тел ", "电话", "電話", "手机", "전화"),
)
_BEFORE_GROUPS = phrases("answer", " text ", "message", "contact")  # too common to make a number of mere digits one
_AFTER = phrases(" phone", " tel ", " telephone", " mobile", " cell ", " fax", " office ")


@njit
def phone_around(data: Bytes, begin: Int, floor: Int, end: Int, groups: Groups, n: Int) -> tuple[Int, Int]:
    """Where the phone number begins and ends that starts with the first of n groups, a + or bracket before it included.

    Both are where that group begins if there is none; it begins no earlier than `floor`.
    """
    first = groups[0, 0]
    sign = np.int64(data[first - 1]) if first > floor else np.int64(0)
    start = first - 1 if sign == _PLUS or (sign == OPEN and n > 1 and groups[1, 2] == CLOSE) else first
    if not begins_alone(data, begin, start):
        return first, first
    parts: Int = _american(data, groups, n, begin, start)
    if parts == 0 and n <= MOST_GROUPS and not follows_digit(data, begin, start):
        parts = n if _is_whole(data, begin, start, end, groups, n) else 0
    if parts == 0:
        return first, first
    stop = groups[parts - 1, 1]
    extended = _extension_end(data, stop, end)
    return (start, extended) if extended > stop or ends_alone(data, stop, end) else (first, first)


@inlined
def _is_whole(data: Bytes, begin: Int, start: Int, end: Int, groups: Groups, n: Int) -> bool:
    """Whether the chain as a whole is a number of one of the other kinds; `start` is that of its + or bracket."""
    signed = data[start] == _PLUS
    if _is_international(data, groups, n, signed):
        return True
    if signed:
        return False
    if _is_national(data, groups, n) or _has_area_code(groups, n, start < groups[0, 0]):
        return True
    return _is_said_to_be(data, begin, start, end, groups, n)


@inlined
def _digits(groups: Groups, n: Int) -> int:
    total = 0
    for k in range(n):
        total += size(groups, k)
    return total


@inlined
def _is_decimal(groups: Groups, n: Int) -> bool:
    return n == 2 and groups[1, 2] == STOP


@inlined
def _american(data: Bytes, groups: Groups, n: Int, begin: Int, start: Int) -> int:
    """How many groups a North American number takes, 0 where it is none.

    Three groups with blanks alone are any table of numbers, unless the chain ends with them.
    """
    k = 1 if size(groups, 0) == 1 and data[groups[0, 0]] == 49 and n > 1 and groups[1, 2] != SLASH else 0
    if k + 3 > n or size(groups, k) != 3 or size(groups, k + 1) != 3 or size(groups, k + 2) != 4:
        return 0
    if data[groups[k, 0]] < 50 or data[groups[k + 1, 0]] < 50:
        return 0
    for g in range(k + 1, k + 3):
        if groups[g, 2] == OPEN or (groups[g, 2] == SLASH and g == k + 2):
            return 0
    chain_ends = n == k + 3
    if groups[k + 1, 2] == BLANK and groups[k + 2, 2] == BLANK:
        return k + 3 if chain_ends and not follows_digit(data, begin, start) else 0
    return k + 3 if chain_ends or groups[k + 3, 2] == BLANK or groups[k + 3, 2] == OPEN else 0


@inlined
def _is_international(data: Bytes, groups: Groups, n: Int, plus: bool) -> bool:
    """E.164's 15 digits, and one more for a trunk zero in brackets; late groups have two digits or more."""
    zero = data[groups[0, 0]] == 48
    digits = _digits(groups, n)
    if n > 1 and groups[1, 2] == OPEN and size(groups, 1) == 1:
        digits -= 1
    for k in range(1, n):
        if (size(groups, k) < 2 and k > 2) or groups[k, 2] == SLASH:
            return False
    if size(groups, n - 1) < 2:
        return False
    if plus:
        return not zero and 8 <= digits <= 15 and not _is_decimal(groups, n)
    long_zero = zero and size(groups, 0) >= 2 and data[groups[0, 0] + 1] == 48
    if not long_zero or n < 3 or digits < 11 or digits > 17 or _is_binary(data, groups, n):
        return False
    return bool(data[groups[0, 0] + 2] != 48 if size(groups, 0) > 2 else data[groups[1, 0]] != 48)


@inlined
def _is_national(data: Bytes, groups: Groups, n: Int) -> bool:
    digits = _digits(groups, n)
    if data[groups[0, 0]] != 48 or data[groups[0, 0] + 1] == 48 or not 9 <= digits <= 11 or n < 2:
        return False
    for k in range(n):
        if size(groups, k) < 2 or groups[k, 2] == OPEN or (groups[k, 2] == SLASH and (k > 1 or size(groups, 0) < 3)):
            return False
    return not _is_decimal(groups, n) and not _is_social_security(groups, n) and not _is_binary(data, groups, n)


@inlined
def _is_social_security(groups: Groups, n: Int) -> bool:
    return n == 3 and size(groups, 0) == 3 and size(groups, 1) == 2 and size(groups, 2) == 4


@inlined
def _is_binary(data: Bytes, groups: Groups, n: Int) -> bool:
    for k in range(n):
        for i in range(groups[k, 0], groups[k, 1]):
            if data[i] > 49:
                return False
    return True


@inlined
def _has_area_code(groups: Groups, n: Int, bracketed: bool) -> bool:
    if not bracketed or n != 3 or not 2 <= size(groups, 0) <= 3 or not 9 <= _digits(groups, n) <= 11:
        return False
    return 3 <= size(groups, 1) <= 5 and size(groups, 2) == 4


@inlined
def _is_said_to_be(data: Bytes, begin: Int, start: Int, end: Int, groups: Groups, n: Int) -> bool:
    """Whether a word near it says that it is a phone number."""
    digits = _digits(groups, n)
    if not 7 <= digits <= 13 or _is_decimal(groups, n) or _is_social_security(groups, n):
        return False
    for k in range(n):
        if n > 1 and size(groups, k) < 2:
            return False
    if _is_date(data, groups, n):
        return False
    near = max(begin, start - _NEAR)
    if holds(data, near, start, _BEFORE[0], _BEFORE[1]):
        return True
    if n > 1 and holds(data, near, start, _BEFORE_GROUPS[0], _BEFORE_GROUPS[1]):
        return True
    stop = groups[n - 1, 1]
    return (n > 1 or digits >= 10) and holds(data, stop, min(end, stop + 8), _AFTER[0], _AFTER[1])


@inlined
def _is_date(data: Bytes, groups: Groups, n: Int) -> bool:
    """Whether it is two years (1990-2005), or one with a month and a day."""
    if n == 2:
        return _is_year(data, groups, 0) and _is_year(data, groups, 1)
    if n != 3 or size(groups, 1) > 2:
        return False
    return (_is_year(data, groups, 0) and size(groups, 2) < 3) or (_is_year(data, groups, 2) and size(groups, 0) < 3)


@inlined
def _is_year(data: Bytes, groups: Groups, k: Int) -> bool:
    i = groups[k, 0]
    return size(groups, k) == 4 and (data[i] == 49 or (data[i] == 50 and data[i + 1] == 48))


@inlined
def _extension_end(data: Bytes, stop: Int, end: Int) -> Int:
    """Where `x123`, `, ext. 123` ends that begins at `stop`; `stop` where there is none."""
    i = stop + (stop < end and data[stop] == 0x2C)
    i += i < end and data[i] == BLANK
    if i >= end:
        return stop
    if (data[i] | 0x20) == 0x65:
        if i + 2 >= end or (data[i + 1] | 0x20) != 0x78 or (data[i + 2] | 0x20) != 0x74:
            return stop
        i += 3
        i += i < end and data[i] == STOP
        i += i < end and data[i] == BLANK
    elif (data[i] | 0x20) == 0x78:
        i += 1
    else:
        return stop
    first = i
    while is_digit(data, i, end):
        i += 1
    return i if 1 <= i - first <= 6 and ends_alone(data, i, end) else stop
