"""RefinedWeb's line rules as DCLM-Baseline applies them: seven passes over a page, each over what the last one left.

A pass only ever cuts, so all of them work in place, in a copy of the text. They are passes, and not one walk over the
lines, because each ends by trimming the page, which changes the first and the last line for the next.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined, njit
from thresher.kernels.lines import count_words
from thresher.kernels.spans import before, strip_left, strip_right
from thresher.kernels.unicode import CAPITAL, DECIMAL, DIGIT, SPACE, WORD, Bytes, Int, classes, decode, lower

Offsets = npt.NDArray[np.int64]
CAUSES = ("uppercase", "numeric", "counter", "short", "cart", "read_more", "sign_in")
_UPPERCASE, _NUMERIC, _COUNTER, _SHORT, _CART, _READ_MORE, _SIGN_IN = range(7)
COUNTS = np.dtype([(f"{cause}_lines", np.int64) for cause in CAUSES])
_MOST_UPPERCASE, _MOST_NUMERIC, _LEAST_WORDS, _MOST_WORDS = 0.5, 0.999999, 2, 10
_COUNTED = (
    b"likes shares comments retweets reposts quotes bookmarks upvotes downvotes downloads views followers".split()
)
_COUNTED_LETTERS = np.frombuffer(b"".join(_COUNTED), np.uint8)
_COUNTED_BOUNDS = np.cumsum([0, *map(len, _COUNTED)])
_CART_PHRASE = np.frombuffer(b"items in cart", np.uint8)
_MORE_PHRASE, _MORE_LENGTH = np.frombuffer(b"read more", np.uint8), 12  # and any three characters
_SIGN_PHRASE = np.frombuffer(b"sign-in", np.uint8)
_NEWLINE, _COMMA, _STOP, _UNDERSCORE = 0x0A, 0x2C, 0x2E, 0x5F


@njit
def refinedweb_lines(data: Bytes, offsets: Offsets) -> tuple[Any, Any, npt.NDArray[np.int64]]:
    """The text left, its offsets, and for each document how many lines each pass changed, in the order of `CAUSES`."""
    out, starts = np.empty(offsets[-1] - offsets[0], np.uint8), np.zeros(len(offsets), np.int64)
    counts = np.zeros((len(offsets) - 1, len(CAUSES)), np.int64)
    for d in range(len(offsets) - 1):
        start = starts[d]
        end = start
        for i in range(offsets[d], offsets[d + 1]):
            out[end] = data[i]
            end += 1
        for cause in range(len(CAUSES)):
            end, counts[d, cause] = _pass(out, start, end, cause)
        starts[d + 1] = end
    return out[: starts[-1]], starts, counts


@njit
def _pass(text: Bytes, start: Int, end: Int, cause: int) -> tuple[Int, int]:
    """One rule over the lines of a page, in place: where it ends now, and how many lines were cut or cut from."""
    begin, at, changed, kept = start, start, 0, 0
    for i in range(start, end + 1):
        if i < end and text[i] != _NEWLINE:
            continue
        if kept:
            text[at] = _NEWLINE  # cut again if the line does not stay
        stop = _rewrite(text, begin, i, at + (kept > 0), cause)
        changed += stop - at - (kept > 0) != i - begin
        if stop >= 0:
            at, kept = stop, kept + 1
        begin = i + 1
    return (at, changed) if cause == _SHORT else (_trim(text, start, at), changed)


@inlined
def _rewrite(text: Bytes, begin: Int, end: Int, at: Int, cause: int) -> Int:
    """Move a line, or what a rule leaves of it, to `at`; returns where it ends there, -1 where it goes."""
    if cause <= _SHORT:
        return -1 if begin < end and _goes(text, begin, end, cause) else _move(text, begin, end, at)
    if count_words(text, begin, end) > _MOST_WORDS:
        return _move(text, begin, end, at)
    blank = begin == end
    if cause == _CART:
        stop = _without_cart(text, begin, end, at)
    elif cause == _READ_MORE:
        stop = _move(text, begin, _before_read_more(text, begin, end), at)
    else:
        stop = _move(text, _behind_sign_in(text, begin, end), end, at)
    return stop if blank or strip_left(text, at, stop) < stop else -1


@inlined
def _goes(text: Bytes, begin: Int, end: Int, cause: int) -> bool:
    """Whether a line that is not empty falls to one of the rules on whole lines."""
    if cause == _UPPERCASE:
        return _share(text, begin, end, CAPITAL) > _MOST_UPPERCASE
    if cause == _NUMERIC:
        return _share(text, begin, end, DIGIT) > _MOST_NUMERIC
    if cause == _COUNTER:
        return _is_counter(text, begin, end)
    return bool(count_words(text, begin, end) < _LEAST_WORDS)


@inlined
def _share(text: Bytes, i: Int, end: Int, kind: int) -> float:
    have: Int = 0
    characters: Int = 0
    while i < end:
        code, i = decode(text, i, end)
        have += classes(code) & kind != 0
        characters += 1
    return float(have / characters)


@njit
def _is_counter(text: Bytes, i: Int, end: Int) -> bool:
    """Whether a line is but a number and what it counts, such as `3.5k likes`, in any case."""
    i = _pass_non_words(text, i, end)
    digits = 0
    code: Int = 0
    following = i
    while i < end:
        code, following = decode(text, i, end)
        if not (classes(code) & DECIMAL or (digits and (code == _COMMA or code == _STOP))):
            break
        digits, i = digits + 1, following
    if not digits or i == end:
        return False
    if lower(code) in (0x6B, 0x6D, 0x62):  # k m b
        i = following
    word = strip_left(text, i, end)
    if word == i:
        return False
    for w in range(len(_COUNTED_BOUNDS) - 1):
        stop = _match(text, word, end, _COUNTED_LETTERS, _COUNTED_BOUNDS[w], _COUNTED_BOUNDS[w + 1], False)
        if stop >= 0 and _pass_non_words(text, stop, end) == end:
            return True
    return False


@inlined
def _pass_non_words(text: Bytes, i: Int, end: Int) -> Int:
    while i < end:
        code, following = decode(text, i, end)
        if classes(code) & WORD:
            break
        i = following
    return i


@inlined
def _match(text: Bytes, i: Int, end: Int, phrase: Bytes, first: Int, last: Int, ignoring_case: bool) -> Int:
    """Where the phrase ends that begins at byte i in whatever case, -1 if it does not.

    `ignoring_case` is what `re.IGNORECASE` finds: the long s and the i with and without a dot, too.
    """
    for k in range(first, last):
        if i >= end:
            return -1
        code, i = decode(text, i, end)
        if ignoring_case and code == 0x17F:
            code = 0x73
        elif ignoring_case and (code == 0x130 or code == 0x131):
            code = 0x69
        if lower(code) != phrase[k]:
            return -1
    return i


@inlined
def _without_cart(text: Bytes, begin: Int, end: Int, at: Int) -> Int:
    """Move a line to `at` without each `items in cart` and one character of white space before it."""
    i = begin
    while i < end:
        code, following = decode(text, i, end)
        start = following if classes(code) & SPACE else i
        stop = _match(text, start, end, _CART_PHRASE, 0, len(_CART_PHRASE), True)
        if stop >= 0:
            i = stop
        else:
            at = _move(text, i, following, at)
            i = following
    return at


@inlined
def _before_read_more(text: Bytes, begin: Int, end: Int) -> Int:
    """Where a line ends without `read more` and three characters at its end, and white space before that."""
    start = end
    for _ in range(_MORE_LENGTH):
        if start == begin:
            return end
        start = before(text, begin, start)
    if _match(text, start, end, _MORE_PHRASE, 0, len(_MORE_PHRASE), True) < 0:
        return end
    if start > begin:
        previous = before(text, begin, start)
        code, _ = decode(text, previous, start)
        start = previous if classes(code) & SPACE else start
    return start


@inlined
def _behind_sign_in(text: Bytes, begin: Int, end: Int) -> Int:
    """Where a line begins without `sign-in` and one character of white space behind it."""
    stop = _match(text, begin, end, _SIGN_PHRASE, 0, len(_SIGN_PHRASE), True)
    if stop < 0:
        return begin
    if stop < end:
        code, following = decode(text, stop, end)
        stop = following if classes(code) & SPACE else stop
    return stop


@inlined
def _move(text: Bytes, begin: Int, end: Int, at: Int) -> Int:
    """Move bytes to the left; returns where they end."""
    if begin == at:
        return end
    for i in range(begin, end):
        text[at] = text[i]
        at += 1
    return at


@inlined
def _trim(text: Bytes, start: Int, end: Int) -> Int:
    begin = strip_left(text, start, end)
    return _move(text, begin, strip_right(text, begin, end), start)
