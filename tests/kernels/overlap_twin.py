"""What the kernels of overlap mean, in plain Python: words, n-grams, and what a text shares with items."""

import re
import unicodedata

from thresher.kernels.plain_words import FOLDED

# Scripts without spaces, as far as the tests' texts have them; marks of these scripts are words of their own.
SPACELESS = re.compile("[\u0e01-\u0e3a\u0e40-\u0e59\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff]")
Word = tuple[str, int, int]


def lowered(letter: str) -> str:
    one = letter.lower() if len(letter.lower()) == 1 else letter
    return FOLDED.get(one, one)


def is_mark(letter: str) -> bool:
    return unicodedata.category(letter) in ("Mn", "Mc", "Me") or letter in "\u200c\u200d"


def words(text: str, joined: bool = False) -> list[Word]:
    """Each word in one case, with the characters where it begins and ends."""
    found: list[Word] = []
    word, begin, stop = "", -1, -1
    for i, letter in enumerate(text):
        if SPACELESS.match(letter):
            if word:
                found.append((word, begin, stop))
            found.append((letter, i, i + 1))
            word = ""
        elif re.match(r"[^\W_]", letter):
            word, begin, stop = word + lowered(letter), i if not word else begin, i + 1
        elif is_mark(letter):
            if word:
                stop = i + 1
        elif word and (not joined or letter.isspace()):
            found.append((word, begin, stop))
            word = ""
    return [*found, (word, begin, stop)] if word else found


def grams(passage: str, n: int, joined: bool) -> set[tuple[str, ...]]:
    plain = tuple(word for word, _, _ in words(passage, joined))
    size = min(n, len(plain))
    return {plain[k : k + size] for k in range(len(plain) - size + 1)} if plain else set()


def overlaps(text: str, passages: list[str], n: int) -> tuple[set[int], set[int]]:
    """The passages that a text shares n-grams with (or holds whole), and the characters that these cover."""
    there, held, covered = words(text), set(), set()
    for owner, passage in enumerate(passages):
        for gram in grams(passage, n, False) | grams(passage, n, True):
            for k in range(len(there) - len(gram) + 1):
                if tuple(word for word, _, _ in there[k : k + len(gram)]) == gram:
                    held.add(owner)
                    covered |= set(range(there[k][1], there[k + len(gram) - 1][2]))
    return held, covered
