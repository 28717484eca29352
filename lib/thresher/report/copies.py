"""Which copies stay and why: what each key of the keep rule decides, and whose documents go.

One query answers both, for on a small corpus a query's cost is its planning. Its rows are cells that are counted: a
cluster's key, a dropped copy's source, a document's source.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from thresher.ask.measured import signals
from thresher.corpus import Corpus
from thresher.dedup.keep import keep_order, source_rank
from thresher.recipe import Recipe
from thresher.recipe_sections import SOURCE_RANK, DedupSettings
from thresher.runs import Runs
from thresher.urls.host import host

SOURCES = 20
_KEPT_BEFORE = -1


@dataclass(frozen=True)
class Copied:
    """A host, or the input file of records without a URL: its documents, and how many of them go as copies.

    The copies that stay in their place are most often of the source `stays`, `stays_for` times; none where none stays.
    """

    name: str
    documents: int
    dropped: int
    stays: str | None
    stays_for: int


@dataclass(frozen=True)
class Copies:
    """How many clusters each key of `keep` decides, in its order, doc_id the last; and the sources of most copies.

    In `before` clusters a copy stays though one that goes comes first by the keys: it was kept in an earlier run.
    """

    keys: Sequence[tuple[str, int]] = ()
    before: int = 0
    sources: Sequence[Copied] = ()

    @property
    def clusters(self) -> int:
        """All clusters of which a copy stays."""
        return self.before + sum(n for _, n in self.keys)


def copies(corpus: Corpus, runs: Runs, recipe: Recipe, wanted: DedupSettings, duplicates: DataFrame) -> Copies:
    """What becomes of the recipe's clusters in `duplicates`. Ids, keys and names of hosts are joined, no text."""
    keep = () if wanted.keep == "none" else wanted.keep
    columns = [f"keep_{place}" for place in range(len(keep))]
    members = _with_keys(corpus, runs, recipe, wanted, duplicates, columns)
    cells = _cells(_beside(members, keep_order(keep, columns), columns), [*columns, "doc_id"])
    cells = cells.unionByName(corpus.names.select(_cell(name=source(), documents=F.lit(1)).alias("cell")))
    counted = _counted(cells).where("dropped > 0")
    names = keep if "doc_id" in wanted.keep_keys or not keep else (*keep, "doc_id")
    most_first = counted.orderBy(F.asc_nulls_last("key"), F.desc("dropped"), "name")
    rows = most_first.limit(SOURCES + len(names) + 1).collect()
    decided = {row["key"]: row["dropped"] for row in rows if row["key"] is not None}
    keys = tuple((name, decided.get(place, 0)) for place, name in enumerate(names))
    sources = tuple(_copied(row) for row in rows if row["key"] is None)[:SOURCES]
    return Copies(keys, decided.get(_KEPT_BEFORE, 0), sources)


def source() -> Column:
    """Where a row of `documents` or `names` comes from: the host of its URL, without one the name of its input file."""
    file = F.element_at(F.split("path", "/"), -1)
    return F.coalesce(F.when(F.length(host()) > 0, host()).otherwise(file), F.lit(""))


def _with_keys(
    corpus: Corpus, runs: Runs, recipe: Recipe, wanted: DedupSettings, duplicates: DataFrame, columns: Sequence[str]
) -> DataFrame:
    """Every member of a cluster with its source and its keys, be they signals or columns of documents."""
    keys = [(key, F.col(key).alias(column)) for key, column in zip(wanted.keep_keys, columns, strict=True)]
    members = duplicates.select("method", "cluster_id", "doc_id", "kept")
    annotators = {key.partition(".")[0] for key, _ in keys if "." in key}
    if annotators:
        measured = signals(corpus, runs, recipe, annotators)
        members = members.join(measured.select("doc_id", *(value for key, value in keys if "." in key)), "doc_id")
    named = corpus.names.withColumn(SOURCE_RANK, source_rank(wanted.sources)) if wanted.sources else corpus.names
    own = (value for key, value in keys if "." not in key)
    return members.join(named.select("doc_id", source().alias("name"), *own), "doc_id")


def _beside(members: DataFrame, order: Sequence[Column], columns: Sequence[str]) -> DataFrame:
    """Every member with the last of its cluster that stays (`stays`) and the first that goes (`goes`).

    Several stay where two clusters have grown together after each had its keeper.
    """
    cluster = Window.partitionBy("method", "cluster_id")
    member = F.struct("place", "doc_id", "name", *columns)
    return members.withColumn("place", F.row_number().over(cluster.orderBy(*order))).withColumns(
        {
            "stays": F.max(F.when(F.col("kept"), member)).over(cluster),
            "goes": F.min(F.when(~F.col("kept"), member)).over(cluster),
        }
    )


def _cells(members: DataFrame, columns: Sequence[str]) -> DataFrame:
    """A cell for every cluster of which some stay and some go, and for every copy that goes."""
    # A cluster is called after one of its members: that one's row stands for it.
    is_cluster = (F.col("doc_id") == F.col("cluster_id")) & F.col("stays").isNotNull() & F.col("goes").isNotNull()
    cluster = F.when(is_cluster, _cell(key=_decisive(columns), dropped=F.lit(1)))
    copy = F.when(~F.col("kept"), _cell(name=F.col("name"), stays=F.col("stays.name"), dropped=F.lit(1)))
    return members.select(F.explode(F.array(cluster, copy)).alias("cell")).where("cell IS NOT NULL")


def _decisive(columns: Sequence[str]) -> Column:
    """The place of the first key in which the two differ, as `keep_order` compares them: null equals null."""
    found = F.when(F.col("stays.place") > F.col("goes.place"), F.lit(_KEPT_BEFORE))
    for place, column in enumerate(columns):
        found = found.when(~F.col(f"stays.{column}").eqNullSafe(F.col(f"goes.{column}")), F.lit(place))
    return found


def _cell(**values: Column) -> Column:
    types = {"key": "int", "name": "string", "stays": "string", "documents": "long", "dropped": "long"}
    return F.struct(*(values.get(name, F.lit(None)).cast(kind).alias(name) for name, kind in types.items()))


def _counted(cells: DataFrame) -> DataFrame:
    """Sums by key, and by source with the source that most often stays for it; of equal ones the first by name."""
    sums = [F.sum(name).alias(name) for name in ("documents", "dropped")]
    pairs = cells.select("cell.*").groupBy("key", "name", "stays").agg(*sums)
    most = F.min(F.when(F.col("stays").isNotNull(), F.struct(F.negative("dropped").alias("less"), "stays")))
    return pairs.groupBy("key", "name").agg(*sums, most.alias("most"))


def _copied(row: Any) -> Copied:
    stays, times = (row["most"]["stays"], -row["most"]["less"]) if row["most"] else (None, 0)
    return Copied(row["name"], row["documents"] or 0, row["dropped"], stays, times)
