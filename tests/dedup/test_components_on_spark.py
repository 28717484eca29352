"""Connected components on Spark equal networkx's, whatever the partitioning; edges of buckets are stars."""

import networkx as nx
import numpy as np
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from thresher.dedup.components import connected_components
from thresher.dedup.keep import keep_order, with_keeper
from thresher.dedup.minhash import best_match, candidate_edges

GRAPHS = {
    "path": nx.path_graph(400),
    "stars": nx.disjoint_union_all([nx.star_graph(n) for n in (1, 5, 90)]),
    "cliques": nx.disjoint_union(nx.complete_graph(20), nx.complete_graph(3)),
    "tree": nx.random_labeled_tree(300, seed=1),
    "sparse random": nx.gnm_random_graph(500, 300, seed=2),
    "hubs": nx.barabasi_albert_graph(300, 2, seed=3),
}


@pytest.mark.parametrize("partitions", [1, 7])
def test_components_equal_networkx(spark: SparkSession, partitions: int) -> None:
    ids = np.random.default_rng(5).integers(-(2**63), 2**63 - 1, 3000)
    graph = nx.relabel_nodes(nx.disjoint_union_all(list(GRAPHS.values())), dict(enumerate(int(i) for i in ids)))
    edges = spark.createDataFrame([*graph.edges], "doc_id long, centre long").repartition(partitions)
    found = {row["doc_id"]: row["component"] for row in connected_components(edges).collect()}
    expected = {node: min(part) for part in nx.connected_components(graph) if len(part) > 1 for node in part}
    assert found == expected


def test_no_edges_give_no_components(spark: SparkSession) -> None:
    edges = spark.createDataFrame([], "doc_id long, centre long")
    assert connected_components(edges).count() == 0


def test_a_bucket_of_n_gives_n_minus_one_edges(spark: SparkSession) -> None:
    same, other = bytes(range(32)), bytes(range(1, 33))
    rows = [(n, same) for n in range(-50, 50)] + [(1000, other)]
    edges = candidate_edges(spark.createDataFrame(rows, "doc_id long, signature binary"), bands=4, rows=2)
    found = {(row["doc_id"], row["centre"]) for row in edges.collect()}
    assert found == {(n, -50) for n in range(-49, 50)}


def test_bands_are_as_wide_as_the_values_they_are_of(spark: SparkSession) -> None:
    """Of three bands of two values, the last alone is one; half as wide it would be none of six."""
    one, other = ([*range(n, n + 4), 7, 8] for n in (0, 50))
    for width in (4, 8):
        rows = [(n, np.array(values, f"<u{width}").tobytes()) for n, values in enumerate((one, other))]
        signatures = spark.createDataFrame(rows, "doc_id long, signature binary")
        edges = candidate_edges(signatures, bands=3, rows=2, value_bytes=width).collect()
        assert [(row["doc_id"], row["centre"]) for row in edges] == [(1, 0)]
        assert candidate_edges(signatures, bands=2, rows=2, value_bytes=width).isEmpty()


def test_the_best_match_is_the_most_similar_then_the_smallest(spark: SparkSession) -> None:
    edges = spark.createDataFrame(
        [(5, 1, 0.8), (5, 2, 0.9), (6, 2, 0.9), (-(2**63), 5, 0.9)], "doc_id long, centre long, similarity double"
    )
    found = {row["doc_id"]: (row["matched_doc"], row["similarity"]) for row in best_match(edges).collect()}
    assert found == {5: (-(2**63), 0.9), 1: (5, 0.8), 2: (5, 0.9), 6: (2, 0.9), -(2**63): (5, 0.9)}


def test_the_first_by_the_order_is_kept_and_nulls_come_last(spark: SparkSession) -> None:
    rows = [(1, 7, 10), (2, 7, 30), (3, 7, None), (4, 7, 30), (9, 8, None), (8, 8, None)]
    members = spark.createDataFrame(rows, "doc_id long, cluster long, length long")
    longest = with_keeper(members, ["cluster"], keep_order(["-length"], ["length"]))
    assert {row["doc_id"] for row in longest.where("kept").collect()} == {2, 8}
    shortest = with_keeper(members, ["cluster"], keep_order(["length"], ["length"]))
    assert {row["doc_id"] for row in shortest.where("kept").collect()} == {1, 8}
    assert {row["members"] for row in longest.where(F.col("cluster") == 7).collect()} == {4}
