"""Near duplicates: MinHash LSH (Broder 1997; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4).

Documents that agree in all rows of any band fall into one bucket. A bucket of n documents gives n - 1 edges, to its
smallest doc_id, never all pairs; connected components of these edges are the clusters.
"""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from thresher.dedup.keep import with_keeper

VALUE_BYTES = 4  # of a signature's values where nothing else is said; a recipe says it (`Recipe.value_bytes`)


def band_keys(signature: Column, bands: int, rows: int, value_bytes: int = VALUE_BYTES) -> Column:
    """An array of one 64-bit key for each band of a signature; the band's number goes into the key.

    A signature is binary, of 4 or 8 bytes a value (`value_bytes`).
    """
    width = rows * value_bytes
    return F.array(*(F.xxhash64(F.lit(b), F.substring(signature, b * width + 1, width)) for b in range(bands)))


def bucket_stars(signatures: DataFrame, bands: int, rows: int, value_bytes: int = VALUE_BYTES) -> DataFrame:
    """Every member of a bucket but its smallest doc_id, beside that: `key`, `doc_id`, `centre`.

    `signatures` holds `doc_id` and `signature`. One long as the window's key lets Spark sort by radix, and a window
    spills where a bucket is large, so that a boilerplate page a million times over does not fill the memory.
    """
    keys = band_keys(F.col("signature"), bands, rows, value_bytes)
    buckets = signatures.select("doc_id", F.explode(keys).alias("key"))
    centred = buckets.withColumn("centre", F.min("doc_id").over(Window.partitionBy("key")))
    return centred.where("doc_id <> centre")


def candidate_edges(signatures: DataFrame, bands: int, rows: int, value_bytes: int = VALUE_BYTES) -> DataFrame:
    """Distinct pairs (`doc_id`, `centre`) that share a bucket; `centre` is the bucket's smallest doc_id."""
    return bucket_stars(signatures, bands, rows, value_bytes).select("doc_id", "centre").distinct()


def best_match(edges: DataFrame) -> DataFrame:
    """For every document of an edge its most similar neighbour: `doc_id`, `matched_doc`, `similarity`."""
    out = edges.select("doc_id", F.col("centre").alias("matched_doc"), "similarity")
    back = edges.select(F.col("centre").alias("doc_id"), F.col("doc_id").alias("matched_doc"), "similarity")
    return most_similar(out.unionByName(back))


def most_similar(pairs: DataFrame) -> DataFrame:
    """Of the pairs (`doc_id`, `matched_doc`, `similarity`) the most similar of each document.

    Of equally similar ones it is the one with the smallest id, whatever the order of the rows.
    """
    best = F.max(F.struct("similarity", F.bitwise_not("matched_doc").alias("inverted"))).alias("best")
    ranked = pairs.groupBy("doc_id").agg(best)
    return ranked.select("doc_id", F.bitwise_not("best.inverted").alias("matched_doc"), "best.similarity")


def signatures_of(candidates: DataFrame) -> DataFrame:
    """`doc_id` and `signature` of the documents that have one."""
    return candidates.select("doc_id", F.col("minhash_v1.signature").alias("signature")).dropna()


def as_contents(signatures: DataFrame) -> DataFrame:
    """Signatures as what documents are compared by."""
    return signatures.withColumnRenamed("signature", "content")


def minhash_duplicates(
    candidates: DataFrame, edges: DataFrame, components: DataFrame, order: Sequence[Column]
) -> DataFrame:
    """The members of every cluster of near duplicates, in the columns of `duplicates`.

    `components` are those of `edges` (`doc_id`, `component`). A dropped copy's match is the neighbour that it is most
    similar to, which need not be the keeper.
    """
    members = candidates.join(components, "doc_id")
    clusters = with_keeper(members, [F.col("component")], order).join(best_match(edges), "doc_id")
    return clusters.select(
        F.lit("minhash").alias("method"),
        "doc_id",
        "batch",
        "cluster_id",
        "kept",
        "keeper",
        F.when(~F.col("kept"), F.col("matched_doc")).alias("matched_doc"),
        F.when(~F.col("kept"), F.col("similarity")).alias("similarity"),
        "members",
    )
