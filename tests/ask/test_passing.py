"""What-if's counts over clusters of copies, against graphs and sums in plain Python."""

import random
from collections import Counter

import networkx as nx
import pytest
from pyspark.sql import SparkSession

from thresher.ask.bits import any_of, packed
from thresher.ask.copies import with_copy_of
from thresher.ask.passing import counted

DOCUMENTS, RULES = 400, 130  # more rules than three longs have bits
Clusters = dict[str, list[list[int]]]


def clusters(seed: int, kept: bool) -> Clusters:
    """Documents that are the same by URL; of what of them is kept the same by text; of what is kept near copies."""
    rng = random.Random(seed)
    left = [rng.getrandbits(63) for _ in range(DOCUMENTS)]
    found: Clusters = {}
    for method in ("url", "exact", "minhash"):
        rng.shuffle(left)
        sizes = [rng.choice((2, 2, 3, 9)) for _ in range(20)]
        starts = [sum(sizes[:n]) for n in range(len(sizes))]
        found[method] = [left[start : start + size] for start, size in zip(starts, sizes, strict=True)]
        left = [doc for doc in left if not any(doc in cluster[kept:] for cluster in found[method])]
    return found


def rows(found: Clusters, kept: bool) -> list[tuple[int, str, int, int | None]]:
    """As `duplicates` has them: identical copies lead to the one that goes on to the next method, if one does."""
    return [
        (doc, method, cluster[0] if method == "minhash" or not kept else min(cluster), cluster[0] if kept else None)
        for method, its in found.items()
        for cluster in its
        for doc in cluster
    ]


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("seed", [1, 2])
def test_copies_are_the_components_of_all_methods(spark: SparkSession, seed: int, kept: bool) -> None:
    found = clusters(seed, kept)
    documents = sorted({doc for its in found.values() for cluster in its for doc in cluster} | set(range(20)))
    duplicates = spark.createDataFrame(rows(found, kept), "doc_id long, method string, cluster_id long, keeper long")
    given = spark.createDataFrame([(doc,) for doc in documents], "doc_id long")
    told = dict(map(tuple, with_copy_of(given, duplicates, tuple(found)).select("doc_id", "copy_of").collect()))
    graph = nx.Graph((cluster[0], doc) for its in found.values() for cluster in its for doc in cluster)
    assert sorted(told) == documents
    assert sorted(doc for doc, its in told.items() if its is None) == [doc for doc in documents if doc not in graph]
    components = {frozenset(component) for component in nx.connected_components(graph)}
    assert {frozenset(d for d in told if told[d] == its) for its in set(told.values()) - {None}} == components


def test_bits_are_the_conditions(spark: SparkSession) -> None:
    numbers = spark.range(0, 1_000, 1, 2)
    held = numbers.selectExpr("id", *packed([f"id % {n + 2} = 0" for n in range(RULES)]))
    asked = ([0], [62], [63], [129], [1, 64, 128], list(range(100)), [])
    told = held.selectExpr("id", *(f"{any_of(places)} AS asked_{n}" for n, places in enumerate(asked))).collect()
    assert len(told) == 1_000
    for row in told:
        assert list(row)[1:] == [any(row["id"] % (n + 2) == 0 for n in places) for places in asked]


@pytest.mark.parametrize("none_kept", [True, False])
def test_counts_are_those_of_plain_python(spark: SparkSession, none_kept: bool) -> None:
    rng = random.Random(5)
    documents = [
        (n, rng.random() < 0.3, rng.random() < 0.4, rng.choice((None, *range(60))), rng.choice((None, False, True)))
        for n in range(500)
    ]
    schema = "doc_id long, one boolean, two boolean, copy_of long, elsewhere boolean"
    # Rule 0 holds before and after, rule 1 only after.
    judged = spark.createDataFrame(documents, schema).selectExpr("copy_of", "elsewhere", *packed(["one", "two"]))
    passes = {"before": f"NOT ({any_of([0])})", "after": f"NOT ({any_of([0, 1])})"}
    told = counted(judged, passes, 2, none_kept).asDict()
    sides = {"before": [d for d in documents if not d[1]], "after": [d for d in documents if not (d[1] or d[2])]}
    assert told["documents"] == len(documents)
    assert (told["before"], told["after"]) == (len(sides["before"]), len(sides["after"]))
    assert (told["newly_passing"], told["newly_failing"]) == (0, len(sides["before"]) - len(sides["after"]))
    assert (told["rule_0"], told["rule_1"]) == (sum(d[1] for d in documents), sum(d[2] for d in documents))
    for side, passing in sides.items():
        sizes = Counter(d[3] for d in passing if d[3] is not None)
        spare = sum(size if none_kept else size - 1 for size in sizes.values() if size > 1)
        assert told[f"copies_{side}"] == spare + sum(d[4] is True for d in passing)


def test_nothing_is_counted_in_nothing(spark: SparkSession) -> None:
    judged = spark.createDataFrame([], "copy_of long, elsewhere boolean, bits_0 long")
    told = counted(judged, {"before": "true", "after": "true"}, 1, none_kept=False).asDict()
    assert set(told.values()) == {0}
