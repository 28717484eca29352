r"""What shingles are runs of: words or characters, each as a hash, and the normalised text that both are of.

A text's words are, by `unicode`, the maximal runs of what `\w` matches and in scripts without spaces each letter; by
`whitespace` what `str.split` gives, with its punctuation. Its normalised text is these words, in lower case, with one
space between two; its characters are that text's code points, spaces included.
"""

import numpy as np
import numpy.typing as npt

from thresher.kernels.arrow import Utf8
from thresher.kernels.hashing import mix64, normalise, words_only
from thresher.kernels.jit import inlined, njit
from thresher.kernels.unicode import ASCII_CLASSES, SPACE, SPACELESS, WORD, Bytes, Int, classes, decode, lower

Offsets = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FNV_SEED, FNV_PRIME = np.uint64(14695981039346656037), np.uint64(1099511628211)
SEGMENTATIONS = ("unicode", "whitespace")  # what a word is, by name
UNITS = ("words", "characters")  # what a shingle is a run of, by name
# Of each byte that is part of a word by itself its lower case, else 0.
_LETTERS = np.array([ord(chr(b).lower()) if b < 128 and ASCII_CLASSES[b] & WORD else 0 for b in range(256)], np.uint8)
BY_UNICODE, BY_WHITESPACE, CHARACTERS = range(3)


def walked(text: Utf8, words: str, unit: str) -> tuple[Utf8, int]:
    """The text whose units `next_unit` gives, and the kind of them: words of a text as it is, or characters of it.

    >>> import pyarrow as pa
    >>> from thresher.kernels.arrow import utf8
    >>> shown, kind = walked(utf8(pa.array(["To be,  or…"])), "unicode", "characters")
    >>> bytes(shown.data).decode(), kind == CHARACTERS
    ('to be or', True)
    """
    if unit == "characters":
        return normal_texts(text, words), CHARACTERS
    return text, BY_WHITESPACE if words == "whitespace" else BY_UNICODE


def normal_texts(text: Utf8, words: str) -> Utf8:
    """Each document's words in lower case with one space between two, as a new array; nulls stay null.

    Bytes that are no UTF-8 are in no word by `unicode`, and stay as they are by `whitespace`.
    """
    data, offsets = _normal_texts(*text, words == "whitespace")
    data.flags.writeable = False  # to numba, as `utf8` has it
    return Utf8(data, offsets, text.valid)


@njit
def _normal_texts(data: Bytes, offsets: Offsets, valid: Flags, pieces: bool) -> tuple[Bytes, Offsets]:
    # Twice the text is room enough for either form; what is not written takes no memory.
    out, starts = np.empty(2 * (offsets[-1] - offsets[0]) + 8, np.uint8), np.zeros_like(offsets)
    for d in range(len(valid)):
        first, size = starts[d], 0
        if valid[d] and pieces:
            size = normalise(data, offsets[d], offsets[d + 1], out[first:])
        elif valid[d]:
            size = words_only(data, offsets[d], offsets[d + 1], out[first:])
        starts[d + 1] = first + size
    return out[: starts[-1]], starts


@inlined
def next_unit(data: Bytes, i: Int, end: Int, kind: int) -> tuple[np.uint64, Int]:
    """The hash of the first unit at or after byte i, 0 where there is none, and where it ends."""
    if kind == BY_UNICODE:
        return next_word(data, i, end)
    if kind == BY_WHITESPACE:
        return next_piece(data, i, end)
    return next_character(data, i, end)


@inlined
def next_word(data: Bytes, i: Int, end: Int) -> tuple[np.uint64, Int]:
    """The hash of the first word at or after byte i, 0 where there is none, and where it ends."""
    state, inside = FNV_SEED, False
    while i < end:
        letter = _LETTERS[data[np.uintp(i)]]
        if letter:  # without the calls
            state, inside, i = (state ^ np.uint64(letter)) * FNV_PRIME, True, i + 1
            continue
        code: Int = 0
        kind: Int = 0
        following = i + 1
        if data[np.uintp(i)] >= 0x80:
            code, following = decode(data, i, end)
            kind = classes(code)
        if not kind & WORD:
            i = following
            if inside:
                break
            continue
        if kind & SPACELESS:
            if inside:
                break
            return mix64(np.uint64(code) + FNV_SEED), following
        state, inside, i = (state ^ np.uint64(lower(code))) * FNV_PRIME, True, following
    return max(mix64(state), np.uint64(1)) if inside else np.uint64(0), i


@njit
def next_piece(data: Bytes, i: Int, end: Int) -> tuple[np.uint64, Int]:
    """The same for what lies between white space."""
    state, inside = FNV_SEED, False
    while i < end:
        code, i = (np.int64(data[i]), i + 1) if data[i] < 0x80 else decode(data, i, end)
        if not classes(code) & SPACE:
            state = (state ^ np.uint64(lower(code))) * FNV_PRIME
            inside = True
        elif inside:
            break
    return max(mix64(state), np.uint64(1)) if inside else np.uint64(0), i


@njit
def next_character(data: Bytes, i: Int, end: Int) -> tuple[np.uint64, Int]:
    """The same for the code point at byte i of a normalised text."""
    if i >= end:
        return np.uint64(0), i
    code, following = decode(data, i, end)
    return max(mix64(np.uint64(code) + FNV_SEED), np.uint64(1)), following
