r"""Bad words: how many words and phrases of a list a document holds, in three readings of where a word ends.

The list is the user's own; C4's is LDNOOBW (https://github.com/LDNOOBW/List-of-Dirty-Naughty-Obscene-and-Otherwise-Bad-Words),
a file a language with an entry a line. The text is compared in lower case.

    boundaries    an entry counts                               is read so by
    words         between characters that `\W` matches          datatrove's `C4BadWordsFilter`
    none          anywhere                                      the same, for Japanese, Thai and Chinese
    letters       in a line, between neighbours not of a to z   TFDS's `clean_page` (Raffel et al. 2020)

Entries that datatrove strikes from its lists, because they are parts of innocent words, are struck here too. Unlike
both, entries are put in lower case as well (a capital in one would match nothing: the Spanish list has many), signs in
an entry stand for themselves, and blank lines are no entries. Lower case is one code point for one, which differs from
`str.lower` in two letters: the dotted capital I stays, and a capital sigma never becomes a final one.

TFDS looks at the lines that its other rules leave: `edit: [c4_v1]` and `badwords_v1: {edited: true}`. A citation before
the first word of a page is then all that differs: TFDS looks at the blank behind it, which is no longer there.
"""

import re
from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.errors import ThresherError, UsageError
from thresher.fingerprint import digest_files
from thresher.kernels.arrow import utf8
from thresher.kernels.phrases import LETTERS, NONE, WORDS, Trie, find_phrases, fold_case, trie_of
from thresher.language.labels import code_of

FIELDS = pa.struct([("matches", pa.int64()), ("distinct", pa.int64()), ("first", pa.string())])
BETWEEN = {"words": WORDS, "none": NONE, "letters": LETTERS}
WITHOUT_SPACES = ("ja", "th", "zh")
STRUCK = frozenset(("sm", "グロ", "女の子", "性"))
DETECTED = "detected"
_CODE = re.compile(r"[a-z]{2,3}([-_][A-Za-z0-9-]+)?")  # a list's name, as opposed to README.md
WHERE = (
    "thresher ships no list of bad words: fetch one, such as "
    "https://github.com/LDNOOBW/List-of-Dirty-Naughty-Obscene-and-Otherwise-Bad-Words, and give its path as `lists`"
)


class _List(NamedTuple):
    """Where a list lies, what its content is, and between what its entries stand."""

    path: Path
    digest: str
    between: int


class WordList(NamedTuple):
    """Entries in lower case, sorted, and the trie that finds them."""

    entries: pa.StringArray
    trie: Trie


def badwords_v1(
    lists: str | Path | None = None,
    language: str = "en",
    boundaries: Literal["words", "none", "letters"] | None = None,
) -> Annotator:
    r"""How many entries a document holds, how many different ones, and the first: `{"matches": 2, …, "first": "fox"}`.

    `lists` is a folder with a file for each language, named by its code, or one file; the same on every machine. Its
    content is part of the annotator's identity. `language: detected` takes for each document the list of its own
    language, which `language_v1` has measured; a document without such a list holds no bad word.
    `boundaries` (above) are `none` for ja, th and zh, else `words`. Entries are sought from left to right, at each
    place the longest; none overlap. `first` is null without any, a null document gives null. Raises UsageError where
    there is no list, or none of this language.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "en").write_text("fox\nlazy dog\n")
    ...     badwords_v1(folder).measure(pa.array(["Foxes? A fox! No Lazy Dog, a fox."])).to_pylist()
    [{'matches': 3, 'distinct': 2, 'first': 'fox'}]
    """
    if lists is None:
        raise UsageError(f"badwords_v1: `lists` is not set; {WHERE}")
    folder = Path(lists).absolute()
    paths = _lists_in(folder) if language == DETECTED else {language: _list_of(folder, language)}
    chosen = {code: boundaries or ("none" if code in WITHOUT_SPACES else "words") for code in paths}
    found = {code: _checked(path, BETWEEN[chosen[code]]) for code, path in paths.items()}
    detected = language == DETECTED
    return Annotator(
        "badwords_v1",
        FIELDS,
        partial(_measure_by_language, found) if detected else partial(_measure, found[language]),
        inputs=("text", "language_v1") if detected else ("text",),
        settings={"language": language, "boundaries": boundaries if detected else chosen[language]}
        | ({"lists": {code: of.digest for code, of in found.items()}} if detected else {}),
        files=tuple(paths.values()),
    )


def _checked(path: Path, between: int) -> _List:
    """The list at a path, once it has been read."""
    (digest,) = digest_files([path])
    load(path, digest)
    return _List(path, digest, between)


def _lists_in(folder: Path) -> dict[str, Path]:
    """The lists of a folder by their languages."""
    if not folder.is_dir():
        raise UsageError(f"badwords_v1: {folder} is no folder with a list for each language, which `detected` needs")
    lists = {path.name: path for path in sorted(folder.iterdir()) if path.is_file() and _CODE.fullmatch(path.name)}
    if not lists:
        raise UsageError(f"badwords_v1: {folder} holds no list named by a language's code; {WHERE}")
    return lists


def _list_of(lists: Path, language: str) -> Path:
    if lists.is_file():
        return lists
    if not lists.is_dir():
        raise UsageError(f"badwords_v1: there is no file or folder {lists}; {WHERE}")
    path = lists / language
    if not path.is_file():
        there = ", ".join(sorted(found.name for found in lists.iterdir() if found.is_file())) or "nothing"
        raise UsageError(f"badwords_v1: {lists} has no file for language {language}; there are {there}. Set `language`")
    return path


@lru_cache(maxsize=256)
def load(path: Path, digest: str) -> WordList:
    """The list at `path`, read once per process; `digest` is its content's, so that no task measures by another."""
    if digest_files([path]) != [digest]:
        raise ThresherError(f"{path}: the list of bad words is not the one that the run began with; start it again")
    entries = _entries(path)
    if not len(entries):
        raise UsageError(f"badwords_v1: {path} holds no entry; {WHERE}")
    data, offsets, _ = utf8(entries)
    return WordList(entries, trie_of(data, offsets))


def _entries(path: Path) -> pa.StringArray:
    """The entries of a list in lower case, each once, in order."""
    try:
        content = np.frombuffer(path.read_text(encoding="utf-8-sig").encode(), np.uint8)
    except UnicodeDecodeError as error:
        raise UsageError(f"badwords_v1: {path} is not UTF-8 (byte {error.start:,}); convert it") from error
    folded = np.empty(len(content) * 3 // 2, np.uint8)
    lines = bytes(folded[: fold_case(content, 0, len(content), folded)]).decode().split("\n")
    return pa.array(sorted({line.strip() for line in lines} - STRUCK - {""}), pa.string())


def _measure_by_language(lists: Mapping[str, _List], text: pa.Array, language: pa.Array) -> pa.StructArray:
    """Each document by the list of its language; without one it has no match."""
    nothing = {"matches": 0, "distinct": 0, "first": None}
    parts, places = [pa.array([nothing], FIELDS), pa.nulls(1, FIELDS)], np.zeros(len(text), np.int64)
    places[~utf8(text).valid] = 1
    size = 2
    for code, rows in _by_list(lists, language.field("label")).items():
        part = _measure(lists[code], text.take(pa.array(rows)))
        places[rows] = np.arange(size, size + len(rows))
        parts, size = [*parts, part], size + len(rows)
    return pa.concat_arrays(parts).take(pa.array(places))


def _by_list(lists: Mapping[str, _List], labels: pa.Array) -> dict[str, npt.NDArray[np.int64]]:
    """The rows of the documents that each list is for."""
    labels = labels.fill_null("")
    codes = {label: code_of(label, lists) for label in labels.unique().to_pylist()}
    named = np.array([codes[label] or "" for label in labels.to_pylist()])
    return {code: np.flatnonzero(named == code) for code in sorted({code for code in codes.values() if code})}


def _measure(chosen: _List, text: pa.Array) -> pa.StructArray:
    entries, trie = load(chosen.path, chosen.digest)
    data, offsets, valid = utf8(text)
    matches, distinct, first = find_phrases(data, offsets, trie, chosen.between)
    found = entries.take(pa.array(first, mask=first < 0))
    return pa.StructArray.from_arrays(
        [pa.array(matches), pa.array(distinct), found], fields=list(FIELDS), mask=pa.array(~valid)
    )
