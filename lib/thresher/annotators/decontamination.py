"""Decontamination: which benchmark items a document holds n-grams of, where, and the document without them.

An item is found where a document has `n` words in a row that one of its passages has, whatever their case, punctuation
and white space (`kernels.plain_words` says what a word is); a passage of fewer words where all of it stands in a row.
Source: Brown et al. 2020 (https://arxiv.org/abs/2005.14165), appendix C, whose n is 13 for long items and 8 for short
ones, where here a short item is sought whole; what else is done in the field is in docs/decontamination.md.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from thresher.annotators.base import Annotator
from thresher.decontamination.index import Sought, index_of
from thresher.decontamination.items import item_files
from thresher.errors import UsageError
from thresher.fingerprint import digest_files
from thresher.kernels.arrow import Utf8, strings
from thresher.kernels.edits import Places, covered, without
from thresher.kernels.overlap import find_overlaps
from thresher.kernels.text import text_of

MATCH = pa.struct([("benchmark", pa.string()), ("item", pa.string()), ("words", pa.int64()),
                   ("start", pa.int64()), ("end", pa.int64()), ("overlap", pa.string())])  # fmt: skip
FIELDS = pa.struct([("words", pa.int64()), ("items", pa.int64()), ("characters", pa.int64()), ("first", pa.string()),
                    ("matches", pa.list_(MATCH))])  # fmt: skip
SHOWN = 200  # characters of an overlap that are told
MOST_ROUNDS = 8  # of cutting, after which a text that still matches, as only one made for it does, is cut whole
Found = tuple[npt.NDArray[Any], Places, Places, Places]
WITHOUT_ITEMS = "decontamination_v1: `items` is not set: give the benchmark items (JSON Lines, Parquet, Delta)"


def decontamination_v1(
    items: tuple[str | Path, ...] = (),
    fields: tuple[str, ...] = ("text",),
    n: int = 13,
    shortest: int = 1,
    most_items: int = 10,
    id: str = "id",
    benchmark: str | None = None,
) -> Annotator:
    r"""The words of the longest overlap with an item, how many items there are, and each with its overlapping words.

    `items` are files, folders, patterns and Delta tables, the same on every machine; their content is part of the
    annotator's identity. `fields` are matched one by one; `text+answer` joins two, a list's entries are matched each.
    Passages of fewer than `shortest` words are not sought. N-grams that more than `most_items` items have are not
    either, unless an item has no other. `id` and `benchmark` are the fields that name an item and what it belongs to,
    by default its file's or table's name.

    Fields: `words` is 0 without a match; `characters` are those that the edit cuts; `first` is the longest overlap;
    `matches` has a row for each item, with its longest overlap from byte `start` to `end`, of which `overlap` shows
    the first 200 characters. A null document gives null. Raises UsageError where a file, a field or an item is missing.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "quiz.jsonl").write_text('{"id": "q7", "text": "How many clips did Natalia sell?"}\n')
    ...     annotator = decontamination_v1((Path(folder),))
    ...     row = annotator.measure(pa.array(["Quiz: how many CLIPS did\nNatalia sell - 72."])).to_pylist()[0]
    >>> row["words"], row["items"], row["first"]
    (6, 1, 'quiz/q7: how many CLIPS did Natalia sell')
    """
    if not items:
        raise UsageError(WITHOUT_ITEMS)
    for name, number, least in (("n", n, 1), ("shortest", shortest, 1), ("most_items", most_items, 1)):
        if number < least:
            raise UsageError(f"decontamination_v1: `{name}` is {number}, but must be at least {least}")
    files = item_files(items)
    sought = Sought(files, tuple(digest_files(files)), tuple(fields), n, shortest, most_items, id, benchmark)
    index_of(sought)  # so that what is wrong with the items is told before Spark starts
    return Annotator(
        "decontamination_v1",
        FIELDS,
        partial(_measure, sought),
        settings=sought.settings,
        files=files,
        edit=partial(_leave, sought),
    )


def _find(sought: Sought, text: Utf8, asked: npt.NDArray[np.bool_]) -> Found:
    grams, names = index_of(sought)
    found: Found = find_overlaps(text.data, text.offsets, asked, grams, sought.n, len(names))
    return found


def _found(sought: Sought, text: pa.Array) -> Found:
    """What is found in an array, once for the measurement and the edit."""
    shared = text_of(text)
    name = f"decontamination {sought.digests} {sought.settings}"
    found: Found = shared.once(name, lambda: _find(sought, shared.utf8, shared.utf8.valid))
    return found


def _measure(sought: Sought, text: pa.Array) -> pa.StructArray:
    data, offsets, valid = text_of(text).utf8
    rows, ends, spans, span_ends = _found(sought, text)
    firsts = np.append(0, ends[:-1])[: len(ends)]
    longest = np.zeros(len(ends), np.int64)
    first, matches = [""] * len(ends), [list[dict[str, Any]]() for _ in ends]
    for d in np.flatnonzero(ends > firsts):
        matches[d] = _matches(sought, data, offsets[d], rows[firsts[d] : ends[d]])
        longest[d], first[d] = max(match["words"] for match in matches[d]), _told(matches[d])
    columns = [pa.array(longest), pa.array(ends - firsts), pa.array(covered(data, spans, span_ends)),
               pa.array(first, pa.string(), mask=ends == firsts), pa.array(matches, pa.list_(MATCH))]  # fmt: skip
    return pa.StructArray.from_arrays(columns, fields=list(FIELDS), mask=pa.array(~valid))


def _matches(sought: Sought, data: npt.NDArray[np.uint8], begin: int, rows: npt.NDArray[Any]) -> list[dict[str, Any]]:
    """A document's rows of `MATCH`, in the order in which its items begin to match."""
    named = index_of(sought).names.take(rows["owner"]).to_pylist()
    starts, ends = (rows["start"] - begin).tolist(), (rows["stop"] - begin).tolist()
    overlaps = [_shown(bytes(data[row["start"] : row["stop"]])) for row in rows]
    return [
        {**name, "words": words, "start": start, "end": end, "overlap": overlap}
        for name, words, start, end, overlap in zip(named, rows["words"].tolist(), starts, ends, overlaps, strict=True)
    ]


def _shown(overlap: bytes) -> str:
    """The overlapping words on one line, cut to what is told."""
    line = " ".join(overlap[: 4 * SHOWN].decode(errors="replace").split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"


def _told(matches: Sequence[dict[str, Any]]) -> str:
    """The longest overlap, the first of several as long, and how many items more there are."""
    longest = max(matches, key=lambda match: match["words"])
    more = f" and {len(matches) - 1:,} more" if len(matches) > 1 else ""
    return f"{longest['benchmark']}/{longest['item']}{more}: {longest['overlap']}"


def _leave(sought: Sought, text: pa.Array) -> pa.Array:
    """The text without the words of each overlap, from the first to the last; null where it was.

    Cutting may bring words together that match in their turn, so a text that was cut is searched again.
    """
    data, offsets, valid = text_of(text).utf8
    _, _, spans, ends = _found(sought, text)
    for left in range(MOST_ROUNDS, -1, -1):
        changed = np.diff(ends, prepend=0) > 0
        if not changed.any():
            break
        if left == 0:
            spans, ends = np.stack((offsets[:-1], offsets[1:]), axis=1)[changed], np.cumsum(changed)
        begins = np.repeat(offsets[:-1], np.diff(ends, prepend=0))
        data, offsets = without(data, offsets, np.append(0, ends), spans[:, 0] - begins, spans[:, 1] - begins)
        data.flags.writeable = False  # as `utf8` has it, so that the kernel is compiled once
        _, _, spans, ends = _find(sought, Utf8(data, offsets, valid), changed)
    return strings(data, offsets, valid)
