"""The statistics kernels against plain-Python twins, which read as datatrove's filters do."""

import re
from collections import Counter

import numpy as np
import pyarrow as pa
from datatrove.utils.text import PUNCTUATION_SET
from hypothesis import example, given
from hypothesis import strategies as st

from thresher.kernels.arrow import utf8
from thresher.kernels.counts import STOP_WORDS
from thresher.kernels.ngrams import DUPLICATED, TOP
from thresher.kernels.sizes import sizes
from thresher.kernels.text import Text, ratio, text_of
from thresher.kernels.unicode import ALPHABETIC, SPACELESS, TERMINAL, WORD, classes

from .test_segment import twin as words_by_twin
from .texts import REPETITIVE, TEXTS, joined

MARKED = joined(st.sampled_from(("-", "•", " ", ".", "...", "…", "#", "\n", "\r", "\x85", "\u2028", "\xa0", "a")), 40)


def measured(name: str, array: pa.Array) -> np.ndarray:  # type: ignore[type-arg]
    """What a kernel says of an array of texts; of words, by the usual segmentation."""
    found = sizes(*utf8(array)[:2]) if name == "sizes" else getattr(Text(array), name)
    rows: np.ndarray = found() if callable(found) else found  # type: ignore[type-arg]
    return rows


def ours(name: str, text: str) -> dict[str, int] | list[int]:
    """What a kernel says of one text, as its twin below says it."""
    found = measured(name, pa.array([text]))
    return found[0].tolist() if name == "ngrams" else {key: int(found[key][0]) for key in found.dtype.names}


def sizes_of(text: str) -> dict[str, int]:
    spaced = "".join(f" {c} " if classes(ord(c)) & SPACELESS and classes(ord(c)) & WORD else c for c in text)
    # Python 3.11's `re` knows Unicode 14, the kernel 15.1: words by the kernel's own classes.
    words = "".join(c if classes(ord(c)) & WORD else " " for c in spaced).split()
    return {"characters": len(text), "words": len(words), "lines": len(text.splitlines())}


def marks_of(text: str) -> dict[str, int]:
    lines = text.splitlines()
    return {
        "characters": len(text),
        "lines": len(lines),
        "bullets": sum(line.lstrip().startswith(("•", "-")) for line in lines),
        "ellipsis_ends": sum(line.rstrip().endswith(("...", "…")) for line in lines),
        "hashes": text.count("#"),
        "ellipses": text.count("...") + text.count("…"),
    }


def repeats_of(text: str) -> dict[str, int]:
    full = [line for line in text.split("\n") if line.strip()]
    lines, paragraphs = re.split("\n+", text) if text else [], re.split("\n{2,}", text.strip())
    return {
        "newlines": text.count("\n"),
        "full_lines": len(full),
        "terminal_lines": sum(bool(classes(ord(line[-1])) & TERMINAL) for line in full),
        "short_lines": sum(len(line) <= 30 for line in full),
        "repeated_full_characters": repeated(full)[1],
        "lines": len(lines),
        "repeated_lines": repeated(lines)[0],
        "repeated_line_characters": repeated(lines)[1],
        "paragraphs": len(paragraphs),
        "repeated_paragraphs": repeated(paragraphs)[0],
        "repeated_paragraph_characters": repeated(paragraphs)[1],
    }


def repeated(parts: list[str]) -> tuple[int, int]:
    again = [part for k, part in enumerate(parts) if part in parts[:k]]
    return len(again), sum(map(len, again))


def ngrams_of(text: str) -> list[int]:
    words = words_by_twin(text)
    return [count * length for count, length in (top(words, n) for n in TOP)] + [covered(words, n) for n in DUPLICATED]


def top(words: list[str], n: int) -> tuple[int, int]:
    grams = Counter(" ".join(words[k : k + n]) for k in range(len(words) - n + 1))
    return max(((count, len(gram)) for gram, count in grams.items()), key=lambda x: x[0], default=(-1, 1))


def covered(words: list[str], n: int) -> int:
    seen, k, characters = set(), 0, 0
    while k + n <= len(words):
        gram = tuple(words[k : k + n])
        characters += len("".join(gram)) if gram in seen else 0
        k += n if gram in seen else 1
        seen.add(gram)
    return characters


def counts_of(text: str) -> dict[str, int]:
    words = words_by_twin(text)
    real = [word for word in words if not all(c in PUNCTUATION_SET for c in word)]
    return {
        "tokens": len(words),
        "words": len(real),
        "word_characters": sum(map(len, real)),
        "lettered": sum(any(classes(ord(c)) & ALPHABETIC for c in word) for word in words),
        "stop_words": len(set(STOP_WORDS) & set(words)),
    }


TWINS = {"sizes": sizes_of, "marks": marks_of, "repeats": repeats_of, "ngrams": ngrams_of, "counts": counts_of}


@given(TEXTS)
def test_sizes(text: str):
    assert ours("sizes", text) == sizes_of(text)


@given(TEXTS | MARKED)
def test_marks(text: str):
    assert ours("marks", text) == marks_of(text)


@given(TEXTS | REPETITIVE)
@example("\n\n")
@example(" \n\n a \n\n\n a")
@example("a\n \n\na\n ")
def test_repeats(text: str):
    assert ours("repeats", text) == repeats_of(text)


@given(TEXTS | REPETITIVE | joined(st.sampled_from(("a ", "b ")), 60))
@example("word")
def test_ngrams(text: str):
    assert ours("ngrams", text) == ngrams_of(text)


@given(TEXTS)
@example("the of THE and with")
def test_counts(text: str):
    assert ours("counts", text) == counts_of(text)


@given(st.lists(TEXTS | st.none(), max_size=6))
def test_documents_do_not_touch_each_other(texts: list[str | None]):
    array = pa.array(texts, pa.string())
    for name in ("counts", "marks", "repeats", "ngrams"):
        together = measured(name, array)
        apart = [measured(name, array.slice(d, 1))[0] for d in range(len(texts))]
        assert together.tolist() == [one.tolist() for one in apart]


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_bytes_that_are_no_text_do_no_harm(junk: list[bytes]):
    array = pa.array(junk, pa.binary())
    assert all(len(measured(name, array)) == len(junk) for name in TWINS)


def test_a_batch_is_measured_once_and_another_anew():
    array = pa.array(["one", "two"])
    assert text_of(array) is text_of(pa.RecordBatch.from_arrays([array], ["text"])["text"])
    assert text_of(array.slice(1)) is not text_of(array)
    assert text_of(array.slice(1)).marks["characters"].tolist() == [3]


def test_ratio_of_nothing_is_nothing():
    assert np.isnan(ratio(np.array([0]), np.array([0]))).all()
