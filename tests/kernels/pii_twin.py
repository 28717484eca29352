"""What the kernels of personal data mean, in plain Python with regular expressions.

A text is read through `shadow`, which has one character for each of its own and knows three kinds beyond ASCII: é for
letters, ٣ for what else is part of a word, 中 for all that a number may stand beside.
"""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address, ip_network

import numpy as np

from thresher.kernels.pii_address import is_public_4, is_public_6
from thresher.kernels.pii_edges import is_letter
from thresher.kernels.unicode import ALPHABETIC, classes

from .pii_twin_numbers import Span, W, card, chain, phone, said, words

OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
PLACES = words(" version", " ver ", " v ", " release", " section", " chapter", " clause")
IPV4 = re.compile(rf"(?<![{W}])(?<![{W}]\.)(?<![A-Za-z][-/]){OCTET}(?:\.{OCTET}){{3}}(?![{W}])(?!\.[0-9])(?!-[A-Za-z])")
LABEL = re.compile("(?!-)[A-Za-z0-9é٣-]+")
TOP = re.compile("(?i:xn--)[A-Za-z0-9-]*[A-Za-z0-9]|[A-Za-z]{2,}(?![A-Za-z0-9])|é{2,}(?![A-Za-z0-9-])")
FILES = {"png", "jpg", "jpeg", "gif", "webp", "svg", "css", "js"}
KEPT = "\xa0\u2010\u2011"
GIVEN_OUT = [
    ip_network(n) for n in ("::1", "64:ff9b::/96", "64:ff9b:1::/48", "2000::/3", "fc00::/7", "fe80::/10", "ff00::/8")
]
SECRETS = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])|AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"
    r"|gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{82,}|[sr]k_live_[A-Za-z0-9]{16,}"
    r"|hf_[A-Za-z0-9]{34,}|npm_[A-Za-z0-9]{36,}|glpat-[A-Za-z0-9_-]{20,}|sk-ant-[A-Za-z0-9_-]{24,}"
    r"|pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}|dop_v1_[A-Za-z0-9]{64,}|shp(?:at|ss)_[A-Za-z0-9]{32,}"
    r"|(?:xox[abeprs]|xapp)-(?=[A-Za-z-]{0,9}[0-9])[A-Za-z0-9-]{10,}"
    r"|sk-(?=(?P<key>[A-Za-z0-9_-]{28,512}))(?=[A-Za-z0-9_-]{0,484}?T3BlbkFJ[A-Za-z0-9_-]{20})(?P=key)[A-Za-z0-9_-]*"
    r"|(?<![_-])eyJ[A-Za-z0-9_-]{7,}\.eyJ[A-Za-z0-9_-]{7,}\.[A-Za-z0-9_-]{10,})"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY[A-Z ]*-----"
    r"(?:(?:[A-Za-z0-9+/=:,. \r\n\t\\]|-(?!----))*-----END [A-Z ]*-----)?"
)


def shadow(text: str) -> str:
    def one(char: str) -> str:
        if char < "\x80" or char in KEPT:
            return char
        if not is_letter(ord(char)):
            return "中"
        return "é" if classes(ord(char)) & ALPHABETIC else "٣"

    return "".join(map(one, text))


def spans(text: str, public: bool = True) -> list[Span]:
    """All spans, by character: from left to right, each kind from the character that the kernel starts it at."""
    seen, found = shadow(text), list[Span]()
    at = taken = fixed = 0
    secrets = {trigger(match): match.span() for match in _overlapping(SECRETS, seen)}
    while at < len(text):
        char, span = seen[at], None
        if char in "0123456789":
            span = number(text, seen, taken, at, public)
        elif char == "@":
            span = email(seen, fixed, at)
        elif char == ":":
            span = ipv6(seen, taken, at, public)
        elif at in secrets:
            span = (*secrets[at], "secrets")
        if span is None:
            at += 1
            continue
        start, at, kind = span
        if kind:
            found = [*(other for other in found if other[1] <= start), (start, at, kind)]
            taken = at
            fixed = at if kind in ("emails", "secrets") else fixed
    return found


def _overlapping(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    return [match for at in range(len(text)) if (match := pattern.match(text, at))]


def trigger(secret: re.Match[str]) -> int:
    """Where the kernel sees it: at the byte of it that is rare in prose."""
    text = secret.group()
    if text[:2] in ("AK", "AS", "AI", "ey", "--"):
        return secret.start() + {"AK": 2, "AS": 2, "AI": 1, "ey": 2, "--": 0}[text[:2]]
    return secret.start() + re.search("[_-]", text).start()  # type: ignore[union-attr]


def email(seen: str, fixed: int, at: int) -> Span | None:
    local = at
    while local > fixed and re.match("[A-Za-z0-9é٣._%+'-]", seen[local - 1]) and seen[local - 1 : local + 1] != "..":
        local -= 1
    begins = re.compile("[A-Za-z0-9é٣]").search(seen, local, at)
    if not begins or seen[at - 1] == ".":
        return None
    stop, labels, i = None, 0, at + 1
    while label := LABEL.match(seen, i):
        labels += 1
        top = TOP.match(seen, i)
        if labels > 1 and top and top.group().lower() not in FILES:
            stop = top.end()
        if label.group().endswith("-") or seen[label.end() : label.end() + 1] != ".":
            break
        i = label.end() + 1
    return (begins.start(), stop, "emails") if stop else None


def ipv6(seen: str, taken: int, colon: int, public: bool) -> Span | None:
    start = colon - len(re.search(r"[0-9A-Fa-f]*\Z", seen[taken:colon]).group())  # type: ignore[union-attr]
    before = seen[:start]
    if colon - start > 4 or re.search(rf"[{W}.]\Z|(?:^|[^g-zG-Z]):\Z", before):
        return None
    run = re.compile("[0-9A-Fa-f:.]*").match(seen, start)
    for stop in range(run.end() if run else start, start, -1):
        try:
            address = IPv6Address(seen[start:stop])
        except AddressValueError:
            continue
        if re.match(rf":[0-9A-Fa-f:]|[{W}]|\.[0-9]", seen[stop:]):
            continue
        mapped = address.ipv4_mapped is not None
        if "::" in seen[start:stop] and not mapped and not any(address in network for network in GIVEN_OUT):
            return None
        shown = not public or is_public_6(*map(np.uint64, divmod(int(address), 2**64)))
        return start, stop, "ipv6" if shown else ""
    return None


def number(text: str, seen: str, taken: int, at: int, public: bool) -> Span:
    after = re.compile("[0-9]+").match(seen, at).end()  # type: ignore[union-attr]
    if re.search(rf"[{W}]\Z", seen[:at]):
        return at, after, ""
    address = IPV4.match(seen, at)
    if address and not said(text, at, 12, PLACES):
        shown = not public or is_public_4(int(IPv4Address(address.group())))
        return at, address.end(), "ipv4" if shown else ""
    groups = chain(seen, taken, at)
    if groups[-1][1] - at < 7:
        return at, after, ""
    if stop := card(text, seen, groups):
        return at, stop, "cards"
    return phone(text, seen, taken, groups) or (at, after, "")
