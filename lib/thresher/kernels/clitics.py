"""Short words that French and Romanian tie to others by a hyphen: dit | -il, s- | a, and what they never cut.

The rules and lists are those of spaCy's tokenizers of the two languages in short; French *peut-être* and the like stay
whole. In Romanian ş and ţ (with a cedilla) stand for ș and ț, and letters without their marks for those with them.
"""

from collections.abc import Iterable
from itertools import product

import numpy as np
import numpy.typing as npt

from thresher.kernels.jit import inlined
from thresher.kernels.unicode import LETTER, Int
from thresher.kernels.word_keys import NO_LETTERS, sorted_keys, with_letter

Codes = npt.NDArray[np.int32]
FRENCH, ROMANIAN = 1 << 6, 1 << 7  # of a language's rules, see `affixes`
_VARIANTS = {"Ă": "ĂA", "Â": "ÂA", "Î": "ÎI", "Ș": "ȘŞS", "Ț": "ȚŢT"}


def _romanian(words: str) -> set[str]:
    """Each word as it may be written: in upper, lower and title case, with its marks or without."""
    spelled = {
        "".join(letters) for w in words.split() for letters in product(*(_VARIANTS.get(c, c) for c in w.upper()))
    }
    return {form for word in spelled for form in (word, word.lower(), word.title())}


def _with_capitals(words: str) -> set[str]:
    return {form for word in words.split() for form in (word, word.upper())}


# Behind a hyphen of any kind; the hyphen is part of the word.
FRENCH_SUFFIXES = _with_capitals("ce clés elle en il ils je là moi nous on t vous")
FRENCH_WHOLE = (
    "après-midi au-delà au-dessus celle-ci celles-ci celui-ci ci-dessous elle-même en-dessous jusque-là lui-même "
    "peut-être quelques-uns rendez-vous aujourd'hui Aujourd'hui aujourd\u2019hui Aujourd\u2019hui"
).split()
FRENCH_ABBREVIATIONS = (
    "av. janv. févr. avr. juill. sept. oct. nov. déc. apr. Dr. Mr. Mme. Mlle. St. Ste. cf. etc. MM. No. pp. Vol."
).split()
ROMANIAN_PREFIXES = _romanian(
    "a- c- ce- cu- d- de- dintr- e- făr- i- l- le- m- mi- n- ne- p- pe- prim- printr- s- se- te- v- într- ș- și- ți-"
)
ROMANIAN_SUFFIXES = _romanian(
    "-a -aceasta -ai -al -ale -alta -am -ar -astea -atâta -au -aș -ați -i -ilor -l -le -lea -mea -meu -mi -mă -n "
    "-ndărătul -ne -o -oi -or -s -se -si -te -ul -ului -un -uri -urile -urilor -veți -vă -ăștia -și -ți"
)
ROMANIAN_WHOLE = _romanian("d-voastră d-l d-lui d-nei într-adevăr") | {
    f"{n}-{end}" for end in ("a", "ul", "lea") for n in (range(1, 13) if end != "ul" else (1,))
}
ROMANIAN_ABBREVIATIONS = _romanian(
    "dvs. ing. dr. Rom. str. nr. etc. A.c. A.f. A.r. Al. Art. Aug. Bd. Dem. Fig. Fr. Gh. Gr. Lt. Obs. Prof. Sf. a.m. "
    "a.r. alin. ex. ian. lit. p.a. p.m. pct. prep. tel. univ. îngr. Șt. ș.a. șamd."
)
_HYPHENS = np.array([ord(char) for char in "-\u2010\u2011\u2013\u2014"])


def _longest(words: Iterable[str]) -> int:
    return max(map(len, words))


_FRENCH, _BEFORE, _BEHIND = map(sorted_keys, (FRENCH_SUFFIXES, ROMANIAN_PREFIXES, ROMANIAN_SUFFIXES))
_FRENCH_WHOLE, _ROMANIAN_WHOLE = map(sorted_keys, (FRENCH_WHOLE, ROMANIAN_WHOLE))
_FRENCH_SHORT, _ROMANIAN_SHORT = map(sorted_keys, (FRENCH_ABBREVIATIONS, ROMANIAN_ABBREVIATIONS))
_LONGEST_FRENCH, _LONGEST_BEFORE, _LONGEST_BEHIND = map(
    _longest, (FRENCH_SUFFIXES, ROMANIAN_PREFIXES, ROMANIAN_SUFFIXES)
)
LONGEST_WHOLE = max(map(_longest, (FRENCH_WHOLE, ROMANIAN_WHOLE)))


@inlined
def among(codes: Codes, start: Int, end: Int, keys: npt.NDArray[np.uint64]) -> bool:
    """Whether a word is one of those that have these keys."""
    key = np.uint64(NO_LETTERS)
    for k in range(start, end):
        key = with_letter(key, codes[k])
    place = np.searchsorted(keys, key)
    return bool(place < len(keys) and keys[place] == key)


@inlined
def stays_whole(codes: Codes, lo: Int, hi: Int, rules: Int) -> bool:
    """Whether a piece is one word although it has a hyphen or an apostrophe."""
    if hi - lo > LONGEST_WHOLE or not rules & (FRENCH | ROMANIAN):
        return False
    return among(codes, lo, hi, _FRENCH_WHOLE if rules & FRENCH else _ROMANIAN_WHOLE)


@inlined
def is_abbreviation(codes: Codes, lo: Int, hi: Int, rules: Int) -> bool:
    """Whether a piece is an abbreviation of the language, its full stop included."""
    return among(codes, lo, hi, _FRENCH_SHORT if rules & FRENCH else _ROMANIAN_SHORT)


@inlined
def clitic_before(codes: Codes, lo: Int, hi: Int, rules: Int) -> Int:
    """The length of the word that a piece begins with and that ends in a hyphen; 0 where there is none."""
    if not rules & ROMANIAN:
        return 0
    for k in range(lo + 1, min(hi, lo + _LONGEST_BEFORE)):
        if codes[k] == 0x2D:
            return k + 1 - lo if among(codes, lo, k + 1, _BEFORE) else 0
    return 0


@inlined
def clitic_behind(codes: Codes, bits: Codes, lo: Int, hi: Int, rules: Int) -> Int:
    """The length of the word that ends a piece and begins with a hyphen; 0 where there is none."""
    if not rules & (FRENCH | ROMANIAN):
        return 0
    longest = _LONGEST_FRENCH + 1 if rules & FRENCH else _LONGEST_BEHIND
    for k in range(hi - 1, max(lo - 1, hi - 1 - longest), -1):
        if not _is_hyphen(codes[k]):
            continue
        if rules & FRENCH:
            return hi - k if k > lo and bits[k - 1] & LETTER and among(codes, k + 1, hi, _FRENCH) else 0
        return hi - k if among(codes, k, hi, _BEHIND) else 0
    return 0


@inlined
def _is_hyphen(code: Int) -> bool:
    for hyphen in _HYPHENS:
        if code == hyphen:
            return True
    return False
