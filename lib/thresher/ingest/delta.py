"""Delta tables as input: Spark lists a table's files and reads them, with deletion vectors honoured, in expressions.

A file of the table is an input of its own, so that a later run ingests only files that are new. A row that names no
id is called by its file and its row in that file; a table that is compacted in between therefore wants an id column.
"""

from collections.abc import Sequence
from functools import reduce

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as t
from pyspark.sql.pandas.types import from_arrow_schema

from thresher.errors import UsageError
from thresher.ingest.listing import InputFile
from thresher.ingest.row import ARRIVALS
from thresher.ingest.settings import IngestSettings

_KIND = "delta:"
_ZONED = r"(Z|[+-]\d\d:?\d\d)$"


def with_table_files(spark: SparkSession, inputs: Sequence[InputFile]) -> list[InputFile]:
    """The inputs with every Delta table replaced by its files, sorted."""
    tables = [file for file in inputs if file.kind == "delta"]
    files = [file for file in inputs if file.kind != "delta"]
    return sorted(files + [file for table in tables for file in list_delta(spark, table.path, table.name)])


def list_delta(spark: SparkSession, table: str, name: str) -> list[InputFile]:
    """The files that hold the rows of the table's current version; `name` is what the table is called below the root.

    Their `kind` is `delta:` and the table's path, which `read_delta` needs.
    """
    found = (
        spark.read.format("delta")
        .load(table)
        .select("_metadata.file_path", "_metadata.file_size", F.unix_micros("_metadata.file_modification_time"))
        .distinct()
        .collect()
    )
    return [
        InputFile(path, f"{name}/{path.rpartition('/')[2]}", size, modified, f"{_KIND}{table}")
        for path, size, modified in found
    ]


def read_delta(spark: SparkSession, files: Sequence[InputFile], settings: IngestSettings) -> DataFrame:
    """The rows of these files, which `list_delta` gave, in the schema `ARRIVALS`; the position is the row in its file.

    Columns are taken as `table_row.arrival` takes those of JSON and Parquet. Errors: UsageError where a file is no
    longer part of its table, so that its rows could not be had.
    """
    tables: dict[str, list[InputFile]] = {}
    for file in files:
        tables.setdefault(file.kind.removeprefix(_KIND), []).append(file)
    return reduce(DataFrame.unionByName, (_read_table(spark, *table, settings) for table in tables.items()))


def _read_table(spark: SparkSession, table: str, files: Sequence[InputFile], settings: IngestSettings) -> DataFrame:
    rows = _placed_rows(spark, table, files)
    gone = {file.path for file in files} - {file.path for file in list_delta(spark, table, "")}
    if gone:
        raise UsageError(
            f"{min(gone)} is no longer part of the Delta table {table}: it was rewritten since it was listed"
        )
    position = F.col("_metadata.row_index")
    name = F.concat(F.lit(files[0].name.rpartition("/")[0] + "/"), F.col("_metadata.file_name"))
    columns = _Columns(rows.schema, settings)
    error = columns.error()
    refused = error.isNotNull()
    values = {
        "kind": F.when(refused, "quarantine").otherwise("document"),
        "path": F.col("_metadata.file_path"),
        "offset": position,
        "record_id": F.coalesce(columns.text_of("id"), F.concat_ws(":", name, position)),
        "url": columns.text_of("url"),
        "date": columns.date(),
        "text": F.when(~refused, columns.text()),
        "meta": F.when(~refused, columns.meta()),
        "error": error,
        "raw": F.when(refused, columns.raw()),
        "count": F.lit(None),
    }
    schema = from_arrow_schema(ARRIVALS)
    selected = rows.where(F.col("_metadata.file_path").isin([file.path for file in files]))
    return selected.select(*(values[field.name].cast(field.dataType).alias(field.name) for field in schema))


def _placed_rows(spark: SparkSession, table: str, files: Sequence[InputFile]) -> DataFrame:
    """The table's rows with their place in the file as `_metadata.row_index`.

    Delta tells the place only where a table knows deletion vectors. Without these every row of a file is alive, so that
    the files are read as what they are, Parquet.
    """
    rows = spark.read.format("delta").load(table)
    try:
        _ = rows.select("_metadata.row_index").schema
        return rows
    except AnalysisException:
        detail = spark.sql(f"DESCRIBE DETAIL delta.`{table}`").select("properties").first()
    if detail is not None and detail["properties"].get("delta.columnMapping.mode", "none") != "none":
        raise UsageError(
            f"{table} maps its columns to other names and has no deletion vectors, so that rows cannot be told apart: "
            "set delta.enableDeletionVectors on it, or give thresher a copy"
        )
    return spark.read.schema(rows.schema).option("basePath", table).parquet(*(file.path for file in files))


class _Columns:
    """A table's columns as the fields of a document, in Spark's expressions."""

    def __init__(self, schema: t.StructType, settings: IngestSettings) -> None:
        self._types = {field.name: field.dataType for field in schema}
        self._settings = settings

    def _column(self, field: str) -> Column | None:
        name = self._settings.column(field)
        return _named(name) if name in self._types else None

    def text(self) -> Column:
        column = self._column("text")
        return F.lit(None) if column is None or not self._text_is_string() else column

    def _text_is_string(self) -> bool:
        return isinstance(self._types.get(self._settings.column("text")), t.StringType)

    def error(self) -> Column:
        """Why the row is no document; null where it is one."""
        name, limit = self._settings.column("text"), self._settings.max_record_bytes
        column = self._column("text")
        if column is None:
            return F.lit(f"the text column {name!r} is missing")
        null = F.when(column.isNull(), f"the text column {name!r} is null")
        if not self._text_is_string():
            kind = self._types[name].simpleString()
            return null.otherwise(F.lit(f"the text column {name!r} holds no string but {kind}"))
        return (
            null.when(~F.is_valid_utf8(column), f"the column {name!r} is not UTF-8")
            .when(~column.rlike(r"(?U)\S"), "the text is empty")
            .when(F.octet_length(column) > limit, f"the record has more than {limit} bytes")
        )

    def text_of(self, field: str) -> Column:
        """The field as text; null where it is missing, null or empty."""
        column = self._column(field)
        if column is None:
            return F.lit(None)
        return F.nullif(_as_text(column, self._types[self._settings.column(field)]), F.lit(""))

    def date(self) -> Column:
        column = self._column("date")
        return F.lit(None) if column is None else _as_date(column, self._types[self._settings.column("date")])

    def meta(self) -> Column:
        """Every column that is no field, and a date that could not be read, as text; nulls are left out."""
        fields = {self._settings.column(field) for field in ("text", "id", "url")}
        date = self._settings.column("date")
        pairs = []
        for name, kind in self._types.items():
            if name in fields:
                continue
            text = _as_text(_named(name), kind)
            pairs += [F.lit(name), F.when(self.date().isNull(), text) if name == date else text]
        return F.map_filter(F.create_map(*pairs), lambda _, value: value.isNotNull()) if pairs else F.expr("map()")

    def raw(self) -> Column:
        """The text's first bytes, else the row's as JSON."""
        whole = F.to_json(F.struct(*map(_named, self._types))).cast("binary")
        text = (
            F.coalesce(_named(self._settings.column("text")).cast("binary"), whole) if self._text_is_string() else whole
        )
        return F.substring(text, 1, self._settings.raw_bytes)


def _named(name: str) -> Column:
    return F.col("`" + name.replace("`", "``") + "`")


def _as_text(column: Column, kind: t.DataType) -> Column:
    """Strings as they are, other values as JSON text, bytes that are no text in base64."""
    if isinstance(kind, t.StringType):
        return F.make_valid_utf8(column)
    if isinstance(kind, t.StructType | t.ArrayType | t.MapType | t.VariantType):
        return F.to_json(column)
    if isinstance(kind, t.BinaryType):
        text = column.cast("string")
        return F.when(F.is_valid_utf8(text), text).otherwise(F.base64(column))
    return column.cast("string")


def _as_date(column: Column, kind: t.DataType) -> Column:
    """A time as it is, an ISO 8601 string as one, in UTC where it names no zone; null for anything else."""
    if isinstance(kind, t.TimestampType):
        return column
    if isinstance(kind, t.DateType | t.TimestampNTZType):
        column, kind = column.cast("string"), t.StringType()
    if not isinstance(kind, t.StringType):
        return F.lit(None)
    text = F.trim(column)
    iso = text.rlike(r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$")
    moment = F.when(F.length(text) == 10, F.concat(text, F.lit("T00:00:00Z"))).when(text.rlike(_ZONED), text)
    return F.when(iso, moment.otherwise(F.concat(text, F.lit("Z"))).try_cast("timestamp"))
