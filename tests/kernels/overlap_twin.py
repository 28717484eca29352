"""What the kernels of overlap mean, in plain Python: words, n-grams, and what a text shares with items."""

from thresher.kernels.unicode import MARK, SPACELESS, WORD, classes

Word = tuple[str, int, int]
# Letters that are not brought to one case: of Latin transcription, Cyrillic prints of old, Armenian, and Greek. With
# those of polytonic Greek that become two letters, these are all of which upper and lower case are two words.
UNFOLDED = {
    *"ŉǰẖẗẘẙẚẛ",
    *"ᲀᲁᲂᲃᲄᲅᲆᲇᲈ",
    *"ևﬓﬔﬕﬖﬗ",
    *"ΐΰ\u1fbe",
    *(letter for letter in map(chr, range(0x1F00, 0x2000)) if len(letter.casefold()) > 1),
}


def kind(letter: str) -> int:
    return int(classes(ord(letter)))


def lowered(letter: str) -> str:
    """In one case: what `str.casefold` makes of the upper case, less the mark that it parts from a letter (İ)."""
    if letter in UNFOLDED:
        return letter.lower()
    return "".join(c for c in letter.upper().casefold() if not kind(c) & MARK)


def words(text: str, joined: bool = False) -> list[Word]:
    """Each word in one case, with the characters where it begins and ends."""
    found: list[Word] = []
    word, begin, stop = "", -1, -1
    for i, letter in enumerate(text):
        if kind(letter) & SPACELESS and kind(letter) & (WORD | MARK):
            if word:
                found.append((word, begin, stop))
            found.append((letter, i, i + 1))
            word = ""
        elif kind(letter) & WORD and letter != "_":
            word, begin, stop = word + lowered(letter), i if not word else begin, i + 1
        elif kind(letter) & MARK:
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
