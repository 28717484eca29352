"""Questions about one line of text, as the filters ask them that cut lines (C4, RefinedWeb)."""

import numpy as np

from thresher.kernels.jit import inlined, njit
from thresher.kernels.unicode import DECIMAL, LINE_BREAK, SPACE, Bytes, Int, classes, decode

LOREM_IPSUM, JAVASCRIPT, CURLY_BRACKET, POLICY = 1, 2, 4, 8

_PHRASES = (
    (LOREM_IPSUM, b"lorem ipsum"),
    (JAVASCRIPT, b"javascript"),
    (POLICY, b"terms of use"),
    (POLICY, b"privacy policy"),
    (POLICY, b"cookie policy"),
    (POLICY, b"uses cookies"),
    (POLICY, b"use of cookies"),
    (POLICY, b"use cookies"),
)
_LETTERS = np.frombuffer(b"".join(phrase for _, phrase in _PHRASES), np.uint8)
_ENDS = np.cumsum([len(phrase) for _, phrase in _PHRASES])
_FLAGS = np.array([flag for flag, _ in _PHRASES])
_FIRST = np.zeros(256, np.bool_)
_FIRST[[phrase[0] for _, phrase in _PHRASES]] = True
_EDIT, _NEEDED = np.frombuffer(b"edit]", np.uint8), np.frombuffer(b"citation needed]", np.uint8)
_OPEN, _CLOSE, _BRACE, _RETURN, _NEWLINE = 0x5B, 0x5D, 0x7B, 0x0D, 0x0A


@inlined
def split_line(data: Bytes, i: Int, end: Int) -> tuple[Int, Int]:
    r"""Where the line that begins at byte i ends and where the next one begins, cut as `str.splitlines` cuts.

    >>> text = np.frombuffer("a\r\nb\u2028c".encode(), np.uint8)
    >>> split_line(text, 0, 8), split_line(text, 3, 8)
    ((1, 3), (4, 7))
    """
    while i < end:
        code, following = decode(data, i, end)
        if classes(code) & LINE_BREAK:
            if code == _RETURN and following < end and data[following] == _NEWLINE:
                following += 1
            return i, following
        i = following
    return end, end


@inlined
def split_words(data: Bytes, start: Int, end: Int) -> tuple[Int, Int]:
    """How many words there are between white space, and the code points of the longest."""
    words: Int = 0
    longest: Int = 0
    length: Int = 0
    i = start
    while i < end:
        code, i = decode(data, i, end)
        if classes(code) & SPACE:
            length = 0
        else:
            words += length == 0
            length += 1
            longest = max(longest, length)
    return words, longest


@inlined
def copy_without_citations(data: Bytes, start: Int, end: Int, out: Bytes, at: Int) -> Int:
    """Copy a line to `out[at]` without `[12]`, `[]`, `[edit]` and `[citation needed]`; returns where the copy ends."""
    i = start
    while i < end:
        if data[i] == _OPEN:
            after = _citation_end(data, i, end)
            if after:
                i = after
                continue
        out[at] = data[i]
        at, i = at + 1, i + 1
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
        if byte == _BRACE:
            found |= CURLY_BRACKET
        elif _FIRST[byte]:
            begin = 0
            for p in range(len(_ENDS)):
                size = _ENDS[p] - begin
                if byte == _LETTERS[begin] and i + size <= length and _same(folded, i, _LETTERS, begin, _ENDS[p]):
                    found |= _FLAGS[p]
                begin = _ENDS[p]
    return found
