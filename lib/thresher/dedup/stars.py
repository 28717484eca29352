"""Connected components of a graph whose nodes no single task can hold: alternating large and small stars.

Source: Kiveris et al. 2014, "Connected Components in MapReduce and Beyond" (https://doi.org/10.1145/2670979.2670997).
In a large star every node tells its larger neighbours the smallest node it knows, in a small star the smaller ones;
edges never grow in number, and after a few rounds every node hangs from the smallest of its component. After both each
partition contracts what it holds, which saves rounds. A hub is one key of a window, which spills; a chain halves.
"""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F


class Rounds(Protocol):
    """Where the edges of each round are kept; a round that is there already is not made again."""

    def keep(self, number: int, make: Callable[[], DataFrame]) -> DataFrame:
        """The edges (`doc_id`, `component`) of this round, as they were kept."""


def star_components(start: DataFrame, rounds: Rounds, contract: Callable[[DataFrame], DataFrame]) -> DataFrame:
    """Every node of `start` (edges `doc_id`, `component`) with the smallest node of its component.

    `contract` replaces the edges of each partition by fewer that link the same nodes.
    """
    edges, number = start, 0
    while _unfinished(edges):
        number += 1
        edges = rounds.keep(number, partial(_round, edges, contract))
    children = edges.where("doc_id <> component")
    roots = edges.selectExpr("component AS doc_id", "component").distinct()
    return children.distinct().unionByName(roots)


def _round(edges: DataFrame, contract: Callable[[DataFrame], DataFrame]) -> DataFrame:
    return contract(_small_star(_large_star(edges)))


def _unfinished(edges: DataFrame) -> bool:
    """Whether some node has two parents, or a parent that is a child."""
    links = edges.where("doc_id <> component")
    as_child = links.selectExpr("doc_id AS node", "component AS parent", "false AS has_child")
    as_parent = links.selectExpr("component AS node", "NULL AS parent", "true AS has_child")
    nodes = as_child.unionByName(as_parent).groupBy("node")
    told = nodes.agg(F.min("parent").alias("low"), F.max("parent").alias("high"), F.max("has_child").alias("has_child"))
    return not told.where("low <> high OR (low IS NOT NULL AND has_child)").isEmpty()


def _large_star(edges: DataFrame) -> DataFrame:
    """Each node's larger neighbours, linked to the smallest of its neighbours and itself."""
    links = edges.where("doc_id <> component")
    both = links.selectExpr("doc_id AS node", "component AS other").unionByName(
        links.selectExpr("component AS node", "doc_id AS other")
    )
    smallest = F.least("node", _least_of_node("other"))
    return both.withColumn("least", smallest).where("other > node").selectExpr("other AS doc_id", "least AS component")


def _small_star(edges: DataFrame) -> DataFrame:
    """Each node and its smaller neighbours, linked to the smallest of them."""
    down = edges.selectExpr("greatest(doc_id, component) AS node", "least(doc_id, component) AS other")
    told = down.withColumn("least", _least_of_node("other"))
    child = F.when(F.col("other") == F.col("least"), F.col("node")).otherwise(F.col("other"))
    return told.select(child.alias("doc_id"), F.col("least").alias("component"))


def _least_of_node(column: str) -> Column:
    return F.min(column).over(Window.partitionBy("node"))
