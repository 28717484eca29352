"""Secrets and keys by the shapes that their issuers publish, so that each can be told from any other word.

    AWS access key id        AKIA or ASIA and 16 of A-Z 0-9
    GitHub token             ghp_ gho_ ghu_ ghs_ ghr_ and 36 or more of A-Z a-z 0-9; github_pat_ and 82 or more, or _
    Slack token              xoxa- xoxb- xoxp- xoxr- xoxs- and 10 or more of A-Z a-z 0-9 -, a digit in the first 10
    Google API key           AIza and 35 of A-Z a-z 0-9 _ -
    Stripe live key          sk_live_ or rk_live_ and 16 or more of A-Z a-z 0-9
    private key              -----BEGIN ... PRIVATE KEY-----, to its -----END ...----- where only a key is between
    JSON web token           eyJ... . eyJ... . ..., three parts of base64url (RFC 7519)

Each is found from a byte that is rare in prose: the I of AKIA, ASIA and AIza, the J of eyJ, an underscore, a hyphen.
What is none after all is given up within a bounded number of bytes, or never looked at again: no text takes long.
"""

import numpy as np

from thresher.kernels.jit import inlined, njit
from thresher.kernels.pii_edges import ALNUM, DIGITS, LETTERS, Table, is_one_of, table_of
from thresher.kernels.unicode import Bytes, Int

TRIGGERS = b"IJ_-"
_UPPER_ALNUM, _BASE64URL = table_of(DIGITS + LETTERS[:26]), table_of(DIGITS + LETTERS + b"_-")
_WORD, _SLACK = table_of(DIGITS + LETTERS + b"_"), table_of(DIGITS + LETTERS + b"-")
_TITLE, _KEY = table_of(LETTERS[:26] + b" "), table_of(DIGITS + LETTERS + b"+/=:,. \r\n\t\\")
_AKIA, _ASIA, _AIZA, _EYJ, _XOX = (np.frombuffer(p, np.uint8) for p in (b"AKIA", b"ASIA", b"AIza", b"eyJ", b"xox"))
_GH, _PAT = np.frombuffer(b"gh", np.uint8), np.frombuffer(b"github_pat_", np.uint8)
_SK, _RK = np.frombuffer(b"sk_live_", np.uint8), np.frombuffer(b"rk_live_", np.uint8)
_BEGIN, _END = np.frombuffer(b"-----BEGIN ", np.uint8), np.frombuffer(b"-----END ", np.uint8)
_PRIVATE, _DASHES = np.frombuffer(b"PRIVATE KEY", np.uint8), np.frombuffer(b"-----", np.uint8)
_I, _J, _UNDERSCORE = 0x49, 0x4A, 0x5F


@njit
def secret_around(data: Bytes, begin: Int, i: Int, end: Int) -> tuple[Int, Int]:
    """Where the secret begins and ends that has its trigger at byte i; both are i where there is none.

    >>> secret_around(np.frombuffer(b"id AKIAIOSFODNN7EXAMPLE.", np.uint8), 0, 5, 24)
    (3, 23)
    """
    byte = data[i]
    if byte == _I:
        start, stop = _aws_or_google(data, begin, i, end)
    elif byte == _J:
        start, stop = i - 2, _token_end(data, begin, i - 2, end)
    elif byte == _UNDERSCORE:
        start, stop = _github_or_stripe(data, begin, i, end)
    elif _stands_at(data, begin, i, end, _BEGIN):
        start, stop = i, _private_key_end(data, i, end)
    else:
        start, stop = i - 4, _slack_end(data, begin, i, end)
    if stop <= i or (begin < start < i and ALNUM[data[start - 1]]):
        return i, i
    return start, stop


@njit
def _stands_at(data: Bytes, begin: Int, i: Int, end: Int, phrase: Bytes) -> bool:
    if i < begin or i + len(phrase) > end:
        return False
    for k in range(len(phrase)):
        if data[i + k] != phrase[k]:
            return False
    return True


@njit
def _run_end(data: Bytes, i: Int, end: Int, members: Table) -> Int:
    while i < end and members[data[i]]:
        i += 1
    return i


@inlined
def _aws_or_google(data: Bytes, begin: Int, i: Int, end: Int) -> tuple[Int, Int]:
    if _stands_at(data, begin, i - 1, end, _AIZA):
        stop = _run_end(data, i + 3, min(end, i + 39), _BASE64URL)
        return i - 1, stop if stop - i == 38 else i
    if _stands_at(data, begin, i - 2, end, _AKIA) or _stands_at(data, begin, i - 2, end, _ASIA):
        stop = _run_end(data, i + 2, end, _UPPER_ALNUM)
        return i - 2, stop if stop - i == 18 and not is_one_of(ALNUM, data, stop, end) else i
    return i, i


@inlined
def _github_or_stripe(data: Bytes, begin: Int, i: Int, end: Int) -> tuple[Int, Int]:
    if _stands_at(data, begin, i - 3, end, _GH):
        kind = data[i - 1]
        if kind == 0x70 or kind == 0x6F or kind == 0x75 or kind == 0x73 or kind == 0x72:
            stop = _run_end(data, i + 1, end, ALNUM)
            return i - 3, stop if stop - i > 36 else i
    if _stands_at(data, begin, i - 6, end, _PAT):
        stop = _run_end(data, i + 5, end, _WORD)
        return i - 6, stop if stop - i - 5 >= 82 else i
    if _stands_at(data, begin, i - 2, end, _SK) or _stands_at(data, begin, i - 2, end, _RK):
        stop = _run_end(data, i + 6, end, ALNUM)
        return i - 2, stop if stop - i - 6 >= 16 else i
    return i, i


@inlined
def _slack_end(data: Bytes, begin: Int, hyphen: Int, end: Int) -> Int:
    """Where the token ends whose fifth byte is this hyphen; the hyphen where it is none."""
    if not _stands_at(data, begin, hyphen - 4, end, _XOX):
        return hyphen
    kind = data[hyphen - 1]
    if not (kind == 0x61 or kind == 0x62 or kind == 0x70 or kind == 0x72 or kind == 0x73):
        return hyphen
    digits = 0
    for i in range(hyphen + 1, hyphen + 11):
        if not is_one_of(_SLACK, data, i, end):
            return hyphen
        digits += 48 <= data[i] <= 57
    return _run_end(data, hyphen + 11, end, _SLACK) if digits else hyphen


@inlined
def _token_end(data: Bytes, begin: Int, start: Int, end: Int) -> Int:
    """Where the JSON web token ends that begins here; `start` where it is none."""
    if start > begin and _BASE64URL[data[start - 1]]:
        return start
    i = start
    for part in range(3):
        if part < 2 and not _stands_at(data, begin, i, end, _EYJ):
            return start
        stop = _run_end(data, i, end, _BASE64URL)
        if stop - i < 10:
            return start
        if part < 2:
            if stop >= end or data[stop] != 0x2E:
                return start
            stop += 1
        i = stop
    return i


@inlined
def _private_key_end(data: Bytes, start: Int, end: Int) -> Int:
    """Where the key ends whose header begins here: with its last line, else with the header; `start` if it is none."""
    stop = _run_end(data, start + len(_BEGIN), end, _TITLE)
    if not _stands_at(data, start, stop, end, _DASHES) or not _names_private_key(data, start, stop):
        return start
    header = stop + len(_DASHES)
    last = _run_end(data, header, end, _KEY)
    while last < end and data[last] == 0x2D and not _stands_at(data, header, last, end, _DASHES):
        last = _run_end(data, last + 1, end, _KEY)  # a hyphen in a line such as DEK-Info: AES-128-CBC
    if not _stands_at(data, header, last, end, _END):
        return header
    stop = _run_end(data, last + len(_END), end, _TITLE)
    return stop + len(_DASHES) if _stands_at(data, header, stop, end, _DASHES) else header


@inlined
def _names_private_key(data: Bytes, start: Int, stop: Int) -> bool:
    """Whether the header says PRIVATE KEY, at its end or before BLOCK."""
    for i in range(start + len(_BEGIN), stop):
        if _stands_at(data, start, i, stop, _PRIVATE):
            return True
    return False
