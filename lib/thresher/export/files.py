"""Writing a release for the trainer: sized files of Parquet or JSONL, and a manifest that says what they hold."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import fsspec
from pyspark.sql import Column, DataFrame, Observation
from pyspark.sql import functions as F
from pyspark.sql.types import MapType

from thresher.errors import UsageError


def chosen_columns(documents: DataFrame, columns: Sequence[str]) -> DataFrame:
    """The columns that a recipe names: columns of `documents`, or `meta.KEY`, which becomes a column `KEY`."""
    chosen: list[Column] = []
    for column in columns:
        if column.startswith("meta."):
            key = column.removeprefix("meta.")
            chosen.append(F.col("meta")[key].alias(key))
        elif column in documents.columns:
            chosen.append(F.col(column))
        else:
            raise UsageError(
                f"export.columns: documents has no column {column}; "
                f"there are {', '.join(documents.columns)} and meta.KEY"
            )
    return documents.select(*chosen)


def write_files(rows: DataFrame, form: str, folder: str) -> dict[str, int]:
    """Write the rows below `folder`, in place of what is there; returns `rows` and `content`.

    `content` is the exclusive or of a 64-bit hash of every row, as an unsigned integer: it depends neither on the
    order of the rows nor on how they fell into files.
    """
    observed = Observation()
    hashed = rows.observe(observed, F.count(F.lit(1)).alias("rows"), F.bit_xor(_row_hash(rows)).alias("content"))
    writer = hashed.write.mode("overwrite")
    if form == "parquet":
        writer.option("compression", "zstd").parquet(folder)
    else:
        writer.option("compression", "gzip").option("ignoreNullFields", "false").json(folder)
    return {"rows": int(observed.get["rows"]), "content": int(observed.get["content"] or 0) % 2**64}


def _row_hash(rows: DataFrame) -> Column:
    """A hash of all columns; a null, which would be passed over, counts by its place."""
    columns = [
        # A map has no order and so no hash of its own; its entries sorted have one.
        F.array_sort(F.map_entries(F.col(field.name))) if isinstance(field.dataType, MapType) else F.col(field.name)
        for field in rows.schema.fields
    ]
    return F.xxhash64(*columns, *(F.isnull(column) for column in columns))


def write_manifest(folder: str, manifest: Mapping[str, Any]) -> str:
    """Write `_manifest.json` beside the files, where readers of the folder pass over it; returns its path."""
    path = f"{folder}/_manifest.json"
    with fsspec.open(path, "w", encoding="utf-8") as file:
        json.dump(manifest, file, indent=2, sort_keys=True, ensure_ascii=False)
        file.write("\n")
    return path
