r"""Reads words of which case, punctuation and white space make no difference: what overlap between texts is counted in.

A word is a run of letters and digits (what `\w` matches, less punctuation such as the underscore) in one case. Letters
of scripts without spaces are a word each. Combining marks and joiners are passed over, wherever they stand. There are
two readings of the signs inside of a word: they part it (don | t), or they are passed over too (dont).
"""

import numpy as np

from thresher.kernels.hashing import mix64
from thresher.kernels.jit import inlined
from thresher.kernels.unicode import (
    ASCII_CLASSES,
    MARK,
    PUNCTUAL,
    SPACE,
    SPACELESS,
    WORD,
    Bytes,
    Int,
    classes,
    decode,
    lower,
)

_SEED, _PRIME = np.uint64(14695981039346656037), np.uint64(1099511628211)  # FNV-1a's, of 64 bits
# Of each ASCII byte its lower case where it is a letter or digit, else 0.
_PLAIN = np.array([ord(chr(b).lower()) if ASCII_CLASSES[b] & WORD and not ASCII_CLASSES[b] & PUNCTUAL else 0
                   for b in range(128)], np.uint8)  # fmt: skip
# Letters whose upper case is that of other letters, after Unicode's CaseFolding.txt. Left out are those of Greek and
# Armenian with more than one letter in upper case, Latin letters of transcription with a sign (ŉ ǰ ẖ ẗ ẘ ẙ ẚ ẛ), and
# the nine shapes of Cyrillic letters in old prints (U+1C80 to U+1C88).
FOLDED = {
    **{"ß": "ss", "\u0131": "i", "İ": "i", "\u017f": "s", "ς": "\u03c3", "µ": "μ", "ϐ": "β", "ϑ": "θ", "ϕ": "φ"},
    **{"ϖ": "π", "ϰ": "κ", "\u03f1": "\u03c1", "ϵ": "ε"},
    **{"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"},
}
_FROM = np.array([ord(letter) for letter in FOLDED], np.int64)
_TO = np.array([[ord(c) for c in letters.ljust(3, "\0")] for letters in FOLDED.values()], np.int64)


@inlined
def _add(state: np.uint64, code: Int) -> np.uint64:
    return (state ^ np.uint64(code)) * _PRIME


@inlined
def _add_folded(state: np.uint64, code: Int) -> np.uint64:
    """The running hash with one letter beyond ASCII, which may stand for up to three."""
    code = lower(code)
    if code < 0x180 or 0x3C2 <= code < 0x400 or 0xFB00 <= code < 0xFB07:
        for k in range(len(_FROM)):
            if code == _FROM[k]:
                for letter in _TO[k]:
                    state = _add(state, letter) if letter else state
                return state
    return _add(state, code)


@inlined
def next_word(data: Bytes, i: Int, end: Int, joined: bool) -> tuple[np.uint64, Int, Int, Int]:
    """The first word from byte i on: its hash, 0 without one, where it begins and ends, and where to read on.

    `joined` passes over signs up to the next white space. Marks behind a word's last letter belong to it.

    >>> text = np.frombuffer("« DON'T »".encode(), np.uint8)
    >>> [tuple(map(int, next_word(text, 0, len(text), joined)[1:])) for joined in (False, True)]
    [(3, 6, 6), (3, 8, 8)]
    """
    state, stop = _SEED, i
    begin: Int = np.int64(-1)
    kind: Int = 0
    while i < end:
        if data[i] < 0x80:
            letter, following = _PLAIN[data[i]], i + 1
            if letter:
                begin = i if begin < 0 else begin
                state, i, stop = _add(state, letter), following, following
                continue
            kind = np.int64(ASCII_CLASSES[data[i]])
        else:
            code, following = decode(data, i, end)
            kind = classes(code)
            if kind & SPACELESS and kind & (WORD | MARK):
                if begin < 0:
                    return mix64(_add(_SEED, code)) | np.uint64(1), i, following, following
                break
            if kind & WORD:
                begin = i if begin < 0 else begin
                state, i, stop = _add_folded(state, code), following, following
                continue
            if kind & MARK:
                i, stop = following, following
                continue
        if begin >= 0 and (not joined or kind & SPACE):
            break
        i = following
    if begin < 0:
        return np.uint64(0), i, i, i
    return mix64(state) | np.uint64(1), begin, stop, i
