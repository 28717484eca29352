"""Questions about one line of text, as the filters ask them that cut lines (C4, RefinedWeb)."""

import numpy as np

from thresher.kernels.eight_bytes import TOP, below, eight, equal, first_marked, has_control, letters, ones, put_eight
from thresher.kernels.jit import inlined, njit
from thresher.kernels.spans import copy_span, find_byte, strip_left, strip_right
from thresher.kernels.unicode import DECIMAL, LINE_BREAK, SPACE, Bytes, Int, classes, decode

LOREM_IPSUM, JAVASCRIPT, CURLY_BRACKET, POLICY = 1, 2, 4, 8

# Each phrase with its rarest letter's place: there it is looked for.
_PHRASES = sorted(
    [
        (LOREM_IPSUM, b"lorem ipsum", 7),
        (JAVASCRIPT, b"javascript", 0),
        (CURLY_BRACKET, b"{", 0),
        (POLICY, b"terms of use", 7),
        (POLICY, b"privacy policy", 3),
        (POLICY, b"cookie policy", 3),
        (POLICY, b"uses cookies", 8),
        (POLICY, b"use of cookies", 10),
        (POLICY, b"use cookies", 7),
    ],
    key=lambda phrase: phrase[1][phrase[2]],
)
_LETTERS = np.frombuffer(b"".join(phrase for _, phrase, _ in _PHRASES), np.uint8)
_BOUNDS = np.cumsum([0, *(len(phrase) for _, phrase, _ in _PHRASES)])
_FLAGS, _RARE = np.array([flag for flag, _, _ in _PHRASES]), np.array([rare for _, _, rare in _PHRASES])
_BY_BYTE = np.searchsorted([phrase[rare] for _, phrase, rare in _PHRASES], np.arange(257))
_EDIT, _NEEDED = np.frombuffer(b"edit]", np.uint8), np.frombuffer(b"citation needed]", np.uint8)
_OPEN, _CLOSE, _RETURN, _NEWLINE, _BLANK = 0x5B, 0x5D, 0x0D, 0x0A, 0x20
# The bytes that line breaks begin with: control characters, and the first of U+0085, U+2028 and U+2029.
_BREAKS = np.zeros(256, np.bool_)
_BREAKS[[*range(0x0A, 0x0E), *range(0x1C, 0x1F), 0xC2, 0xE2]] = True


@inlined
def read_line(data: Bytes, i: Int, end: Int) -> tuple[Int, Int, Int]:
    r"""The line that begins at byte i, cut as `str.splitlines` cuts, and stripped.

    Returns where it begins and ends without white space around it, and where the next line begins.

    >>> text = np.frombuffer(" to be \r\nor".encode(), np.uint8)
    >>> read_line(text, 0, len(text))
    (1, 6, 9)
    """
    stop, following = line_end(data, i, end)
    begin = strip_left(data, i, stop)
    return begin, strip_right(data, begin, stop), following


@inlined
def line_end(data: Bytes, i: Int, end: Int) -> tuple[Int, Int]:
    """Where the line that byte i is in ends, cut as `str.splitlines` cuts, and where the next one begins."""
    while i < end:
        if i + 8 <= end:
            breaks = _may_break(eight(data, i))
            if not breaks:
                i += 8
                continue
            i += first_marked(breaks)
        if not _BREAKS[data[i]]:
            i += 1
            continue
        code, following = decode(data, i, end)
        if classes(code) & LINE_BREAK:
            if code == _RETURN and following < end and data[following] == _NEWLINE:
                following += 1
            return i, following
        i = following
    return end, end


@inlined
def _may_break(eight_bytes: np.uint64) -> np.uint64:
    """Of the bytes that a line break may begin with the first is marked, above it others may be too."""
    return below(eight_bytes, _BLANK) | equal(eight_bytes, 0xC2) | equal(eight_bytes, 0xE2)


@inlined
def count_words(data: Bytes, start: Int, end: Int) -> Int:
    """How many words there are between white space.

    >>> count_words(np.frombuffer(b"to be, or not  to be", np.uint8), 0, 20)
    6
    """
    words: Int = 0
    inside: Int = 0
    i: Int = start
    while i < end:
        if i + 8 <= end and not has_control(eight(data, i)):
            worded = ~equal(eight(data, i), _BLANK) & TOP
            words += ones(worded & ~(worded << np.uint64(8) | np.uint64(inside) << np.uint64(7)))
            inside, i = np.int64(worded >> np.uint64(63)), i + 8
            continue
        code, i = decode(data, i, end)
        worded_now = classes(code) & SPACE == 0
        words += worded_now and not inside
        inside = 1 if worded_now else 0
    return words


@inlined
def longest_word(data: Bytes, start: Int, end: Int) -> Int:
    """The code points of the longest word between white space."""
    longest: Int = 0
    length: Int = 0
    i: Int = start
    while i < end:
        code, i = decode(data, i, end)
        length = 0 if classes(code) & SPACE else length + 1
        longest = max(longest, length)
    return longest


@inlined
def copy_without_citations(data: Bytes, start: Int, end: Int, out: Bytes, at: Int) -> Int:
    """Copy a line to `out[at]` without `[12]`, `[]`, `[edit]` and `[citation needed]`; returns where the copy ends."""
    i: Int = start
    while i < end:
        bracket = find_byte(data, i, end, _OPEN)
        at = copy_span(data, i, bracket, out, at)
        i = bracket
        if i < end:
            i = _citation_end(data, bracket, end)
            if not i:
                out[at] = _OPEN
                at, i = at + 1, bracket + 1
    return at


@inlined
def _citation_end(data: Bytes, start: Int, end: Int) -> Int:
    """Where the citation ends that begins at a bracket, 0 if it is none."""
    i = start + 1
    while i < end:
        code, following = decode(data, i, end)
        if code == _CLOSE:
            return following
        if not classes(code) & DECIMAL:
            break
        i = following
    for phrase in (_EDIT, _NEEDED):
        if start + 1 + len(phrase) <= end and _same(data, start + 1, phrase, 0, len(phrase)):
            return start + 1 + len(phrase)
    return 0


@inlined
def _same(data: Bytes, i: Int, phrase: Bytes, start: Int, end: Int) -> bool:
    for k in range(start, end):
        if data[i + k - start] != phrase[k]:
            return False
    return True


@inlined
def fold(data: Bytes, start: Int, end: Int, out: Bytes, ignoring_case: bool) -> Int:
    """Copy a line to `out` with ASCII letters in lower case; returns its length.

    The Kelvin sign becomes a k, as `str.lower` has it. `ignoring_case` is what `re.IGNORECASE` finds: the long s, and
    the i with and without a dot, too.
    """
    i: Int = start
    while i + 8 <= end and not eight(data, i) & TOP:
        here = eight(data, i)
        put_eight(out, i - start, here | letters(here) >> np.uint64(2))
        i += 8
    while i < end and data[i] < 0x80:
        byte = data[i]
        out[i - start] = byte | (np.uint8(byte - 65) < 26) << 5
        i += 1
    return end - start if i == end else _fold_others(data, start, end, out, ignoring_case)


@inlined
def _fold_others(data: Bytes, start: Int, end: Int, out: Bytes, ignoring_case: bool) -> Int:
    n: Int = 0
    i = start
    while i < end:
        byte = data[i]
        if byte >= 0x80:
            code, following = decode(data, i, end)
            letter = _ascii_of(code, ignoring_case)
            if letter:
                out[n] = letter
                n, i = n + 1, following
                continue
        out[n] = byte | 0x20 if 65 <= byte <= 90 else byte
        n, i = n + 1, i + 1
    return n


@inlined
def _ascii_of(code: Int, ignoring_case: bool) -> int:
    if code == 0x212A:
        return 0x6B
    if ignoring_case:
        if code == 0x17F:
            return 0x73
        if code == 0x130 or code == 0x131:
            return 0x69
    return 0


@njit
def phrases_in(folded: Bytes, length: Int) -> int:
    """Which of C4's phrases a folded line holds: `LOREM_IPSUM`, `JAVASCRIPT`, `CURLY_BRACKET`, `POLICY`.

    >>> line = b"please enable javascript { or read our privacy policy"
    >>> phrases_in(np.frombuffer(line, np.uint8), len(line)) == JAVASCRIPT | CURLY_BRACKET | POLICY
    True
    """
    found = 0
    for i in range(length):
        byte = folded[i]
        for p in range(_BY_BYTE[byte], _BY_BYTE[byte + 1]):
            start = i - _RARE[p]
            size = _BOUNDS[p + 1] - _BOUNDS[p]
            if start >= 0 and start + size <= length and _same(folded, start, _LETTERS, _BOUNDS[p], _BOUNDS[p + 1]):
                found |= _FLAGS[p]
    return found
