"""Copies by meaning: of each document the most alike among those of its domains that the keep rule puts before it.

Source: SemDeDup, Abbas et al. 2023 (https://arxiv.org/abs/2303.09540), section 3: within a cluster a document goes
where one that comes before it is alike enough. Here what comes before is an ORDER BY, so that no order of rows matters,
and the match is remembered. Matches lead from document to document to one that stays: such a tree is a cluster.

A domain is cut into blocks by rank, and every two blocks are one piece of work, so that a task holds two blocks of
vectors and one tile of products, however large the domain is.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from thresher.domains.placing import frozen, one_thread, usable
from thresher.domains.vectors import Matrix, matrix_of
from thresher.kernels.cosines import NONE, Ids, most_alike

BLOCK_BYTES = 16 * 2**20  # of vectors in float32
MATCHED = "doc_id long, matched_doc long, similarity double"
_MATCHED = pa.schema([("doc_id", pa.int64()), ("matched_doc", pa.int64()), ("similarity", pa.float64())])
_SCORES = 2**22  # of a tile: 16 MB
_PIECE = ("domain_id", "low", "high")


class Side(NamedTuple):
    """Vectors of length 1 with their ids and ranks."""

    points: Matrix
    ids: Ids
    ranks: Ids

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Side":
        """The vectors that are chosen."""
        return Side(frozen(self.points[chosen]), self.ids[chosen], self.ranks[chosen])


def block_of(dimensions: int) -> int:
    """How many vectors of so many values are a block."""
    return max(64, BLOCK_BYTES // (4 * dimensions))


def ranked(members: DataFrame, order: Sequence[Column], newest: int, ties: bool) -> DataFrame:
    """The members of domains (`doc_id`, `domain_id`, `instalment`) with their `place` there and their `rank`.

    A document is compared with those of no higher rank. Earlier instalments come first, then `order` decides. Where
    there are `ties`, all of one instalment have one rank, so that each of two that are alike matches the other. Those
    of the newest instalment are `new`: `size` and `old` are how many the domain has, and how many that are not.
    """
    domain = Window.partitionBy("domain_id")
    place = (F.row_number().over(domain.orderBy("instalment", *order)) - 1).cast("long")
    return members.withColumns({"place": place, "new": F.col("instalment") == newest}).select(
        "doc_id",
        "domain_id",
        "place",
        F.col("instalment" if ties else "place").cast("long").alias("rank"),
        "new",
        F.count(F.lit(1)).over(domain).alias("size"),
        F.count_if(~F.col("new")).over(domain).alias("old"),
    )


def matches(members: DataFrame, vectors: DataFrame, at_least: float, block: int, tasks: int) -> DataFrame:
    """The match of each new document that has one, and their cosine: `doc_id`, `matched_doc`, `similarity`.

    `members` are those of `ranked`; `vectors` holds `doc_id` and `vector`. Documents are compared where they are
    members of one domain, `block` of them beside `block` others at a time. Of several matches the most alike counts,
    of equals the smallest id.
    """
    pieces = _pieces(members, block).join(vectors.select("doc_id", "vector"), "doc_id")
    found = pieces.repartition(tasks, *_PIECE).groupBy(*_PIECE).applyInArrow(_compare(at_least), MATCHED)
    best = F.min(F.struct(F.negative("similarity").alias("less"), "matched_doc")).alias("best")
    similarity = F.negative("best.less").alias("similarity")
    return found.groupBy("doc_id").agg(best).select("doc_id", "best.matched_doc", similarity)


def clusters(found: DataFrame, components: DataFrame, one_stays: bool) -> DataFrame:
    """The members of every cluster, in columns of `duplicates`; `components` are those of the matches (`doc_id`).

    The keeper is the one that its matches lead to; none where no copy stays.
    """
    together = Window.partitionBy("component")
    stays = F.col("matched_doc").isNull()
    keeper = F.max(F.when(stays, F.col("doc_id"))).over(together) if one_stays else F.lit(None)
    return components.join(found, "doc_id", "left").select(
        *found.columns,
        F.col("component").alias("cluster_id"),
        stays.alias("kept"),
        keeper.cast("long").alias("keeper"),
        F.count(F.lit(1)).over(together).alias("members"),
    )


def _pieces(members: DataFrame, block: int) -> DataFrame:
    """The members once for each piece of work that they are part of; old ones are not compared with old ones again."""
    own, last = F.floor(F.col("place") / block), F.floor((F.col("size") - 1) / block)
    first_new = F.floor(F.col("old") / block)
    other = F.explode(F.sequence(F.lit(0).cast("long"), last)).alias("other")
    pieces = members.where("old < size").select("*", own.alias("block"), first_new.alias("first_new"), other)
    pieces = pieces.where(F.greatest("block", "other") >= F.col("first_new"))
    ends = F.least("block", "other").alias("low"), F.greatest("block", "other").alias("high")
    return pieces.select("doc_id", "domain_id", "rank", "new", "block", *ends)


def _compare(at_least: float) -> Callable[[pa.Table], pa.Table]:
    """From the rows of a piece of work to the match of each of its new documents that has one."""

    def compare(piece: pa.Table) -> pa.Table:
        with one_thread():
            found = [_best(rows, others, at_least) for rows, others in _sides(piece)]
        return pa.concat_tables([_MATCHED.empty_table(), *found])

    return compare


def _sides(piece: pa.Table) -> list[tuple[Side, Side]]:
    """The new documents of a block beside the other block; those of one block beside themselves."""
    rows, used = usable(matrix_of(piece["vector"].combine_chunks()), spherical=True)
    block, new = (piece[name].to_numpy()[used] for name in ("block", "new"))
    whole = Side(rows.points, piece["doc_id"].to_numpy()[used], piece["rank"].to_numpy()[used])
    low, high = piece["low"][0].as_py(), piece["high"][0].as_py()
    if low == high:
        return [(whole.where(new), whole)]
    lower, higher = block == low, block == high
    # Ranks rise with blocks; where they are tied, those of the lower block have matches in the higher one too.
    return [(whole.where(higher & new), whole.where(lower)), (whole.where(lower & new), whole.where(higher))]


def _best(rows: Side, others: Side, at_least: float) -> pa.Table:
    match, alike = np.full(len(rows.ids), -1, np.int64), np.full(len(rows.ids), NONE)
    if len(rows.ids) and len(others.ids) and rows.ranks.max() >= others.ranks.min():
        step = max(64, _SCORES // len(others.ids))
        for tile in (slice(start, start + step) for start in range(0, len(rows.ids), step)):
            products = rows.points[tile] @ others.points.T
            mine = Side(rows.points[tile], rows.ids[tile], rows.ranks[tile])
            most_alike(*mine, *others, products, at_least, match[tile], alike[tile])
    found = alike > NONE
    return pa.table([rows.ids[found], match[found], alike[found]], schema=_MATCHED)
