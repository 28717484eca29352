"""E-mail addresses as RFC 5321 writes the common ones, found from their @ to both sides.

The local part is of letters, digits and . _ % + - ' with no two full stops in a row, from its first letter or digit
on. The domain has two labels or more, the last of letters alone (or `xn--`). Letters of any script that puts spaces
between words count (RFC 6531), so that of `rené@müller.de` nothing is left standing; the last label is all of ASCII or
without it, because Korean writes its particles straight after it. Quoted local parts and domains in brackets are left
out, as are names that end like a file's: `logo@2x.png`.
"""

import numpy as np

from thresher.kernels.jit import inlined, njit
from thresher.kernels.pii_edges import ALNUM, DIGITS, LETTERS, is_letter, is_one_of, table_of
from thresher.kernels.spans import before
from thresher.kernels.unicode import ALPHABETIC, SPACELESS, Bytes, Int, classes, decode

_LOCAL, _LABEL, _ALPHA = table_of(DIGITS + LETTERS + b"._%+-'"), table_of(DIGITS + LETTERS + b"-"), table_of(LETTERS)
_FILES = np.array([int.from_bytes(name) for name in (b"png", b"jpg", b"jpeg", b"gif", b"webp", b"svg", b"css", b"js")])
_PUNYCODE = np.frombuffer(b"xn--", np.uint8)
_STOP, _HYPHEN, _UNDERSCORE = 0x2E, 0x2D, 0x5F


@njit
def email_at(data: Bytes, floor: Int, at: Int, end: Int) -> tuple[Int, Int]:
    """Where the address begins and ends whose @ is at byte `at`; both are `at` where there is none.

    It begins no earlier than `floor`.

    >>> email_at(np.frombuffer(b"(me@a.example.org.)", np.uint8), 0, 3, 19)
    (1, 17)
    """
    start = _local_start(data, floor, at)
    if start == at:
        return at, at
    stop = _domain_end(data, at + 1, end)
    if stop == at + 1:
        return at, at
    return start, stop


@inlined
def _local_start(data: Bytes, floor: Int, at: Int) -> Int:
    """Where the local part begins that ends at `at`, from its first letter or digit on."""
    if at == floor or data[at - 1] == _STOP:
        return at
    start = i = at
    while i > floor:
        last = before(data, floor, i)
        byte = data[last]
        if byte < 0x80:
            if not _LOCAL[byte] or (byte == _STOP and data[i] == _STOP):
                break
            if ALNUM[byte]:
                start = last
        else:
            code, following = decode(data, last, i)
            if following != i or not is_letter(code):
                break
            start = last
        i = last
    return start


@inlined
def _domain_end(data: Bytes, start: Int, end: Int) -> Int:
    """Where the longest domain ends that begins here, `start` itself where there is none."""
    found = start
    i, labels = start, 0
    while i < end:
        stop = _label_end(data, i, end)
        if stop == i or data[i] == _HYPHEN:
            break
        labels += 1
        if labels > 1:
            top = _top_level_end(data, i, end)
            if top > i:
                found = top
        if data[stop - 1] == _HYPHEN or stop >= end or data[stop] != _STOP:
            break
        i = stop + 1
    return found


@inlined
def _label_end(data: Bytes, i: Int, end: Int) -> Int:
    """Where the run of letters, digits and hyphens ends that begins at byte i."""
    while i < end:
        if data[i] < 0x80:
            if not _LABEL[data[i]]:
                break
            i += 1
        else:
            code, following = decode(data, i, end)
            if not is_letter(code):
                break
            i = following
    return i


@inlined
def _top_level_end(data: Bytes, start: Int, end: Int) -> Int:
    """Where the last label ends that begins here, `start` where none can: two letters or more, or `xn--`."""
    i, letters, folded = start, 0, np.int64(0)
    if data[start] >= 0x80:
        while i < end and data[i] >= 0x80:
            code, following = decode(data, i, end)
            if not classes(code) & ALPHABETIC or classes(code) & SPACELESS:
                break
            i, letters = following, letters + 1
        return i if letters > 1 and not is_one_of(_LABEL, data, i, end) else start
    while i < end and _ALPHA[data[i]]:
        folded = folded << 8 | np.int64(data[i] | 0x20)
        i, letters = i + 1, letters + 1
    if letters == 2 and _is_punycode(data, start, end):
        return _ascii_label_end(data, start, end)
    if letters < 2 or is_one_of(ALNUM, data, i, end) or _is_file(folded, letters):
        return start
    return i


@inlined
def _is_file(folded: Int, letters: Int) -> bool:
    if letters > 4:
        return False
    for name in _FILES:
        if folded == name:
            return True
    return False


@inlined
def _is_punycode(data: Bytes, start: Int, end: Int) -> bool:
    for k in range(len(_PUNYCODE)):
        if start + k >= end or (data[start + k] | 0x20) != (_PUNYCODE[k] | 0x20):
            return False
    return is_one_of(ALNUM, data, start + len(_PUNYCODE), end)


@inlined
def _ascii_label_end(data: Bytes, i: Int, end: Int) -> Int:
    while i < end and _LABEL[data[i]]:
        i += 1
    while data[i - 1] == _HYPHEN:
        i -= 1
    return i
