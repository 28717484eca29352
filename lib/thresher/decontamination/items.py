"""Reads benchmark items: JSON Lines (compressed or not), Parquet and Delta tables, a record an item.

Any of its fields is a passage. A field is named as it is called, `raw.choices` for one inside of another; `text+answer`
joins two, in this order. Of a list each entry is a passage of its own. An item's name is its `id`, else its line or row
in its file.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

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
    """The files that these files, folders, patterns and Delta tables stand for, sorted, each once.

    Raises UsageError where nothing is there, where a path is a store's, or for a Delta table that more than Parquet
    files is needed to read.
    """
    found: list[Path] = []
    for path in paths:
        if "://" in str(path):
            raise UsageError(f"decontamination_v1: {path}: items are read from files that lie on every machine")
        for file in list_inputs(str(path)):
            found += _of_table(Path(file.path)) if file.kind == "delta" else [Path(file.path)]
    return tuple(dict.fromkeys(found))


def _of_table(path: Path) -> list[Path]:
    """The Parquet files that are a Delta table's rows now."""
    try:
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError
    except ImportError as error:
        raise UsageError(
            f"decontamination_v1: {path} is a Delta table, and the package deltalake is not installed here: "
            "pip install 'thresher[items]'"
        ) from error
    try:
        table = DeltaTable(str(path))
        masked = table.deletion_vectors().read_all().num_rows > 0
    except DeltaError as error:
        raise UsageError(f"decontamination_v1: the Delta table {path} cannot be read: {error}") from error
    if masked or table.metadata().configuration.get("delta.columnMapping.mode", "none") != "none":
        raise UsageError(
            f"decontamination_v1: the rows of the Delta table {path} are not those of its files (deletion vectors, "
            "mapped columns): write them as Parquet (`spark.read.format('delta').load(…).write.parquet(…)`) and give "
            "that folder"
        )
    return sorted(map(Path, table.file_uris()))


def benchmark_of(path: Path) -> str:
    """What the items of a file are called together: the file's name up to its first dot.

    For one of the files that a table or Spark's Parquet is cut into it is the table's name.

    >>> benchmark_of(Path("bench/gsm8k.jsonl.gz"))
    'gsm8k'
    >>> benchmark_of(Path("bench/mmlu/subject=law/part-00000-8c1f.snappy.parquet"))
    'mmlu'
    """
    if not path.name.startswith("part-"):
        return path.name.partition(".")[0]
    return next(folder.name for folder in path.parents if "=" not in folder.name).partition(".")[0]


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
        # Values by which a table is partitioned stand in the names of its folders alone.
        rows = ds.dataset(path, format="parquet", partitioning="hive")  # type: ignore[no-untyped-call]
        batches = rows.to_batches(batch_size=_ROWS)
        yield from enumerate(row for batch in batches for row in batch.to_pylist())
    except pa.ArrowException as error:
        raise UsageError(f"decontamination_v1: {path}: the Parquet file cannot be read: {error}") from error
