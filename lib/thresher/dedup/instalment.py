"""Later documents beside earlier ones: old clusters grow and may become one, and what was kept stays kept.

The index (table `bands`) holds a key for each way in which an earlier document can be met: its canonical URL, its
normalised text, each band of its signature. New documents are looked up there; only buckets that they fall into are
touched, and of an old cluster only its id takes part in the search for components.
"""

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from thresher.dedup.identity import IDENTITIES
from thresher.dedup.minhash import VALUE_BYTES, band_keys, best_match

BUCKET = ("key", "check")
_DOCUMENT = ("doc_id", "batch")
_MEMBER = (*_DOCUMENT, "cluster_id", "kept", "keeper", "matched_doc", "similarity", "members", "run_id")


def index_rows(
    participants: DataFrame, method: str, bands: int, rows: int, value_bytes: int = VALUE_BYTES
) -> DataFrame:
    """What the index holds of these documents: `key`, `check`, `doc_id`, `batch`.

    `participants` are those that a method compares; one without a hash or a signature has no row. For identities `key`
    and `check` are the two halves of a hash, for MinHash there is a row for each band, whose `check` is 0.
    """
    if method in IDENTITIES:
        signal = IDENTITIES[method]
        present = participants.where(F.col(signal).isNotNull())
        return present.select(F.col(f"{signal}.hash").alias("key"), F.col(f"{signal}.check").alias("check"), *_DOCUMENT)
    present = participants.where(F.col("minhash_v1.signature").isNotNull())
    keys = F.explode(band_keys(F.col("minhash_v1.signature"), bands, rows, value_bytes))
    return present.select(keys.alias("key"), F.lit(0).cast("long").alias("check"), *_DOCUMENT)


def touched_buckets(new: DataFrame, index: DataFrame) -> DataFrame:
    """All members of the buckets that new documents fall into, earlier ones too: index rows with `old`, and `centre`.

    `centre` is the bucket's smallest doc_id, `first_old` its smallest earlier one.
    """
    met = index.join(new.select(*BUCKET).distinct(), list(BUCKET), "left_semi")
    members = met.withColumn("old", F.lit(True)).unionByName(new.withColumn("old", F.lit(False)))
    bucket = Window.partitionBy(*BUCKET)
    first_old = F.min(F.when(F.col("old"), F.col("doc_id"))).over(bucket)
    return members.withColumns({"centre": F.min("doc_id").over(bucket), "first_old": first_old})


def as_stars(buckets: DataFrame) -> DataFrame:
    """Every new member of a bucket beside its centre; of the old ones, which are together anyhow, the first alone."""
    return buckets.where("doc_id <> centre AND (NOT old OR doc_id = first_old)")


def between_clusters(edges: DataFrame, old: DataFrame) -> DataFrame:
    """The edges (`doc_id`, `centre`) with every earlier cluster's members replaced by its id.

    `old` holds `doc_id` and `cluster_id` of earlier clusters' members.
    """
    sides = edges.select("doc_id", "centre")
    for side in sides.columns:
        named = old.select(F.col("doc_id").alias(side), "cluster_id")
        through = sides.join(named, side, "left").withColumn(side, F.coalesce("cluster_id", side))
        sides = through.drop("cluster_id")
    return sides.select("doc_id", "centre").distinct()


def grown_clusters(
    new: DataFrame, old: DataFrame, met: DataFrame, edges: DataFrame, components: DataFrame, order: Sequence[Column]
) -> DataFrame:
    """The members of every cluster, earlier ones and new ones: `duplicates` less its recipe and method.

    A new document's `run_id` is null. `new` holds the new documents (`doc_id`, `batch`, the columns of `order`), `old`
    the earlier rows of this method, `met` (`doc_id`, `batch`) the earlier documents in `edges` (`doc_id`, `centre`,
    `similarity`), `components` those of `between_clusters`. An earlier document's row changes in nothing but its
    cluster and the number of members; one that was in no cluster is in one now, and is kept. A new document is kept if
    its cluster has no earlier member and `order` puts it first.
    """
    roots = components.select(F.col("doc_id").alias("node"), "component")
    labels = roots.withColumnRenamed("node", "cluster_id")
    moved = old.join(labels, "cluster_id").withColumn("cluster_id", F.col("component")).drop("component")
    alone = met.join(old, "doc_id", "left_anti").withColumns({"kept": F.lit(True), "keeper": F.col("doc_id")})
    in_place = roots.select(F.col("node").alias("doc_id"), F.col("component").alias("cluster_id"))
    fresh = new.join(in_place, "doc_id").join(best_match(edges), "doc_id").withColumn("old", F.lit(False))
    parts = [moved, alone.join(in_place, "doc_id")]
    members = reduce(_union, [*(part.withColumn("old", F.lit(True)) for part in parts), fresh])
    return _union(_decided(members, order), old.join(labels, "cluster_id", "left_anti").select(*_MEMBER))


def _decided(members: DataFrame, order: Sequence[Column]) -> DataFrame:
    """Chooses a keeper for new documents, and counts every cluster's members."""
    cluster = Window.partitionBy("cluster_id")
    ordered = cluster.orderBy(F.desc("old"), *(order or [F.asc("doc_id")]))
    settled = F.max("old").over(cluster)
    chosen = F.first("doc_id").over(ordered) if order else F.lit(None).cast("long")
    stayed = F.min(F.when(F.col("old") & F.col("kept"), F.col("doc_id"))).over(cluster)
    keeper = F.when(F.col("old"), F.col("keeper")).when(settled, stayed).otherwise(chosen)
    told = members.withColumns({"keeper": keeper, "members": F.count(F.lit(1)).over(cluster)})
    kept = F.when(F.col("old"), F.col("kept")).otherwise(F.coalesce(F.col("doc_id") == F.col("keeper"), F.lit(False)))
    told = told.withColumn("kept", kept)
    evidence = {name: F.when(~F.col("kept"), F.col(name)) for name in ("matched_doc", "similarity")}
    return told.withColumns(evidence).select(*_MEMBER)


def _union(left: DataFrame, right: DataFrame) -> DataFrame:
    return left.unionByName(right, allowMissingColumns=True)
