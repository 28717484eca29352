"""Hashes that are the same everywhere: a 64-bit mixer, seeded random numbers, the 128-bit hash of a normalised text.

What a text is normalised to is a choice with a name, one of `NORMAL_FORMS`.

Source: Appleby's MurmurHash3 (public domain, https://github.com/aappleby/smhasher), x64 128-bit variant and its 64-bit
finaliser; Steele, Lea and Flood 2014 for SplitMix64 (https://doi.org/10.1145/2714064.2660195).
"""

import numpy as np
import numpy.typing as npt

from thresher.kernels.eight_bytes import eight, equal, has_control, letters, put_eight
from thresher.kernels.jit import inlined, njit
from thresher.kernels.unicode import SPACE, SPACELESS, WORD, Bytes, Int, classes, decode, lower

Hashes = npt.NDArray[np.uint64]
NORMAL_FORMS = ("none", "case_and_space", "words")  # of a text before it is hashed, by name
AS_IT_IS, CASE_AND_SPACE, WORDS = range(3)

_C1, _C2 = np.uint64(0x87C37B91114253D5), np.uint64(0x4CF5AD432745937F)
_FIRST, _BLANK = np.uint64(0xFF), np.uint64(0x20)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@njit
def mix64(value: np.uint64) -> np.uint64:
    """MurmurHash3's finaliser: one to one, and each bit of the result depends on every bit of the value.

    >>> hex(mix64(np.uint64(1)))
    '0xb456bcfc34c2cb2c'
    """
    value = (value ^ (value >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    value = (value ^ (value >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return value ^ (value >> np.uint64(33))


@njit
def random64(seed: int, count: int) -> Hashes:
    """The first `count` numbers of SplitMix64: 64 random bits each, the same on every machine and in every version.

    >>> [hex(number) for number in random64(1234567, 2)]
    ['0x599ed017fb08fc85', '0x2c73f08458540fa5']
    """
    state, numbers = np.uint64(seed), np.empty(count, np.uint64)
    for i in range(count):
        state += _GOLDEN
        z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        numbers[i] = z ^ (z >> np.uint64(31))
    return numbers


@njit
def _rotated(value: np.uint64, bits: int) -> np.uint64:
    return (value << np.uint64(bits)) | (value >> np.uint64(64 - bits))


@njit
def murmur3(blocks: Hashes, size: int, seed: int) -> tuple[np.uint64, np.uint64]:
    """MurmurHash3 x64 128 of `size` bytes, given as little-endian 64-bit words, as its two halves.

    `blocks` has at least two words more than whole pairs of them, and zeros after the last byte, so that the tail needs
    no case of its own: the reference leaves a missing half of the tail out, which is what hashing zero does.

    >>> [hex(half) for half in murmur3(np.array([0x6F6C6C6568, 0], np.uint64), 5, 0)]  # "hello"
    ['0xcbd8a7b341bd9b02', '0x5b1e906a48ae1d19']
    """
    h1, h2 = np.uint64(seed), np.uint64(seed)
    pairs = size // 16
    for pair in range(pairs):
        h1 ^= _rotated(blocks[2 * pair] * _C1, 31) * _C2
        h1 = (_rotated(h1, 27) + h2) * np.uint64(5) + np.uint64(0x52DCE729)
        h2 ^= _rotated(blocks[2 * pair + 1] * _C2, 33) * _C1
        h2 = (_rotated(h2, 31) + h1) * np.uint64(5) + np.uint64(0x38495AB5)
    if size % 16:
        h2 ^= _rotated(blocks[2 * pairs + 1] * _C2, 33) * _C1
        h1 ^= _rotated(blocks[2 * pairs] * _C1, 31) * _C2
    h1, h2 = h1 ^ np.uint64(size), h2 ^ np.uint64(size)
    h1 += h2
    h2 += h1
    h1, h2 = mix64(h1), mix64(h2)
    h1 += h2
    h2 += h1
    return h1, h2


@njit
def encode(code: Int, out: Bytes, n: int) -> int:
    """Write a code point as UTF-8 at byte n; returns where it ends."""
    if code < 0x80:
        out[n] = code
        return n + 1
    if code < 0x800:
        out[n], out[n + 1] = 0xC0 | code >> 6, 0x80 | code & 0x3F
        return n + 2
    if code < 0x10000:
        out[n], out[n + 1], out[n + 2] = 0xE0 | code >> 12, 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F
        return n + 3
    out[n], out[n + 1] = 0xF0 | code >> 18, 0x80 | code >> 12 & 0x3F
    out[n + 2], out[n + 3] = 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F
    return n + 4


@inlined
def _is_plain(eight_bytes: np.uint64) -> bool:
    """Whether eight bytes are ASCII, with no white space but single blanks."""
    marks = equal(eight_bytes, 0x20)
    return not has_control(eight_bytes) and marks & marks << np.uint64(8) == np.uint64(0)


@njit
def normalise(data: Bytes, start: Int, end: Int, out: Bytes) -> int:
    r"""Write the text in lower case, white space trimmed and its runs as one space, to `out`; returns the size.

    `out` needs room for half as much again, since a few letters are longer in lower case. Bytes that are no UTF-8 stay
    as they are.

    >>> text, out = np.frombuffer(" Ünder  the\n SEA\t".encode(), np.uint8), np.empty(30, np.uint8)
    >>> bytes(out[: normalise(text, 0, len(text), out)]).decode()
    'ünder the sea'
    """
    n, i, space = 0, start, False
    while i < end:
        if i + 8 <= end:
            here = eight(data, i)
            if _is_plain(here) and not (here & _FIRST == _BLANK and (space or n == 0)):
                if space and here & _FIRST != _BLANK:
                    out[n], space = 32, False
                    n += 1
                put_eight(out, n, here | letters(here) >> np.uint64(2))
                i, n = i + 8, n + 8
                if here >> np.uint64(56) == _BLANK:
                    n, space = n - 1, True
                continue
        code, following = (np.int64(data[i]), i + 1) if data[i] < 0x80 else decode(data, i, end)
        if classes(code) & SPACE:
            space = n > 0
            i = following
            continue
        if space:
            out[n], space = 32, False
            n += 1
        lowered = lower(code)
        if lowered != code:
            n, i = encode(lowered, out, n), following
        while i < following:
            out[n] = data[i]
            n += 1
            i += 1
    return n


@njit
def words_only(data: Bytes, start: Int, end: Int, out: Bytes) -> int:
    r"""Write the text's words in lower case, with one space between two, to `out`; returns the size.

    Words are MinHash's: runs of what `\w` matches, and in scripts without spaces each letter. `out` needs room for
    twice the text, since such letters get a space each.

    >>> text, out = np.frombuffer("«Hello», World… 中文".encode(), np.uint8), np.empty(60, np.uint8)
    >>> bytes(out[: words_only(text, 0, len(text), out)]).decode()
    'hello world 中 文'
    """
    n, i, cut = 0, start, False
    while i < end:
        code, following = (np.int64(data[i]), i + 1) if data[i] < 0x80 else decode(data, i, end)
        kind = classes(code)
        if kind & WORD:
            if n > 0 and (cut or kind & SPACELESS):
                out[n] = 32
                n += 1
            lowered = lower(code)
            if lowered < 0x80:  # without the call
                out[n] = lowered
                n += 1
            else:
                n = encode(lowered, out, n)
        cut = not kind & WORD or bool(kind & SPACELESS)
        i = following
    return n


@njit
def _normalised(data: Bytes, start: Int, end: Int, form: int, out: Bytes) -> int:
    """Write the text in this normal form to `out`; returns the size."""
    if form == CASE_AND_SPACE:
        return normalise(data, start, end, out)
    if form == WORDS:
        return words_only(data, start, end, out)
    out[: end - start] = data[start:end]
    return int(end - start)


@njit
def normalised_hashes(
    data: Bytes, offsets: npt.NDArray[np.int64], valid: npt.NDArray[np.bool_], form: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Both halves of the 128-bit hash of each text in a normal form, and whether it has one.

    `form` is a place in `NORMAL_FORMS`. Null texts have no hash, nor those of which the form leaves nothing.
    """
    count = len(offsets) - 1
    first, second = np.zeros(count, np.int64), np.zeros(count, np.int64)
    known = np.zeros(count, np.bool_)
    blocks = np.empty(0, np.uint64)
    for d in range(count):
        size = offsets[d + 1] - offsets[d]
        if not valid[d] or size == 0:
            continue
        needed = 2 * size // 8 + 4
        if needed > len(blocks):
            blocks = np.empty(2 * needed, np.uint64)
        out = blocks.view(np.uint8)
        n = _normalised(data, offsets[d], offsets[d + 1], form, out)
        out[n : n + 16] = 0
        if n > 0:
            h1, h2 = murmur3(blocks, n, 0)
            first[d], second[d], known[d] = np.int64(h1), np.int64(h2), True
    return first, second, known
