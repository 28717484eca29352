"""Sentences against NLTK's Punkt itself, in the version that C4 was made with, and its model of English."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from punkt.data import english as model

from thresher.kernels.punkt import count_punkt
from thresher.kernels.punkt_words import Known, english, first_sight, token_end

from ..filters.real_texts import pages, prose
from .nltk_punkt import NLTK
from .texts import TEXTS

WORDS = (
    *(
        "Mr.",
        "U.S.",
        "e.g.",
        "i.e.",
        "Dr",
        "Oct.",
        "mid-Oct.",
        "J.",
        "é.",
        "_.",
        "3.",
        "12,5.",
        "-.5.",
        "#3.",
        "a.m.",
        "p.m",
    ),
    *(
        "The",
        "the",
        "He",
        "he",
        "Company",
        "company",
        "Bach",
        "III",
        "in",
        "However",
        "And",
        "yuppies",
        "Zug",
        "ß",
        "1",
    ),
    *(
        "end.",
        "end!",
        "Why?",
        "wait...",
        "so..",
        "...",
        ". . .",
        ". .",
        "--",
        "-",
        "a--b.",
        "x-y.",
        "a.b.",
        "3.5",
        "K.",
    ),
    *('"', "'", "(", ")", "]", "}", ".)", '."', "?'", "!)", ").", ',"', ",", ";", ":", "&", "@", "*", "[", "{", "#"),
    *("etc.,", "no.1", "St.Louis", "\u201cso.\u201d", "\u2026", "中。", "İ.", "Σ.", "ſ."),
)
SPACES = (" ", "  ", "\n", "\n\n", "\t", "\xa0", "\u2028", "\x1f", "")
DENSE = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from((*SPACES, *[" "] * 9))), max_size=30).map(
    lambda parts: "".join(word + space for word, space in parts)
)


def sentences(text: str) -> int:
    data = np.frombuffer(text.encode(), np.uint8)
    return int(count_punkt(data, 0, len(data), english()))


@given(TEXTS | DENSE)
@example("")
@example("one")
@example(" \n ")
@example('He said: "Go on." (I left.) Why?! Mr. Hyde (of the U.S.) is 3. tall -- "so".')
@example("A. B. C. the J. The 5. Bach 5. bach No. 5 . . . and . . . The ... the ...The a.m. The p.m. he")
@example('\'Tis. \'Twas.) ) ) "End.""  --So." -- \n')
@example("\0Mr. x. \0. The")
@example("x" * 1_000_000 + ". The")
def test_sentences_are_those_of_nltk(text: str):
    assert sentences(text) == len(NLTK.tokenize(text))


@pytest.mark.parametrize(
    "char", ["a", ".", "?", "-", " ", "\n", '"', "é", "中", "\u2028", "\0", ". ", "a. ", "J. ", '."']
)
def test_a_megabyte_of_one_thing(char: str):
    few, more = (len(NLTK.tokenize(char * n)) for n in (500, 1000))
    assert sentences(char * 1_000_000) == few + (more - few) * 1999


def test_on_real_pages_sentences_are_those_of_nltk(data_dir: Path):
    texts = [text[:20_000] for text in (*prose(data_dir)[::6], *pages(data_dir)[::6])]
    counted = [(sentences(text), len(NLTK.tokenize(text))) for text in texts]
    assert [ours for ours, _ in counted] == [theirs for _, theirs in counted]
    assert sum(theirs for _, theirs in counted) > 10_000


@given(DENSE | TEXTS)
def test_tokens_and_their_kinds_are_those_of_nltk(text: str):
    line = re.sub(r"[\n]", " ", text)
    data = np.frombuffer(line.encode(), np.uint8)
    ours, i = [], 0
    while i < len(data):
        if line.encode()[i:].decode()[0].isspace():
            i += len(line.encode()[i:].decode()[0].encode())
            continue
        stop = int(token_end(data, i, len(data)))
        ours.append((bytes(data[i:stop]).decode(), int(first_sight(english(), data, i, stop))))
        i = stop
    tokens = list(NLTK._annotate_first_pass(NLTK._tokenize_words(line)))
    assert ours == [(t.tok, 1 if t.sentbreak else 2 if t.abbr else 3 if t.ellipsis else 0) for t in tokens]


def test_all_that_the_model_knows_is_in_the_table():
    assert isinstance(english(), Known)
    assert np.count_nonzero(english().keys) == len(np.unique(english().keys)) - 1 == np.count_nonzero(english().marks)
    assert np.count_nonzero(english().marks & 1) == len(model.ABBREV_TYPES)
    assert np.count_nonzero(english().marks & 0x7E) == sum(seen & 0x7E > 0 for seen in model.ORTHO_CONTEXT.values())
    assert np.count_nonzero(english().marks >> 7 & 1) == len(model.SENT_STARTERS)
    assert np.count_nonzero(english().marks >> 8 & 1) == len(model.COLLOCATIONS)
