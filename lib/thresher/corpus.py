"""A corpus: one set of Delta tables, how they are read and how they are written.

Everything that touches a table goes through here, in a folder or in a catalog, on a classic session or through Spark
Connect. Reading a table that is not there yet gives an empty one of the right columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import fsspec
from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, Observation, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from thresher.for_a_while import SMALL_PAGES, settings
from thresher.location import Location
from thresher.tables import (
    DOCUMENTS,
    DOMAIN_CARDS,
    DOMAINS,
    DUPLICATES,
    EDITS,
    EMBEDDINGS,
    INPUTS,
    NAMES,
    QUARANTINE,
    RUNS,
    VERDICTS,
    Table,
)

_ABSENT = {"TABLE_OR_VIEW_NOT_FOUND", "DELTA_TABLE_NOT_FOUND", "DELTA_PATH_DOES_NOT_EXIST", "PATH_NOT_FOUND",
           "SCHEMA_NOT_FOUND", "DELTA_MISSING_DELTA_TABLE"}  # fmt: skip
# Releases point at the files of `documents`: no table of ours is ever rewritten behind our back.
_PROPERTIES = {"delta.autoOptimize.autoCompact": "false", "delta.autoOptimize.optimizeWrite": "false"}
_RANGE_DOCUMENTS = 250_000
# Two thirds of the bytes of Spark's default, snappy, and no slower to write.
_COMPRESSION = {"compression": "zstd"}
# Not every reader knows deletion vectors: only a table that has rows to mask is given them.
DELETION_VECTORS = "TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')"


@dataclass(frozen=True)
class Write:
    """Rows to commit to a table in place of those that `replaces` (an SQL predicate on its partitions) names.

    `counts` are aggregates over `rows`, observed on the way to the table at no pass of their own; of the rows only
    those are written for which `where` holds. `documents` is about how many documents the rows speak of: it decides
    into how many ranges a table is laid out that documents are looked up in.
    """

    table: Table
    rows: DataFrame
    replaces: str
    counts: Mapping[str, Column] = field(default_factory=dict)
    where: Column | None = None
    documents: int = 0


@dataclass(frozen=True)
class Corpus:
    """The tables at one location, in one Spark session."""

    spark: SparkSession
    location: Location

    @property
    def documents(self) -> DataFrame:
        """Every document as it arrived: the only table with text."""
        return self.read(DOCUMENTS)

    @property
    def inputs(self) -> DataFrame:
        """Every input file and the batch it went into."""
        return self.read(INPUTS)

    @property
    def names(self) -> DataFrame:
        """What every document is called and where it lies, laid out by doc_id: `documents` without text and `meta`."""
        return self.read(NAMES)

    @property
    def quarantine(self) -> DataFrame:
        """Every input record that could not become a document, with the reason."""
        return self.read(QUARANTINE)

    @property
    def verdicts(self) -> DataFrame:
        """Every rule that a document failed, by recipe."""
        return self.read(VERDICTS)

    @property
    def duplicates(self) -> DataFrame:
        """Every member of a duplicate cluster, by recipe and method."""
        return self.read(DUPLICATES)

    @property
    def edits(self) -> DataFrame:
        """Every span that is cut because of other documents, by recipe and stage, in bytes of the stored text."""
        return self.read(EDITS)

    @property
    def embeddings(self) -> DataFrame:
        """Every document's vector, by model."""
        return self.read(EMBEDDINGS)

    @property
    def domains(self) -> DataFrame:
        """Every embedded document's two nearest domains, by recipe."""
        return self.read(DOMAINS)

    @property
    def domain_cards(self) -> DataFrame:
        """Every domain: its size, keywords, exemplars, sources, centroid, by recipe."""
        return self.read(DOMAIN_CARDS)

    @property
    def runs(self) -> DataFrame:
        """Every stage of every run: settings, counts, seconds."""
        return self.read(RUNS)

    def make_place(self) -> None:
        """Make the catalog's schema where it is not there; a folder is made by its first table."""
        if self.location.in_catalog and not self.spark.catalog.databaseExists(self.location.root):
            self.spark.sql(f"CREATE SCHEMA {self.location.schema}")

    def exists(self, name: str) -> bool:
        """Whether a table of this name is there."""
        return self._find(name) is not None

    def _find(self, name: str) -> DataFrame | None:
        """The table of this name; none where it is not there, which only asking for its columns tells."""
        try:
            table = self.spark.table(self.location.table(name))
            _ = table.schema
        except AnalysisException as error:
            if (error.getCondition() or "").split(".")[0] in _ABSENT:
                return None
            raise
        return table

    def table(self, name: str) -> DataFrame:
        """The table of this name, which must be there."""
        return self.spark.table(self.location.table(name))

    def read(self, table: Table, batches: Sequence[int] | None = None) -> DataFrame:
        """The table's rows, of these batches alone if any are named; no rows where it is not there yet."""
        rows = self._find(table.name)
        if rows is None:
            return self.spark.createDataFrame([], table.schema)
        return rows if batches is None else rows.where(F.col("batch").isin(list(batches)))

    def version(self, name: str) -> int:
        """The newest version of a table."""
        newest = self.spark.sql(f"DESCRIBE HISTORY {self.location.table(name)} LIMIT 1").first()
        assert newest is not None
        return int(newest["version"])

    def clone_without(self, name: str, version: int, dropped: DataFrame) -> int:
        """Make a table of `documents` at a version less the ids in `dropped`, and return how many rows it lacks.

        A shallow clone whose dropped rows are masked by deletion vectors: it copies no text. What has the name already,
        left behind by a killed run, goes.
        """
        if self.exists(name):
            self.drop(name)
        clone, documents = self.location.table(name), self.location.table(DOCUMENTS.name)
        self.spark.sql(f"CREATE TABLE {clone} SHALLOW CLONE {documents} VERSION AS OF {version} {DELETION_VECTORS}")
        merged = self.spark.sql(
            f"MERGE INTO {clone} AS clone USING {{dropped}} AS dropped "
            "ON clone.doc_id = dropped.doc_id WHEN MATCHED THEN DELETE",
            dropped=dropped.select("doc_id").distinct(),
        ).first()
        assert merged is not None
        return int(merged["num_deleted_rows"])

    def drop(self, name: str) -> None:
        """Remove a table and its files; only one that was never published is ever removed."""
        if self.location.in_catalog:
            self.spark.sql(f"DROP TABLE {self.location.table(name)}")
        else:
            filesystem, path = fsspec.core.url_to_fs(self.location.file(name))
            filesystem.rm(path, recursive=True)

    def commit(self, write: Write) -> dict[str, int]:
        """Replace what `write` names by its rows in one Delta commit; returns the counts observed meanwhile."""
        rows, observed = _laid_out(write), Observation()
        if write.counts:
            rows = rows.observe(observed, *(count.alias(name) for name, count in write.counts.items()))
        if write.where is not None:
            rows = rows.where(write.where)
        rows = conform(rows, write.table)
        with settings(self.spark, SMALL_PAGES if write.table.sorted_by else {}):
            self._save(write.table, rows, write.replaces)
        return {name: int(value or 0) for name, value in observed.get.items()} if write.counts else {}

    def append(self, table: Table, rows: DataFrame) -> None:
        """Add rows in one Delta commit."""
        self._save(table, conform(rows, table), replaces=None)

    def overwrite(self, table: Table, rows: DataFrame) -> None:
        """Replace the whole table in one Delta commit; of two at a time one fails."""
        self._save(table, conform(rows, table), replaces="true")

    def _save(self, table: Table, rows: DataFrame, replaces: str | None) -> None:
        """Commit rows in place of those that `replaces` names, or beside all others where it is None."""
        if self.location.in_catalog:
            self._create(table)
            writer = rows.writeTo(self.location.table(table.name)).options(**_COMPRESSION)
            if replaces is None:
                writer.append()
            else:
                writer.overwrite(F.expr(replaces))
            return
        # To look for rows to replace costs a small commit twice its time; a table that is not there has none.
        if replaces not in (None, "true") and not self.exists(table.name):
            replaces = None
        options = _COMPRESSION if replaces in (None, "true") else {**_COMPRESSION, "replaceWhere": replaces}
        mode = "append" if replaces is None else "overwrite"
        files = rows.write.format("delta").mode(mode).options(**_properties(table), **options)
        files.partitionBy(*table.partitions).save(self.location.file(table.name))

    def _create(self, table: Table) -> None:
        """Make a table of the catalog: a write that also creates one tells nothing of what was observed meanwhile."""
        properties = ", ".join(f"'{key}' = '{value}'" for key, value in _properties(table).items())
        partitions = f"PARTITIONED BY ({', '.join(table.partitions)})" if table.partitions else ""
        self.spark.sql(
            f"CREATE TABLE IF NOT EXISTS {self.location.table(table.name)} ({table.schema}) USING delta {partitions} "
            f"TBLPROPERTIES ({properties})"
        )


def _properties(table: Table) -> dict[str, str]:
    statistics = {"delta.dataSkippingStatsColumns": ",".join(table.statistics)} if table.statistics else {}
    return _PROPERTIES | statistics


def conform(rows: DataFrame, table: Table) -> DataFrame:
    """The table's columns in its order and types; a column that is missing in `rows` is null."""
    have = set(rows.columns)
    return rows.select(
        *(
            (F.col(field.name) if field.name in have else F.lit(None)).cast(field.dataType).alias(field.name)
            for field in cast(StructType, StructType.fromDDL(table.schema)).fields
        )
    )


def _laid_out(write: Write) -> DataFrame:
    """Rows by ranges of the column that documents are looked up by, so that one look-up reads one small part.

    Ids are hashes, so that even cuts of the 64-bit range are even shares: no sample of the rows is needed.
    """
    column = write.table.sorted_by
    if column is None:
        return write.rows
    ranges = 1 + write.documents // _RANGE_DOCUMENTS
    upper = F.shiftright(F.col(column), 32) + F.lit(2**31)
    dealt = write.rows.repartitionById(ranges, F.shiftright(upper * F.lit(ranges), 32).cast("int"))
    # The writer would sort by partition again, and lose our order, if the partition columns did not come first.
    return dealt.sortWithinPartitions(*write.table.partitions, column)
