"""Domain cards: what each domain is about, how large and how tight it is, where its documents come from.

    size        documents
    tokens      about how many: a quarter of the bytes of text (`sizes_v1`), null where the recipe does not measure them
    spread      the mean distance of its documents to its centroid
    exemplars   the documents nearest to it, of equals the smaller doc_id
    sources     the most frequent hosts, or of documents without a URL data sets
    languages   the most frequent labels of `language_v1`, null where the recipe does not measure them
    nearest     the nearest other domains, by their centroids
    keywords    see `keywords`; the first three name a domain for which nobody gives a name

What is told of documents is counted on the executors; the driver holds a few rows for each domain and no document.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from thresher.domains.placing import Centroids
from thresher.domains.vectors import column_of
from thresher.errors import UsageError
from thresher.kernels.nearest import squared_distance_rows

FIRST = 10  # sources and languages of a card
EXEMPLARS, NEAREST = 5, 5
BYTES_A_TOKEN = 4
_FIXED = 2**24  # distances are added as integers, so that their order does not matter
Card = dict[str, Any]


def _counted(what: str) -> pa.DataType:
    return pa.list_(pa.struct([(what, pa.string()), ("documents", pa.int64())]))


SCHEMA = pa.schema(
    {
        "domain_id": pa.int32(),
        "name": pa.string(),
        "size": pa.int64(),
        "tokens": pa.int64(),
        "keywords": pa.list_(pa.string()),
        "exemplars": pa.list_(pa.int64()),
        "spread": pa.float64(),
        "sources": _counted("source"),
        "languages": _counted("language"),
        "nearest": pa.list_(pa.struct([("domain_id", pa.int32()), ("distance", pa.float64())])),
    }
)


def sizes(documents: DataFrame) -> DataFrame:
    """`domain_id`, `size`, `spread`, `tokens`; `documents` holds `domain_id`, `distance` and, where known, `bytes`."""
    tokens = F.floor(F.sum("bytes") / BYTES_A_TOKEN) if "bytes" in documents.columns else F.lit(None)
    fixed = F.sum(F.rint(F.col("distance") * _FIXED).cast("long"))
    size = F.count(F.lit(1))
    columns = [size.alias("size"), (fixed / size / _FIXED).alias("spread"), tokens.cast("long").alias("tokens")]
    return documents.groupBy("domain_id").agg(*columns)


def exemplars(documents: DataFrame) -> DataFrame:
    """`domain_id` and `exemplars`, its nearest documents; `documents` holds `doc_id`, `domain_id` and `distance`."""
    near = _first(documents, EXEMPLARS, F.col("distance"), F.col("doc_id"))
    ids = F.sort_array(F.collect_list(F.struct("place", "doc_id")))
    return near.groupBy("domain_id").agg(F.transform(ids, lambda one: one["doc_id"]).alias("exemplars"))


def most(documents: DataFrame, what: str, name: str) -> DataFrame:
    """`domain_id` and, as `name`, the values of `what` that most of its documents have, with how many do."""
    counted = documents.where(F.col(what).isNotNull()).groupBy("domain_id", what)
    first = _first(counted.agg(F.count(F.lit(1)).alias("documents")), FIRST, F.desc("documents"), F.col(what))
    pairs = F.sort_array(F.collect_list(F.struct("place", what, "documents")))
    told = F.transform(pairs, lambda one: F.struct(one[what].alias(what), one["documents"].alias("documents")))
    return first.groupBy("domain_id").agg(told.alias(name))


def nearest_domains(centroids: Centroids) -> list[list[dict[str, Any]]]:
    """Of each domain the nearest others, nearest first, with their distances as `placed` tells them."""
    k = len(centroids.points)
    points, found = centroids.rows.points, []
    for domain in range(k):
        squared = squared_distance_rows(np.broadcast_to(points[domain], points.shape).copy(), points, _all(k))
        order = np.argsort(squared, kind="stable")
        others = [int(other) for other in order if other != domain][:NEAREST]
        distances = centroids.distance(squared)
        found.append([{"domain_id": other, "distance": float(distances[other])} for other in others])
    return found


def cards(parts: Sequence[DataFrame], centroids: Centroids, name: str | None) -> pa.Table:
    """A card for each centroid, as `SCHEMA` and `centroid`; `parts` are rows of the functions above, by `domain_id`.

    `name` is the import path of a function from a card to its name. Raises `UsageError` where there is none.
    """
    namer = _by_keywords if name is None else _imported(name)
    found: list[Card] = [{"domain_id": domain, "size": 0} for domain in range(len(centroids.points))]
    for card, near in zip(found, nearest_domains(centroids), strict=True):
        card["nearest"] = near
    for part in parts:
        for row in part.collect():
            found[row["domain_id"]].update(row.asDict(recursive=True))
    for card in found:
        card["name"] = namer(card)
    return pa.Table.from_pylist(found, SCHEMA).append_column("centroid", column_of(centroids.points))


def _first(rows: DataFrame, count: int, *order: Column) -> DataFrame:
    ranked = rows.withColumn("place", F.row_number().over(Window.partitionBy("domain_id").orderBy(*order)))
    return ranked.where(F.col("place") <= count)


def _all(k: int) -> "np.ndarray[tuple[int], np.dtype[np.int32]]":
    return np.arange(k, dtype=np.int32)


def _by_keywords(card: Mapping[str, Any]) -> str:
    return ", ".join((card.get("keywords") or ())[:3]) or f"domain {card['domain_id']}"


def _imported(name: str) -> Callable[[Mapping[str, Any]], str]:
    module, _, function = name.partition(":")
    try:
        return cast(Callable[[Mapping[str, Any]], str], getattr(importlib.import_module(module), function))
    except (ImportError, AttributeError) as error:
        raise UsageError(f"regroup.name: {name} cannot be imported ({error}); is it in PYTHONPATH?") from error
