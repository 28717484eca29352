"""Cuts web and IPv4 addresses out of a page, and blank lines beyond one: what DCLM-Baseline does before it measures.

    a web address    [http://] name.TLD, then whatever may follow in a URL; up to ten blanks before it go, too
    an IPv4 address  [http://] four numbers of one to three digits, the same way

A regular expression would try every letter of a page as the beginning of a name. Here each full stop is asked whether
a top-level domain follows, and only then where the name before it began. Each rule only ever cuts, so all work in
place, in a copy of the text.
"""

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit
from thresher.kernels.spans import before
from thresher.kernels.unicode import SPACE, WORD, Bytes, Int, classes, decode

Offsets = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
CUTS = ("web", "ipv4", "newlines")
_LONGEST_NAME, _MOST_BLANKS, _MOST_NEWLINES, _NUMBERS = 256, 10, 2, 4
_NEWLINE, _STOP, _COLON, _SLASH, _ZERO, _TWO, _NINE = 0x0A, 0x2E, 0x3A, 0x2F, 0x30, 0x32, 0x39
_FNV_START, _FNV_STEP = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_SCHEMES = (np.frombuffer(b"https", np.uint8), np.frombuffer(b"http", np.uint8), np.frombuffer(b"ftp", np.uint8))
_NAME, _BEHIND = 1, 2


def _classes() -> Bytes:
    """Which bytes may stand in a name before its top-level domain, and which behind it."""
    table = np.zeros(256, np.uint8)
    letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    table[list(letters + b"-@:%._+~#=")] |= _NAME | _BEHIND
    table[list(b"()?&/")] |= _BEHIND
    return table


_CLASSES = _classes()


@inlined
def _hashed(so_far: np.uint64, byte: np.uint8) -> np.uint64:
    """FNV-1a, a byte further."""
    return (so_far ^ np.uint64(byte)) * _FNV_STEP


@njit
def domain_hashes(data: Bytes, offsets: Offsets) -> Hashes:
    """The sorted hashes of top-level domains, for `without_addresses`."""
    found = np.empty(len(offsets) - 1, np.uint64)
    for d in range(len(found)):
        found[d] = _FNV_START
        for i in range(offsets[d], offsets[d + 1]):
            found[d] = _hashed(found[d], data[i])
    found.sort()
    return found


@njit
def without_addresses(
    data: Bytes, offsets: Offsets, names_too: npt.NDArray[np.bool_], domains: Hashes, longest: int
) -> tuple[Bytes, Offsets, Offsets]:
    """The text left, its offsets, and for each document how much was cut, in the order of `CUTS`.

    Web addresses go from the documents of `names_too`. `domains` is of `domain_hashes`, `longest` the bytes of the
    longest of them.
    """
    out, starts = np.empty(offsets[-1] - offsets[0], np.uint8), np.zeros(len(offsets), np.int64)
    counts = np.zeros((len(offsets) - 1, len(CUTS)), np.int64)
    for d in range(len(offsets) - 1):
        start = starts[d]
        end = start + offsets[d + 1] - offsets[d]
        out[start:end] = data[offsets[d] : offsets[d + 1]]
        if names_too[d]:
            end, counts[d, 0] = _without_web(out, start, end, domains, longest)
        end, counts[d, 1] = _without_ipv4(out, start, end)
        end, counts[d, 2] = _without_blank_lines(out, start, end)
        starts[d + 1] = end
    return out[: starts[-1]].copy(), starts, counts


@njit
def _without_web(text: Bytes, start: Int, end: Int, domains: Hashes, longest: int) -> tuple[Int, int]:
    """Cut the web addresses of a page, in place: where it ends now, and how many there were."""
    at, kept, i, cut = start, start, start, 0
    while i < end:
        stop = _domain_end(text, i + 1, end, domains, longest) if text[i] == _STOP else -1
        first = _name_start(text, i, kept) if stop >= 0 else i
        if first == i:  # no domain, or nothing before it
            i += 1
            continue
        stop = _last_domain_end(text, first, i, end, domains, longest, stop)
        whole = first == kept or not _CLASSES[text[first - 1]] & _NAME
        begin = _with_blanks(text, kept, _with_scheme(text, kept, first) if whole else first)
        at = _move(text, kept, begin, at)
        kept = i = _behind(text, stop, end)
        cut += 1
    return _move(text, kept, end, at), cut


@inlined
def _name_start(text: Bytes, stop: Int, least: Int) -> Int:
    """Where the name before the full stop at `stop` begins, at most so many bytes before and not before `least`."""
    first = stop
    while first > least and stop - first < _LONGEST_NAME and _CLASSES[text[first - 1]] & _NAME:
        first -= 1
    return first


@njit
def _last_domain_end(text: Bytes, first: Int, stop: Int, end: Int, domains: Hashes, longest: int, found: Int) -> Int:
    """Where the last top-level domain ends that a name from `first` reaches; `found` is that behind `stop`."""
    i = stop + 1
    while i < end and i - first <= _LONGEST_NAME and _CLASSES[text[i]] & _NAME:
        if text[i] == _STOP:
            later = _domain_end(text, i + 1, end, domains, longest)
            found = later if later >= 0 else found
        i += 1
    return found


@njit
def _domain_end(text: Bytes, i: Int, end: Int, domains: Hashes, longest: int) -> Int:
    """Where the longest top-level domain ends that begins at byte i, and a word with it or none; -1 if none does."""
    found: Int = -1
    so_far = _FNV_START
    last = min(end, i + longest)
    while i < last:
        code, following = decode(text, i, end)
        if code < 0x61 or 0x7A < code < 0x80:
            break  # nothing but small letters is in a domain of ASCII
        for k in range(i, following):
            so_far = _hashed(so_far, text[k])
        i = following
        place = np.searchsorted(domains, so_far)
        if place < len(domains) and domains[place] == so_far:
            behind: Int = 0
            if i < end:
                behind, _ = decode(text, i, end)
            found = i if _is_word(code) != _is_word(behind) else found
    return found


@inlined
def _is_word(code: Int) -> bool:
    return bool(classes(code) & WORD)


@inlined
def _behind(text: Bytes, i: Int, end: Int) -> Int:
    """Where a URL ends of which byte i would be the next."""
    while i < end and _CLASSES[text[i]] & _BEHIND:
        i += 1
    return i


@inlined
def _with_scheme(text: Bytes, least: Int, first: Int) -> Int:
    """Where `https://`, `http://` or `ftp://` begins right before `first`; `first` where none does."""
    if first - least < 3 or text[first - 1] != _SLASH or text[first - 2] != _SLASH or text[first - 3] != _COLON:
        return first
    for scheme in _SCHEMES:
        begin = first - 3 - len(scheme)
        if begin >= least:
            same = True
            for k in range(len(scheme)):
                same &= text[begin + k] == scheme[k]
            if same:
                return begin
    return first


@inlined
def _with_blanks(text: Bytes, least: Int, first: Int) -> Int:
    """Where the white space begins before `first`: at most ten characters, and not before `least`."""
    for _ in range(_MOST_BLANKS):
        if first == least:
            break
        previous = before(text, least, first)
        code, _ = decode(text, previous, first)
        if not classes(code) & SPACE:
            break
        first = previous
    return first


@njit
def _without_ipv4(text: Bytes, start: Int, end: Int) -> tuple[Int, int]:
    """Cut the IPv4 addresses of a page, in place: where it ends now, and how many there were."""
    at, kept, i, cut = start, start, start, 0
    while i < end:
        stop = _ipv4_end(text, i, end) if _is_digit(text, i) and _begins_word(text, start, i) else i
        if stop == i:
            i += 1
            continue
        first = _with_scheme(text, kept, i)
        if first < i and not _begins_word(text, start, first):
            first = i
        at = _move(text, kept, _with_blanks(text, kept, first), at)
        kept = i = _behind(text, stop, end)
        cut += 1
    return _move(text, kept, end, at), cut


@inlined
def _is_digit(text: Bytes, i: Int) -> bool:
    return bool(_ZERO <= text[i] <= _NINE)


@inlined
def _begins_word(text: Bytes, start: Int, i: Int) -> bool:
    """Whether no character of a word stands before byte i."""
    if i == start:
        return True
    code, _ = decode(text, before(text, start, i), i)
    return not _is_word(code)


@inlined
def _ipv4_end(text: Bytes, i: Int, end: Int) -> Int:
    """Where four numbers with full stops between them end that begin at byte i; i if they do not.

    The last may go on with whatever a URL does, so one digit of it is enough.
    """
    begin = i
    for _ in range(_NUMBERS - 1):
        first = i
        while i < end and _is_digit(text, i):
            i += 1
        digits = i - first
        if digits == 0 or digits > 3 or (digits == 3 and text[first] > _TWO) or i == end or text[i] != _STOP:
            return begin
        i += 1
    return i + 1 if i < end and _is_digit(text, i) else begin


@inlined
def _without_blank_lines(text: Bytes, start: Int, end: Int) -> tuple[Int, Int]:
    """Leave two of more newlines in a row, in place: where the page ends now, and how many went."""
    at, row = start, 0
    for i in range(start, end):
        row = row + 1 if text[i] == _NEWLINE else 0
        if row <= _MOST_NEWLINES:
            text[at] = text[i]
            at += 1
    return at, end - at


@inlined
def _move(text: Bytes, begin: Int, end: Int, at: Int) -> Int:
    """Move bytes to the left; returns where they end."""
    if begin == at:
        return end
    for i in range(begin, end):
        text[at] = text[i]
        at += 1
    return at
