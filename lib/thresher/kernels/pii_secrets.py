"""Secrets and keys by the shapes that their issuers publish, so that each can be told from any other word.

    AWS access key id        AKIA or ASIA and 16 of A-Z 0-9
    GitHub token             ghp_ gho_ ghu_ ghs_ ghr_ and 36 or more of A-Z a-z 0-9; github_pat_ and 82 or more, or _
    GitLab token             glpat- and 20 or more of A-Z a-z 0-9 _ -
    Slack token              xoxa- xoxb- xoxe- xoxp- xoxr- xoxs- xapp- and 10 or more of A-Z a-z 0-9 -, a digit in the
                             first 10
    Google API key           AIza and 35 of A-Z a-z 0-9 _ -
    Stripe live key          sk_live_ or rk_live_ and 16 or more of A-Z a-z 0-9
    Hugging Face token       hf_ and 34 or more of A-Z a-z 0-9
    Anthropic key            sk-ant- and 24 or more of A-Z a-z 0-9 _ -
    OpenAI key               sk- and A-Z a-z 0-9 _ -, among the first 512 of them T3BlbkFJ and 20 or more behind it
    npm, PyPI token          npm_ and 36 or more of A-Z a-z 0-9; pypi-AgEIcHlwaS5vcmc and 50 or more, _ or -
    DigitalOcean, Shopify    dop_v1_ and 64 or more, shpat_ shpss_ and 32 or more of A-Z a-z 0-9
    private key              -----BEGIN ... PRIVATE KEY-----, to its -----END ...----- where only a key is between
    JSON web token           eyJ... . eyJ... . ..., three parts of base64url (RFC 7519)

Each is found from a byte that is rare in prose: the I of AKIA, ASIA and AIza, the J of eyJ, an underscore, a hyphen.
What is none after all is given up within a bounded number of bytes, or never looked at again: no text takes long.
"""

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit
from thresher.kernels.pii_edges import ALNUM, DIGITS, LETTERS, Table, is_one_of, table_of
from thresher.kernels.unicode import Bytes, Int

TRIGGERS = b"IJ_-"
_UPPER_ALNUM, _BASE64URL = table_of(DIGITS + LETTERS[:26]), table_of(DIGITS + LETTERS + b"_-")
_WORD, _SLACK = table_of(DIGITS + LETTERS + b"_"), table_of(DIGITS + LETTERS + b"-")
_TITLE, _KEY = table_of(LETTERS[:26] + b" "), table_of(DIGITS + LETTERS + b"+/=:,. \r\n\t\\")
# How tokens begin that are told by it alone, of what characters the rest is, and how many there are at least.
_ISSUED = (
    *((f"gh{kind}_".encode(), 0, 36) for kind in "pousr"),
    *((b"github_pat_", 1, 82), (b"sk_live_", 0, 16), (b"rk_live_", 0, 16), (b"hf_", 0, 34), (b"npm_", 0, 36)),
    *((b"glpat-", 2, 20), (b"sk-ant-", 2, 24), (b"pypi-AgEIcHlwaS5vcmc", 2, 50)),
    *((b"dop_v1_", 0, 64), (b"shpat_", 0, 32), (b"shpss_", 0, 32)),
)
_OF = np.array([ALNUM, _WORD, _BASE64URL])


def _place(prefix: bytes) -> int:
    """Where the trigger of a token is: the first underscore or hyphen."""
    return min(place for place in (prefix.find(b"_"), prefix.find(b"-")) if place >= 0)


_PREFIXES = np.frombuffer(b"".join(prefix for prefix, _, _ in _ISSUED), np.uint8)
_BOUNDS = np.cumsum([0, *(len(prefix) for prefix, _, _ in _ISSUED)])
_PLACES: npt.NDArray[np.int64] = np.array([_place(prefix) for prefix, _, _ in _ISSUED])
_KINDS, _LEAST = np.array([kind for _, kind, _ in _ISSUED]), np.array([least for _, _, least in _ISSUED])
_AKIA, _ASIA, _AIZA, _EYJ, _XOX = (np.frombuffer(p, np.uint8) for p in (b"AKIA", b"ASIA", b"AIza", b"eyJ", b"xox"))
_XAPP, _SK, _OPENAI = (np.frombuffer(p, np.uint8) for p in (b"xapp", b"sk-", b"T3BlbkFJ"))
_BEGIN, _END = np.frombuffer(b"-----BEGIN ", np.uint8), np.frombuffer(b"-----END ", np.uint8)
_PRIVATE, _DASHES = np.frombuffer(b"PRIVATE KEY", np.uint8), np.frombuffer(b"-----", np.uint8)
_I, _J, _UNDERSCORE, _HYPHEN = 0x49, 0x4A, 0x5F, 0x2D
_LONGEST_OPENAI = 512


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
    elif byte == _HYPHEN and _stands_at(data, begin, i, end, _BEGIN):
        start, stop = i, _private_key_end(data, i, end)
    else:
        start, stop = _issued(data, begin, i, end)
        if stop == i and byte == _HYPHEN:
            start, stop = i - 4, _slack_end(data, begin, i, end)
        if stop == i and byte == _HYPHEN:
            start, stop = i - 2, _openai_end(data, begin, i, end)
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
def _issued(data: Bytes, begin: Int, i: Int, end: Int) -> tuple[Int, Int]:
    """Where a token begins and ends that is told by its first characters, the underscore or hyphen at i among them."""
    for kind in range(len(_PLACES)):
        start = i - _PLACES[kind]
        first, last = _BOUNDS[kind], _BOUNDS[kind + 1]
        if start < begin or start + last - first > end or data[start] != _PREFIXES[first]:
            continue
        k: Int = 1
        while k < last - first and data[start + k] == _PREFIXES[first + k]:
            k += 1
        if k == last - first:
            stop = _run_end(data, start + k, end, _OF[_KINDS[kind]])
            return start, stop if stop - start - k >= _LEAST[kind] else i
    return i, i


@inlined
def _openai_end(data: Bytes, begin: Int, hyphen: Int, end: Int) -> Int:
    """Where the key ends whose third byte is this hyphen; the hyphen where it is none."""
    if not _stands_at(data, begin, hyphen - 2, end, _SK):
        return hyphen
    stop = _run_end(data, hyphen + 1, min(end, hyphen + 1 + _LONGEST_OPENAI), _BASE64URL)
    for i in range(hyphen + 1, stop - len(_OPENAI) - 19):
        if _stands_at(data, begin, i, stop, _OPENAI):
            return _run_end(data, stop, end, _BASE64URL)
    return hyphen


@inlined
def _slack_end(data: Bytes, begin: Int, hyphen: Int, end: Int) -> Int:
    """Where the token ends whose fifth byte is this hyphen; the hyphen where it is none."""
    if not _stands_at(data, begin, hyphen - 4, end, _XAPP):
        kind = data[hyphen - 1]
        known = kind == 0x61 or kind == 0x62 or kind == 0x65 or kind == 0x70 or kind == 0x72 or kind == 0x73  # abeprs
        if not (known and _stands_at(data, begin, hyphen - 4, end, _XOX)):
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
