"""Buckets in instalments make the clusters of all buckets at once: random graphs, networkx as the oracle."""

from functools import partial
from itertools import pairwise
from typing import NamedTuple

import networkx as nx
import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from thresher.dedup.components import connected_components
from thresher.dedup.instalment import as_stars, between_clusters, grown_clusters, touched_buckets

DUPLICATES = (
    "doc_id long, batch int, cluster_id long, kept boolean, keeper long, matched_doc long, similarity double, "
    "members long, run_id string"
)
INSTALMENTS = 3
BUCKETS = "key long, check long, doc_id long, batch int"


class Member(NamedTuple):
    """What a cluster says of a document."""

    cluster: int
    kept: bool
    keeper: int
    members: int


def _random(seed: int, documents: int = 150, buckets: int = 80) -> list[tuple[int, int, int, int]]:
    """Rows of an index: every bucket with some of the documents, each of which came with one of three batches."""
    chance = np.random.default_rng(seed)
    ids = chance.choice(np.arange(-(2**40), 2**40, 999_983), documents, replace=False)
    batch = chance.integers(0, INSTALMENTS, documents)
    rows = []
    for key in range(buckets):
        chosen = chance.choice(documents, min(documents, int(chance.geometric(0.4))), replace=False)
        rows += [(key, key % 2, int(ids[one]), int(batch[one])) for one in chosen]
    return rows


def _grown(spark: SparkSession, old: DataFrame, index: DataFrame, new: DataFrame) -> DataFrame:
    buckets = touched_buckets(new, index)
    edges = as_stars(buckets).select("doc_id", "centre", F.lit(0.9).alias("similarity")).distinct()
    components = connected_components(between_clusters(edges, old))
    nodes = edges.select("doc_id").union(edges.select("centre")).distinct()
    met = buckets.where("old").select("doc_id", "batch").distinct().join(nodes, "doc_id")
    documents = new.select("doc_id", "batch").distinct()
    grown = grown_clusters(documents, old, met, edges, components, [F.asc("doc_id")]).collect()
    return spark.createDataFrame(grown, DUPLICATES)


@pytest.mark.parametrize("seed", range(2))
def test_instalments_make_the_clusters_of_one_go(spark: SparkSession, seed: int) -> None:
    rows = _random(seed)
    clusters = spark.createDataFrame([], DUPLICATES)
    kept_so_far: set[int] = set()
    for batch in range(INSTALMENTS):
        index = spark.createDataFrame([row for row in rows if row[3] < batch], BUCKETS)
        new = spark.createDataFrame([row for row in rows if row[3] == batch], BUCKETS)
        clusters = _grown(spark, clusters, index, new)
        found = {row["doc_id"]: Member(row["cluster_id"], row["kept"], row["keeper"], row["members"])
                 for row in clusters.collect()}  # fmt: skip
        arrived = [row for row in rows if row[3] <= batch]
        assert {node: member.cluster for node, member in found.items()} == _oracle(arrived)
        _check_members(found, arrived, kept_so_far)
        singles = {row[2] for row in arrived} - set(found)
        kept_so_far = {node for node, member in found.items() if member.kept} | singles


def _oracle(rows: list[tuple[int, int, int, int]]) -> dict[int, int]:
    graph = nx.Graph()
    for key in {row[0] for row in rows}:
        graph.add_edges_from(pairwise(row[2] for row in rows if row[0] == key))
    return {node: min(part) for part in nx.connected_components(graph) for node in part}


def _check_members(found: dict[int, Member], arrived: list[tuple[int, int, int, int]], kept_before: set[int]) -> None:
    together = partial(_of_cluster, found)
    for node, member in found.items():
        kept = [other for other in together(member.cluster) if found[other].kept]
        assert member.members == len(together(member.cluster)) > 1
        assert kept and member.keeper in kept
        assert member.kept == (member.keeper == node)
    assert {node for node in kept_before if node in found and not found[node].kept} == set()


def _of_cluster(found: dict[int, Member], cluster: int) -> list[int]:
    return [node for node, member in found.items() if member.cluster == cluster]


def test_a_document_that_joins_two_clusters_makes_them_one(spark: SparkSession) -> None:
    old = spark.createDataFrame(
        [(10, 0, 10, True, 10, None, None, 2, "a"), (11, 0, 10, False, 10, 10, 0.9, 2, "a"),
         (20, 0, 20, True, 20, None, None, 2, "a"), (21, 0, 20, False, 20, 20, 0.9, 2, "a"),
         (30, 0, 30, True, 30, None, None, 2, "a"), (31, 0, 30, False, 30, 30, 0.9, 2, "a")],
        DUPLICATES,
    )  # fmt: skip
    index = spark.createDataFrame([(1, 0, 11, 0), (1, 0, 10, 0), (2, 0, 21, 0), (2, 0, 20, 0), (3, 0, 30, 0)], BUCKETS)
    new = spark.createDataFrame([(1, 0, 5, 1), (2, 0, 5, 1)], BUCKETS)
    found = {row["doc_id"]: row for row in _grown(spark, old, index, new).collect()}
    joined = {10: 10, 11: 10, 20: 20, 21: 20, 5: 10}
    assert {node: found[node]["keeper"] for node in joined} == joined
    assert {(found[node]["cluster_id"], found[node]["members"]) for node in joined} == {(5, 5)}
    assert [node for node in joined if found[node]["kept"]] == [10, 20]
    assert (found[5]["matched_doc"], found[5]["similarity"], found[5]["run_id"]) == (10, 0.9, None)
    assert [found[30]["cluster_id"], found[31]["members"], found[11]["run_id"]] == [30, 2, "a"]
