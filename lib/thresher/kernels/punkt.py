"""Counts sentences as NLTK's Punkt cuts them, which is what C4 and DCLM count (English).

Source: Kiss and Strunk 2006, "Unsupervised Multilingual Sentence Boundary Detection", as it is read by NLTK's
`PunktSentenceTokenizer` of the time when C4 was made (until 3.6.5). Of each run of text without white space, the last
full stop, question or exclamation mark with a blank or a sign behind it may end a sentence. Whether it does is decided
by the words of that run and the one that follows: abbreviations, initials and numbers end one only where the next word
looks like the beginning of another. Closing quotes and brackets belong to the sentence before them.
"""

import numpy as np

from thresher.kernels.eight_bytes import eight, equal, first_marked
from thresher.kernels.jit import inlined, njit
from thresher.kernels.punkt_words import (
    ABBREVIATED,
    AMID_UPPER,
    ANY_LOWER,
    ANY_UPPER,
    BEGAN_LOWER,
    CLOSES,
    COLLOCATION,
    ELLIPSIS,
    ENDS,
    ENDS_SENTENCE,
    ENDS_WORD,
    NUMBER,
    STARTER,
    Known,
    first_sight,
    known_of,
    pair_key,
    token_end,
    word_key,
)
from thresher.kernels.spans import before, strip_right
from thresher.kernels.unicode import CAPITAL, DECIMAL, SMALL, SPACE, WORD, Bytes, Int, classes, decode

_POINT, _HYPHEN = 0x2E, 0x2D
_PUNCTUATION = np.zeros(256, np.bool_)
_PUNCTUATION[list(b";:,.!?")] = True


@njit
def count_punkt(data: Bytes, start: Int, end: Int, known: Known) -> Int:
    """The sentences of a text, a line or a page; 0 where it is blank.

    >>> from thresher.kernels.punkt_words import english
    >>> line = np.frombuffer(b'He said: "Mr. Hyde is 3.5 feet tall!" Why? I left.', np.uint8)
    >>> count_punkt(line, 0, len(line), english())
    3
    """
    last = strip_right(data, start, end)
    begin: Int = start
    i: Int = start
    sentences: Int = 0
    while True:
        mark, i = _next_mark(data, i, end)
        if mark < 0:
            break
        following, until = _behind(data, mark + 1, end)
        if not _breaks(known, data, _run_start(data, start, mark), until):
            continue
        closed = _closing(data, following, last)
        if closed > following:
            sentences += 1
            begin = _pass_space(data, closed, end)
        else:
            sentences += begin <= mark
            begin = following
    return sentences + (begin < last)


@inlined
def _next_mark(data: Bytes, i: Int, end: Int) -> tuple[Int, Int]:
    """The next mark that may end a sentence, the last of its run; and where to go on. -1 where there is none."""
    found: Int = -1
    while i < end:
        if found < 0 and i + 8 <= end:
            here = eight(data, i)
            skipped = first_marked(equal(here, 0x2E) | equal(here, 0x3F) | equal(here, 0x21))
            i += skipped
            if skipped == 8:
                continue
        if data[i] < 0x80:
            if ENDS_SENTENCE[data[i]] and _may_end(data, i + 1, end):
                found = i
            elif found >= 0 and _is_space(data, i, end):
                break
            i += 1
        else:
            code, following = decode(data, i, end)
            if found >= 0 and classes(code) & SPACE:
                break
            i = following
    return found, i


@inlined
def _may_end(data: Bytes, i: Int, end: Int) -> bool:
    """Whether a sign follows that stands in no word, or white space with something behind it."""
    if i == end:
        return False
    return bool(ENDS_WORD[data[i]] or (_is_space(data, i, end) and _pass_space(data, i, end) < end))


@inlined
def _is_space(data: Bytes, i: Int, end: Int) -> bool:
    code, _ = decode(data, i, end)
    return bool(classes(code) & SPACE)


@inlined
def _pass_space(data: Bytes, i: Int, end: Int) -> Int:
    while i < end:
        code, following = decode(data, i, end)
        if not classes(code) & SPACE:
            break
        i = following
    return i


@inlined
def _run_start(data: Bytes, start: Int, i: Int) -> Int:
    """Where the run of characters that are no white space begins, up to byte i."""
    while i > start:
        previous = before(data, start, i)
        if _is_space(data, previous, i):
            break
        i = previous
    return i


@inlined
def _behind(data: Bytes, i: Int, end: Int) -> tuple[Int, Int]:
    """Where the next sentence would begin behind a mark, and up to where its first words are looked at."""
    following = _pass_space(data, i, end)
    if following == i:
        return i, i + 1
    until = following
    while until < end and not _is_space(data, until, end):
        _, until = decode(data, until, end)
    return following, until


@inlined
def _closing(data: Bytes, i: Int, end: Int) -> Int:
    """Where closing quotes and brackets end that nothing but a blank or two hyphens follows; i where there are none."""
    stop = i
    while stop < end and CLOSES[data[stop]]:
        stop += 1
    if stop == end or _is_space(data, stop, end):
        return stop
    return stop if stop + 1 < end and data[stop] == _HYPHEN and data[stop + 1] == _HYPHEN else i


@inlined
def _breaks(known: Known, data: Bytes, i: Int, end: Int) -> bool:
    """Whether a sentence ends between two of the tokens of these bytes."""
    start, stop = i, i
    kind: Int = np.int64(0)
    while i < end:
        following = token_end(data, i, end)
        next_kind = first_sight(known, data, i, following)
        if stop > start and _ends(known, data, start, stop, kind, i, following, next_kind):
            return True
        start, stop, kind = i, following, next_kind
        i = _pass_space(data, following, end)
    return False


@inlined
def _ends(
    known: Known, data: Bytes, start: Int, stop: Int, kind: Int, following: Int, until: Int, next_kind: Int
) -> bool:
    """Whether a sentence ends with the token from `start` to `stop`, now that the one behind it is known."""
    if data[stop - 1] != _POINT:
        return bool(kind == ENDS)
    word = word_key(data, start, stop, True)
    behind = word_key(data, following, until, next_kind == ENDS)
    if known_of(known, pair_key(word, behind)) & COLLOCATION:
        return False
    seen = known_of(known, behind)
    begins = _begins_sentence(data, following, until, seen)
    code, _ = decode(data, following, until)
    upper = classes(code) & CAPITAL != 0
    initial = _is_initial(data, start, stop)
    if (kind == ABBREVIATED or kind == ELLIPSIS) and not initial and (begins > 0 or (upper and seen & STARTER)):
        return True
    if (initial or word == NUMBER) and begins < 0:
        return False
    if initial and begins == 0 and upper and not seen & ANY_LOWER:
        return False
    return bool(kind == ENDS)


@inlined
def _begins_sentence(data: Bytes, start: Int, end: Int, seen: Int) -> int:
    """Whether a token looks like the first one of a sentence, by its case and how it was `seen`: 1, -1, or 0 unsure."""
    if end - start == 1 and _PUNCTUATION[data[start]]:
        return -1
    code, _ = decode(data, start, end)
    case = classes(code) & (CAPITAL | SMALL)
    if case & CAPITAL and seen & ANY_LOWER and not seen & AMID_UPPER:
        return 1
    return -1 if case & SMALL and (seen & ANY_UPPER or not seen & BEGAN_LOWER) else 0


@inlined
def _is_initial(data: Bytes, start: Int, stop: Int) -> bool:
    """Whether a token is one letter and a full stop."""
    code, following = decode(data, start, stop)
    return bool(following == stop - 1 and classes(code) & WORD and not classes(code) & DECIMAL)
