"""Cuts a piece of text without white space into words: affixes first, then what stands between letters.

The rules are those of spaCy's English tokenizer in short: its prefixes, suffixes and infixes, contractions, common
abbreviations, web addresses. Not its lists of emoticons and of contractions without an apostrophe.

spaCy's tokenizers of other languages differ in a few of these rules; `rules`, a set of bits, says in which. `clitics`
has two more bits, for French and Romanian.
"""

import numpy as np
import numpy.typing as npt

from thresher.kernels.clitics import FRENCH, ROMANIAN, among, clitic_before, clitic_behind, is_abbreviation, stays_whole
from thresher.kernels.jit import inlined
from thresher.kernels.unicode import (
    CURRENCY,
    EDGE,
    HYPHEN,
    LETTER,
    LOWER,
    MARK,
    QUOTE,
    SPACELESS,
    SYMBOL,
    UPPER,
    WORD,
    Int,
)
from thresher.kernels.word_keys import sorted_keys

Codes = npt.NDArray[np.int32]
Cuts = npt.NDArray[np.int64]
ABBREVIATIONS = (
    "Mr. Mrs. Ms. Messrs. Dr. Prof. Rev. Jr. St. Mt. Gen. Gov. Sen. Rep. Adm. Inc. Ltd. Co. co. Corp. Bros. Ph.D. vs. "
    "v.s. e.g. E.g. i.e. I.e. a.m. p.m. Jan. Feb. Mar. Apr. Jun. Jul. Aug. Sep. Sept. Oct. Nov. Dec. Ala. Ariz. Ark. "
    "Calif. Colo. Conn. Del. Fla. Ga. Ia. Id. Ill. Ind. Kan. Ky. La. Mass. Md. Mich. Miss. Mo. Mont. Neb. Nev. Okla. "
    "Ore. Pa. Tenn. Va. Wash. Wis."
).split()
UNITS = (
    "km km² km³ m m² m³ dm dm² dm³ cm cm² cm³ mm mm² mm³ ha µm nm yd in ft kg g mg µg t lb oz m/s km/h kmh mph hPa Pa "
    "mbar mb MB kb KB gb GB tb TB T G M K км км² км³ м м² м³ дм дм² дм³ см см² см³ мм мм² мм³ нм кг г мг м/с км/ч кПа "  # noqa: RUF001
    "Па мбар Кб КБ кб Мб МБ мб Гб ГБ гб Тб ТБ كم كم² كم³ م م² م³ سم سم² سم³ مم مم² مم³ غرام جرام جم كغ ملغ كوب اكواب"  # noqa: RUF001
).split()
TAILS = "'s 'S 're 'll 've 'em 'd \u2018s \u2018S \u2019s \u2019S \u2019re \u2019ll \u2019em \u2019d".split()  # alone
HYPHENS = 1 << 0  # a hyphen between letters is part of the word: porta-voz
DASHES = 1 << 1  # so is a dash
ELISION = 1 << 2  # an apostrophe between letters ends a word: l' | homme
LEADING = 1 << 3  # a dash before a word is part of it
ORDINALS = 1 << 4  # a full stop after a digit is part of the number: 1.
POINTS = 1 << 5  # full stops are a word each: . . .
WHOLE = ("and/or", "w/o")
HALVES_OF_DAY = ("am", "pm", "a.m.", "p.m.")
_LONGEST_UNIT, _LONGEST_WHOLE = (max(map(len, words)) for words in (UNITS, WHOLE))
_APOSTROPHE, _CURLY = ord("'"), 0x2019

_ABBREVIATIONS, _UNITS, _TAILS = map(sorted_keys, (ABBREVIATIONS, UNITS, TAILS))
_WHOLE, _HALVES = map(sorted_keys, (WHOLE, HALVES_OF_DAY))


@inlined
def _digit(code: Int) -> bool:
    return bool(48 <= code <= 57)


@inlined
def _apostrophe(code: Int) -> bool:
    return bool(code == _APOSTROPHE or code == _CURLY)


@inlined
def _dash(code: Int) -> bool:
    return bool(code == 0x2013 or code == 0x2014)


@inlined
def _prefix(codes: Codes, bits: Codes, lo: Int, hi: Int, rules: Int) -> Int:
    """The length of the word that starts a piece by being punctuation; 0 if there is none."""
    code = codes[lo]
    clitic = clitic_before(codes, lo, hi, rules)
    if clitic or (rules & LEADING and _dash(code)):
        return clitic
    if code == 46:  # full stops count from two on
        run = lo
        while run < hi and codes[run] == 46:
            run += 1
        if run - lo > 1 and rules & POINTS:
            return 1
        return run - lo if run - lo > 1 else 0
    if bits[lo] & (EDGE | CURRENCY) or code == 37 or code == 61 or code == 0xA7:  # % = §
        return 1
    return 1 if code == 43 and not (lo + 1 < hi and _digit(codes[lo + 1])) else 0


@inlined
def _unit(codes: Codes, bits: Codes, lo: Int, hi: Int) -> Int:
    """The length of a unit of measurement or currency right after a digit: 10km, 90%, 5€; 0 if there is none."""
    start = hi
    while start > lo and hi - start <= _LONGEST_UNIT and not _digit(codes[start - 1]):
        start -= 1
    if start == lo or start == hi or not _digit(codes[start - 1]):
        return 0
    if hi - start == 1 and (codes[start] == 37 or codes[start] == 43 or bits[start] & CURRENCY):  # % +
        return 1
    return hi - start if among(codes, start, hi, _UNITS) else 0


@inlined
def _half_of_day(codes: Codes, lo: Int, hi: Int) -> Int:
    """The length of what follows the hour in a piece that is a time: 9am, 12p.m.; 0 where it is none."""
    start = lo
    while start < hi and start - lo < 2 and _digit(codes[start]):
        start += 1
    hour = codes[lo] - 48 if start - lo == 1 else 10 * (codes[lo] - 48) + codes[start - 1] - 48
    if start == lo or hour < 1 or hour > 12 or codes[lo] == 48:
        return 0
    return hi - start if among(codes, start, hi, _HALVES) else 0


@inlined
def _full_stop(codes: Codes, bits: Codes, lo: Int, hi: Int, rules: Int) -> Int:
    """The length of the full stops that end a piece, 0 where the full stop belongs to the word (Mr., U.S., J.)."""
    run = hi
    while run > lo and codes[run - 1] == 46:
        run -= 1
    if rules & POINTS and hi - run > 1:
        return 1
    if hi - run > 1 or run == lo:
        return hi - run if hi - run > 1 else 0
    if run - lo == 1 and 97 <= codes[lo] <= 122:
        return 0
    if hi - lo <= 8 and (
        is_abbreviation(codes, lo, hi, rules) if rules & (FRENCH | ROMANIAN) else among(codes, lo, hi, _ABBREVIATIONS)
    ):
        return 0
    code, kind = codes[run - 1], bits[run - 1]
    if rules & ORDINALS and _digit(code):
        return 0
    if _digit(code) or kind & (LOWER | EDGE) or code == 37 or code == 0xB2 or code == 45 or code == 43:  # % ² - +
        return 1
    return 1 if run - lo > 1 and kind & UPPER and bits[run - 2] & UPPER else 0


@inlined
def _suffix(codes: Codes, bits: Codes, lo: Int, hi: Int, rules: Int) -> Int:
    """The length of the word that ends a piece by being punctuation, a unit or a possessive; 0 if there is none."""
    code = codes[hi - 1]
    if (code == 46 or code == 109) and hi - lo <= 6 and _digit(codes[lo]):  # m
        size = _half_of_day(codes, lo, hi)
        if size:
            return size
    if code == 46:
        return _full_stop(codes, bits, lo, hi, rules)
    if bits[hi - 1] & EDGE:
        return 1
    clitic = clitic_behind(codes, bits, lo, hi, rules)
    if clitic:
        return clitic
    if (code == 115 or code == 83) and hi - lo > 1 and _apostrophe(codes[hi - 2]):  # 's
        return 2
    return _unit(codes, bits, lo, hi)


@inlined
def _contraction(codes: Codes, bits: Codes, lo: Int, hi: Int) -> Int:
    """The length of a contracted verb or negation at the end: n't 'll 're 've 'd 'm; 0 if there is none."""
    n, last = hi - lo, codes[hi - 1]
    if n > 2 and _apostrophe(codes[hi - 2]):
        if last == 116 and n > 3 and codes[hi - 3] == 110:  # n't
            return 3
        if last == 100 or last == 109:  # 'd 'm
            return 2
    if n > 3 and _apostrophe(codes[hi - 3]):
        before = codes[hi - 2]
        if (before == 108 and last == 108) or (last == 101 and (before == 114 or before == 118)):  # 'll 're 've
            return 3
    return 0


@inlined
def _address(codes: Codes, bits: Codes, lo: Int, hi: Int) -> bool:
    """Whether a piece is an address: [scheme://] [user@] labels, dots between, the last of lower case [/path]."""
    start = lo
    for k in range(lo, hi - 2):
        if codes[k] == 58 and codes[k + 1] == 47 and codes[k + 2] == 47:  # ://
            start = k + 3
            break
        if not (bits[k] & WORD or codes[k] == 43 or codes[k] == 45 or codes[k] == 46):
            break
    for k in range(start, hi):
        if codes[k] == 64:  # @
            start = k + 1
    label, dots, lowered = start, 0, True
    for k in range(start, hi + 1):
        code = codes[k] if k < hi else 47
        if code == 46:
            if k == label:
                return False
            label, dots, lowered = k + 1, dots + 1, True
        elif code == 47 or code == 58 or code == 63 or code == 35:  # / : ? # end the host
            return bool(dots > 0 and k - label >= 2 and lowered)
        elif bits[k] & (WORD | MARK) == 0 and code != 45:
            return False
        else:
            lowered = lowered and bits[k] & LOWER != 0
    return False


@inlined
def _infix(codes: Codes, bits: Codes, k: Int, lo: Int, hi: Int, rules: Int) -> Int:
    """The length of the word at k that stands between two others; 0 if there is none."""
    code, kind = codes[k], bits[k]
    if kind & SYMBOL:
        return 1
    before, after = bits[k - 1], bits[k + 1] if k + 1 < hi else 0
    previous, following = codes[k - 1], codes[k + 1] if k + 1 < hi else 0
    if code == 46:
        run = k
        while run < hi and codes[run] == 46:
            run += 1
        if run - k > 1:
            return 1 if rules & POINTS else run - k
        return 1 if before & (LOWER | QUOTE) and after & (UPPER | QUOTE) else 0
    if code == 44:
        return 1 if before & LETTER and after & LETTER else 0
    if (code == 42 or code == 43 or code == 45 or code == 94) and _digit(previous):  # * + - ^
        if _digit(following) or following == 45:
            return 1
    if not (before & LETTER or _digit(previous)):
        return 0
    if kind & HYPHEN:
        run = k + 1
        while run < hi and codes[run] == code and run - k < 3:
            run += 1
        if run - k == 1 and ((rules & DASHES and _dash(code)) or (rules & HYPHENS and not _dash(code))):
            return 0
        return run - k if run < hi and bits[run] & LETTER else 0
    return 1 if (code == 58 or 60 <= code <= 62 or code == 47) and after & LETTER else 0  # : < = > /


@inlined
def _plain(bits: Codes, lo: Int, hi: Int) -> bool:
    """Whether there are only letters, digits and marks, of scripts with spaces: one word."""
    for k in range(lo, hi):
        if not bits[k] & (WORD | MARK) or bits[k] & SPACELESS:
            return False
    return True


@inlined
def _elides(codes: Codes, bits: Codes, k: Int, lo: Int, hi: Int) -> bool:
    """Whether the code point at k is an apostrophe between letters."""
    return bool(_apostrophe(codes[k]) and lo < k < hi - 1 and bits[k - 1] & bits[k + 1] & LETTER)


@inlined
def _cut_middle(codes: Codes, bits: Codes, lo: Int, hi: Int, cuts: Cuts, n: Int, rules: Int) -> Int:
    """Cut what is left between the affixes; `cuts[n]` is its beginning, and the number of cuts is returned."""
    if _plain(bits, lo, hi) or (hi - lo <= _LONGEST_WHOLE and among(codes, lo, hi, _WHOLE)):
        cuts[n + 1] = hi
        return n + 1
    tail = 0 if rules & ELISION else _contraction(codes, bits, lo, hi)
    if tail:
        cuts[n + 1] = hi - tail
        cuts[n + 2] = hi
        return n + 2
    whole = _address(codes, bits, lo, hi)
    k: Int = lo
    while k < hi:
        length: Int = 0
        if bits[k] & SPACELESS or (bits[k] & EDGE and (bits[max(k - 1, lo)] | bits[min(k + 1, hi - 1)]) & SPACELESS):
            length = 1
            while k + length < hi and bits[k + length] & MARK:
                length += 1
        elif k > lo and not whole:
            length = _infix(codes, bits, k, lo, hi, rules)
        if rules & ELISION and not whole and _elides(codes, bits, k, lo, hi):
            n += 1
            cuts[n] = k + 1
        elif length:
            if k > cuts[n]:
                n += 1
                cuts[n] = k
            n += 1
            cuts[n] = k + length
        k += max(length, 1)
    if hi > cuts[n]:
        n += 1
        cuts[n] = hi
    return n


@inlined
def cut_piece(codes: Codes, bits: Codes, length: Int, cuts: Cuts, rules: Int) -> Int:
    """The number of words in a piece; word w is `cuts[w]` up to `cuts[w + 1]`. `rules` are 0 for English.

    Suffixes are found from the end, so their lengths wait, last one first, at the end of `cuts`.
    """
    lo: Int = 0
    n: Int = 0
    hi = length
    cuts[0] = 0
    while lo < hi:
        size = 0 if stays_whole(codes, lo, hi, rules) else _prefix(codes, bits, lo, hi, rules)
        if size == 0 or (bits[lo] & QUOTE and hi - lo < 4 and among(codes, lo, hi, _TAILS)):
            break
        lo, n = lo + size, n + 1
        cuts[n] = lo
    waiting = len(cuts)
    whole = False
    while lo < hi and not (bits[lo] & QUOTE):
        whole = stays_whole(codes, lo, hi, rules)
        size = 0 if whole else _suffix(codes, bits, lo, hi, rules)
        if size == 0:
            break
        hi -= size
        waiting -= 1
        cuts[waiting] = size
    if lo < hi and whole:
        n += 1
        cuts[n] = hi
    elif lo < hi:
        n = _cut_middle(codes, bits, lo, hi, cuts, n, rules)
    for w in range(waiting, len(cuts)):
        hi += cuts[w]
        n += 1
        cuts[n] = hi
    return n
