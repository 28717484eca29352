"""Personal data in one pass over the bytes: e-mail and IP addresses, phone and card numbers, secrets.

Each kind has its file (`pii_email`, `pii_address`, `pii_phones`, `pii_cards`, `pii_secrets`) and is looked for only
around a byte that it must have. Where two would overlap, a secret goes before an e-mail address, that before an IP
address, a card number and a phone number; else the one that begins first stays.
"""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit
from thresher.kernels.pii_address import ipv4_at, ipv4_stands_alone, ipv6_around, is_public_4
from thresher.kernels.pii_cards import card_end
from thresher.kernels.pii_digits import CLOSE, MOST_GROUPS, OPEN, Groups, chain_at
from thresher.kernels.pii_edges import DIGITS, follows_letter, is_digit
from thresher.kernels.pii_email import email_at
from thresher.kernels.pii_phones import phone_around
from thresher.kernels.pii_secrets import TRIGGERS as SECRET_TRIGGERS
from thresher.kernels.pii_secrets import secret_around
from thresher.kernels.spans import characters
from thresher.kernels.unicode import Bytes, Int

KINDS = ("emails", "ipv4", "ipv6", "phones", "cards", "secrets")
EMAIL, IPV4, IPV6, PHONE, CARD, SECRET = range(len(KINDS))
NOTHING = -1
COUNTS = np.dtype([(name, np.int64) for name in (*KINDS, "characters")])

Offsets: TypeAlias = npt.NDArray[np.int64]
Spans: TypeAlias = npt.NDArray[np.int64]  # rows of start, end and kind, in bytes of the buffer

_DIGIT, _AT, _COLON, _SECRET = 1, 2, 3, 4
_PLAIN = 0


def _triggers() -> npt.NDArray[np.uint8]:
    table = np.full(256, _PLAIN, np.uint8)
    for trigger, members in ((_DIGIT, DIGITS), (_AT, b"@"), (_COLON, b":"), (_SECRET, SECRET_TRIGGERS)):
        table[list(members)] = trigger
    return table


_TRIGGERS = _triggers()


@njit
def find(data: Bytes, offsets: Offsets, wanted: npt.NDArray[np.bool_], public: bool) -> tuple[Spans, Offsets]:
    """The spans of the documents that are wanted, in order, and where each document's end among them.

    `public` leaves out the IP addresses that are not globally reachable.
    """
    spans, ends = np.empty((64, 3), np.int64), np.zeros(len(offsets), np.int64)
    groups = np.zeros((MOST_GROUPS + 1, 3), np.int64)
    n: Int = np.int64(0)
    for d in range(len(offsets) - 1):
        if wanted[d]:
            spans, n = _find_in(data, offsets[d], offsets[d + 1], public, groups, spans, n)
        ends[d + 1] = n
    return spans[:n], ends


@njit
def _find_in(
    data: Bytes, begin: Int, end: Int, public: bool, groups: Groups, spans: Spans, n: Int
) -> tuple[Spans, Int]:
    """Add one document's spans to the n that are there; returns them, in a larger array where they grew, and how many.

    `taken` is where the last span ends, `fixed` where the last one ends that no other may displace.
    """
    first, i, taken, fixed = n, begin, begin, begin
    while i < end:
        trigger = _TRIGGERS[data[i]]
        if trigger == _PLAIN:
            i += 1
            continue
        if trigger == _DIGIT:
            start, stop, kind = _number_at(data, begin, taken, i, end, public, groups)
        elif trigger == _AT:
            start, stop = email_at(data, fixed, i, end)
            kind = EMAIL
        elif trigger == _COLON:
            start, stop, seen = ipv6_around(data, begin, taken, i, end)
            kind = IPV6 if seen or not public else NOTHING
        else:
            start, stop = secret_around(data, begin, i, end)
            kind = SECRET
        if stop <= i:
            i += 1
            continue
        i = stop
        if kind == NOTHING:
            continue
        while n > first and spans[n - 1, 1] > start:
            n -= 1
        if n == len(spans):
            spans = _larger(spans)
        spans[n, 0], spans[n, 1], spans[n, 2] = start, stop, kind
        n, taken = n + 1, stop
        if kind == EMAIL or kind == SECRET:
            fixed = stop
    return spans, n


@njit
def _larger(spans: Spans) -> Spans:
    """The same spans with room for as many again."""
    larger = np.empty((2 * len(spans), 3), np.int64)
    for n in range(len(spans)):
        for field in range(3):
            larger[n, field] = spans[n, field]
    return larger


@njit
def _number_at(
    data: Bytes, begin: Int, taken: Int, i: Int, end: Int, public: bool, groups: Groups
) -> tuple[Int, Int, int]:
    """The span and kind of the number whose first digit is at byte i; that of the digits alone if it is nothing."""
    after = i
    while is_digit(data, after, end):
        after += 1
    if follows_letter(data, begin, i):
        return i, after, NOTHING
    stop, value = ipv4_at(data, i, end)
    if stop > i and ipv4_stands_alone(data, begin, i, stop, end):
        return i, stop, IPV4 if not public or is_public_4(value) else NOTHING
    n = chain_at(data, i, end, _is_bracketed(data, taken, i, after, end), groups)
    if groups[n - 1, 1] - i < 7:
        return i, after, NOTHING
    stop = card_end(data, begin, end, groups, n)
    if stop > i:
        return i, stop, CARD
    start, stop = phone_around(data, begin, taken, end, groups, n)
    if stop > i:
        return start, stop, PHONE
    return i, after, NOTHING


@inlined
def _is_bracketed(data: Bytes, taken: Int, i: Int, after: Int, end: Int) -> bool:
    """Whether the digits stand in brackets of their own, with a + or without: `(020)`, `(+44)`."""
    if after >= end or data[after] != CLOSE or i == taken:
        return False
    return bool(data[i - 1] == OPEN or (data[i - 1] == 0x2B and i - 1 > taken and data[i - 2] == OPEN))


@njit
def counts(data: Bytes, spans: Spans, ends: Offsets) -> npt.NDArray[Any]:
    """A row of `COUNTS` for each document: its spans by kind, and how many characters they cover."""
    out = np.zeros(len(ends) - 1, COUNTS)
    for d in range(len(ends) - 1):
        row = out[d]
        for s in range(ends[d], ends[d + 1]):
            kind = spans[s, 2]
            row.emails += kind == EMAIL
            row.ipv4 += kind == IPV4
            row.ipv6 += kind == IPV6
            row.phones += kind == PHONE
            row.cards += kind == CARD
            row.secrets += kind == SECRET
            row.characters += characters(data, spans[s, 0], spans[s, 1])
    return out
