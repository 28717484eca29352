"""Reads benchmark items: JSON Lines (compressed or not) and Parquet, a record an item, any of its fields a passage.

A field is named as it is called, `raw.choices` for one inside of another; `text+answer` joins two, in this order. Of a
list each entry is a passage of its own. An item's name is its `id`, else its line or row.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from thresher.errors import UsageError
from thresher.ingest.jsonl import lines
from thresher.ingest.listing import list_inputs
from thresher.ingest.sniff import sniffed_format
from thresher.ingest.stream import StoredStream

_LONGEST_LINE, _HEAD, _ROWS = 1 << 30, 64, 512


@dataclass
class Items:
    """The benchmark and the name of each item, and their passages; `owners` says which item each passage is of."""

    benchmarks: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    passages: list[str] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)


def item_files(paths: Sequence[str | Path]) -> tuple[Path, ...]:
    """The files that these files, folders and patterns stand for, sorted, each once.

    Raises UsageError where nothing is there, or where a path is a store's or a Delta table.
    """
    found = []
    for path in paths:
        if "://" in str(path):
            raise UsageError(f"decontamination_v1: {path}: items are read from files that lie on every machine")
        for file in list_inputs(str(path)):
            if file.kind == "delta":
                raise UsageError(
                    f"decontamination_v1: {file.path} is a Delta table; write its rows as Parquet or JSON Lines "
                    "(`spark.read.format('delta').load(…).write.parquet(…)`) and give that folder"
                )
            found.append(Path(file.path))
    return tuple(dict.fromkeys(found))


def benchmark_of(path: Path) -> str:
    """What the items of a file are called together: the file's name up to its first dot.

    >>> benchmark_of(Path("bench/gsm8k.jsonl.gz"))
    'gsm8k'
    """
    return path.name.partition(".")[0]


def read_items(files: Sequence[Path], fields: Sequence[str], id: str, benchmark: str | None) -> Items:
    """The items of these files; `benchmark` names the field that says which one an item is of, if there is any.

    Raises UsageError, with the file and the line or row, for what is no item: a line that is not a JSON object, a
    record without any of `fields`; and where no record at all has one of them.
    """
    items, met = Items(), set[str]()
    for path in files:
        before = len(items.names)
        for number, record in _records(path):
            met |= _take(items, record, f"{path}:{number}", fields)
            items.names.append(_as_name(_value(record, id), str(number)))
            items.benchmarks.append(_as_name(_value(record, benchmark or ""), benchmark_of(path)))
        if len(items.names) == before:
            raise UsageError(f"decontamination_v1: {path} holds no item")
    missing = [name for name in fields if name not in met]
    if missing:
        raise UsageError(f"decontamination_v1: no item has a field {missing[0]}: check `fields`")
    return items


def _take(items: Items, record: dict[str, Any], place: str, fields: Sequence[str]) -> set[str]:
    """Add a record's passages; returns the fields that it has."""
    met = set()
    for name in fields:
        parts = [_texts(_value(record, part)) for part in name.split("+")]
        if all(parts):
            met.add(name)
        for joined in product(*parts):
            items.passages.append("\n".join(joined))
            items.owners.append(len(items.names))
    if not met:
        raise UsageError(
            f"decontamination_v1: {place}: the item has no field {' or '.join(fields)}; it has {', '.join(record)}: "
            "name those to be matched as `fields`"
        )
    return met


def _value(record: Any, name: str) -> Any:
    """The value of a field, None where it is missing: of `a.b` the one called so, else `b` of `a`."""
    if not isinstance(record, dict):
        return None
    if name in record:
        return record[name]
    outer, _, inner = name.partition(".")
    return _value(record.get(outer), inner) if inner else None


def _texts(value: Any) -> list[str]:
    """The passages that a value stands for: a text, a number, or a list of these."""
    if isinstance(value, list):
        return [text for entry in value for text in _texts(entry)]
    if isinstance(value, str):
        return [value]
    return [str(value)] if isinstance(value, int | float) and not isinstance(value, bool) else []


def _as_name(value: Any, default: str) -> str:
    return str(value) if isinstance(value, str | int) else default


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The records of a file, with the line (from 1) or row (from 0) of each."""
    with path.open("rb") as raw:
        stream = StoredStream(raw)
        found = sniffed_format(stream.peek(_HEAD), path.name)
        if found == "jsonl":
            yield from _from_lines(stream, path)
        elif found != "parquet" and found != "empty":
            raise UsageError(f"decontamination_v1: {path} is neither JSON Lines nor Parquet")
        if stream.damage:
            raise UsageError(f"decontamination_v1: {path}: {stream.damage.error}, at byte {stream.damage.offset}")
    if found == "parquet":
        yield from _from_parquet(path)


def _from_lines(stream: StoredStream, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line, _ in lines(stream, _LONGEST_LINE):
        if not line or line.isspace():
            continue
        try:
            record = json.loads(line.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise UsageError(f"decontamination_v1: {path}:{number}: the line is not JSON: {error}") from error
        if not isinstance(record, dict):
            raise UsageError(f"decontamination_v1: {path}:{number}: the line is no JSON object")
        yield number, record


def _from_parquet(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with pq.ParquetFile(path) as file:  # type: ignore[no-untyped-call]
            rows = (row for batch in file.iter_batches(batch_size=_ROWS) for row in batch.to_pylist())
            yield from enumerate(rows)
    except pa.ArrowException as error:
        raise UsageError(f"decontamination_v1: {path}: the Parquet file cannot be read: {error}") from error
