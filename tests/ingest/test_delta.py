"""A Delta table's rows become what the same rows in a Parquet file would, without those that were deleted."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from thresher.errors import UsageError
from thresher.ingest.delta import list_delta, read_delta, with_table_files
from thresher.ingest.listing import InputFile, list_inputs
from thresher.ingest.row import ARRIVALS
from thresher.ingest.settings import IngestSettings

SETTINGS = IngestSettings(columns={"text": "content"}, max_record_bytes=100, raw_bytes=10)
ROWS = [
    ("Tea.", 1, "2024-02-29T12:00:00+02:00", ["a", "b"], "x", date(2024, 2, 29), bytearray(b"ab")),
    (None, 2, "2024-02-29", [], "y", None, None),
    ("  ", 3, "2024-02-29 12:00:00", None, "z", None, None),
    ("Coffee. ☕", None, "29 February", None, None, None, bytearray(b"\xff\x00")),
    ("long " * 50, 5, None, None, None, None, None),
    ("gone", 6, None, None, None, None, None),
    ("Water.", 7, "2024-02-29 12:00:00", None, None, None, None),
]
SCHEMA = "content string, id long, date string, `odd name` array<string>, site string, day date, blob binary"


@pytest.fixture
def table(spark: SparkSession, tmp_path: Path) -> str:
    path = str(tmp_path / "in" / "table")
    properties = {"delta.enableDeletionVectors": "true", "delta.columnMapping.mode": "name"}
    writer = spark.createDataFrame(ROWS, SCHEMA).coalesce(1).write.format("delta")
    for name, value in properties.items():
        writer = writer.option(name, value)
    writer.save(path)
    spark.sql(f"DELETE FROM delta.`{path}` WHERE content = 'gone'")
    return path


def test_rows_are_those_of_the_same_parquet_file(
    spark: SparkSession, table: str, tmp_path: Path, read: Callable
) -> None:
    (whole,) = list_inputs(str(tmp_path / "in"))
    assert (whole.kind, whole.name) == ("delta", "table")
    (file,) = with_table_files(spark, [whole])
    assert file.size > 0 and file.modified > 0 and file.name.startswith("table/part-")
    frame = read_delta(spark, [file], SETTINGS)
    assert frame.columns == ARRIVALS.names
    rows = [row.asDict() for row in frame.orderBy("offset").collect()]

    kept = [row for row in ROWS if row[0] != "gone"]
    names = [part.split("`")[1] if "`" in part else part.split()[0] for part in SCHEMA.split(", ")]
    parquet = spark.createDataFrame(kept, SCHEMA).toArrow()
    pq.write_table(parquet.rename_columns(names), tmp_path / "same.parquet")
    same = read(tmp_path / "same.parquet", **SETTINGS.model_dump(include={"columns", "max_record_bytes", "raw_bytes"}))

    assert [row["offset"] for row in rows] == [0, 1, 2, 3, 4, 6]
    for row, twin in zip(rows, same, strict=True):
        for field in ("kind", "url", "text", "error"):
            assert row[field] == twin[field], field
        assert row["meta"] == (dict(twin["meta"]) if twin["meta"] is not None else None)
        assert row["path"] == file.path
    assert [row["record_id"] for row in rows] == ["1", "2", "3", f"{file.name}:3", "5", "7"]
    assert rows[0]["meta"] == {"odd name": '["a","b"]', "site": "x", "day": "2024-02-29", "blob": "ab"}
    assert bytes(rows[4]["raw"]) == b"long long "


def test_dates_are_the_same_whatever_the_sessions_time_zone(spark: SparkSession, table: str) -> None:
    files = list_delta(spark, table, "table")
    before = spark.conf.get("spark.sql.session.timeZone")
    try:
        for zone in ("UTC", "Asia/Tokyo"):
            spark.conf.set("spark.sql.session.timeZone", zone)
            rows = read_delta(spark, files, SETTINGS).selectExpr("record_id", "unix_micros(date) AS micros").collect()
            dates = {row.record_id: row.micros for row in rows if row.micros is not None}
            assert dates["1"] == datetime(2024, 2, 29, 10, tzinfo=UTC).timestamp() * 1e6
            assert dates["2"] == datetime(2024, 2, 29, tzinfo=UTC).timestamp() * 1e6
            assert dates["7"] == datetime(2024, 2, 29, 12, tzinfo=UTC).timestamp() * 1e6
    finally:
        spark.conf.set("spark.sql.session.timeZone", before)


def test_new_files_are_new_inputs_and_rewritten_ones_are_missed(spark: SparkSession, table: str) -> None:
    before = list_delta(spark, table, "table")
    spark.createDataFrame(ROWS[:1], SCHEMA).coalesce(1).write.format("delta").mode("append").save(table)
    after = list_delta(spark, table, "table")
    (new,) = set(after) - set(before)
    assert [row.text for row in read_delta(spark, [new], SETTINGS).collect()] == ["Tea."]
    spark.sql(f"OPTIMIZE delta.`{table}`")
    with pytest.raises(UsageError, match="no longer part"):
        read_delta(spark, [new], SETTINGS)


def test_a_table_without_the_text_column(spark: SparkSession, table: str) -> None:
    rows = read_delta(spark, list_delta(spark, table, "table"), IngestSettings()).collect()
    assert {row.error for row in rows} == {"the text column 'text' is missing"}
    rows = read_delta(spark, list_delta(spark, table, "table"), IngestSettings(columns={"text": "id"})).collect()
    assert {row.error for row in rows} == {
        "the text column 'id' holds no string but bigint",
        "the text column 'id' is null",
    }


def test_files_pass_through(spark: SparkSession) -> None:
    file = InputFile("/a.jsonl", "a.jsonl", 1, 2)
    assert with_table_files(spark, [file]) == [file]
