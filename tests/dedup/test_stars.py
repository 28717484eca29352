"""Components beyond one task: stars, round by round, on graphs of every shape, whatever the partitions; kept rounds."""

from collections.abc import Callable, Iterator
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession

from thresher.dedup.components import components_of_any_size, connected_components

SHAPES: dict[str, Callable[[int, int], nx.Graph]] = {
    "path": lambda n, seed: nx.path_graph(n),
    "star": lambda n, seed: nx.star_graph(n),
    "clique": lambda n, seed: nx.complete_graph(min(n, 25)),
    "tree": lambda n, seed: nx.random_labeled_tree(n, seed=seed),
    "sparse": lambda n, seed: nx.gnm_random_graph(n, n // 2 + 1, seed=seed),
    "dense": lambda n, seed: nx.gnm_random_graph(n, 2 * n, seed=seed),
    "hubs": lambda n, seed: nx.barabasi_albert_graph(n + 2, 2, seed=seed),
    "cycle": lambda n, seed: nx.cycle_graph(n),
}
ONE_GRAPH = st.tuples(st.sampled_from(sorted(SHAPES)), st.integers(2, 60))


class Kept:
    """Rounds as Parquet files; tells which were made."""

    def __init__(self, spark: SparkSession, folder: Path, fails_at: int | None = None) -> None:
        self.spark, self.folder, self.fails_at = spark, folder, fails_at
        self.made: list[int] = []

    def keep(self, number: int, make: Callable[[], DataFrame]) -> DataFrame:
        path = self.folder / f"round-{number}"
        if not path.exists():
            if number == self.fails_at:
                raise RuntimeError("killed")
            make().write.parquet(str(path))
            self.made.append(number)
        return self.spark.read.parquet(str(path))


def numbered(graphs: list[nx.Graph], seed: int) -> nx.Graph:
    """These graphs as one, its nodes random 64-bit ids."""
    union = nx.disjoint_union_all(graphs)
    ids = np.random.default_rng(seed).permutation(np.random.default_rng(seed).integers(-(2**63), 2**63 - 1, len(union)))
    return nx.relabel_nodes(union, dict(zip(union, ids.tolist(), strict=True)))


def edges_of(spark: SparkSession, graph: nx.Graph, partitions: int) -> DataFrame:
    return spark.createDataFrame([*graph.edges], "doc_id long, centre long").repartition(partitions)


def found(components: DataFrame) -> dict[int, int]:
    rows = components.collect()
    assert len(rows) == len({row["doc_id"] for row in rows})
    return {row["doc_id"]: row["component"] for row in rows}


def expected(graph: nx.Graph) -> dict[int, int]:
    return {node: min(part) for part in nx.connected_components(graph) if len(part) > 1 for node in part}


@pytest.fixture
def scattered(spark: SparkSession) -> Iterator[SparkSession]:
    """A session whose small shuffles stay in many partitions, so that no partition sees a whole graph."""
    changed = {"spark.sql.shuffle.partitions": "6", "spark.sql.adaptive.coalescePartitions.enabled": "false"}
    before = {key: spark.conf.get(key) for key in changed}
    for key, value in changed.items():
        spark.conf.set(key, value)
    yield spark
    for key, value in before.items():
        spark.conf.set(key, str(value))


@pytest.mark.parametrize("partitions", [1, 2, 7])
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shapes=st.lists(ONE_GRAPH, min_size=7, max_size=9), seed=st.integers(0, 10**6))
def test_both_ways_equal_networkx(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, partitions: int,
    shapes: list[tuple[str, int]], seed: int,
) -> None:  # fmt: skip
    graph = numbered([SHAPES[shape](n, seed) for shape, n in shapes], seed)
    edges = edges_of(spark, graph, partitions)
    assert found(connected_components(edges)) == expected(graph)
    stars = components_of_any_size(edges, Kept(spark, tmp_path_factory.mktemp("rounds")), most=0)
    assert found(stars) == expected(graph)


def test_a_long_chain_and_a_hub_need_few_rounds(scattered: SparkSession, tmp_path: Path) -> None:
    graph, rounds = numbered([nx.path_graph(2000), nx.star_graph(2000)], 3), Kept(scattered, tmp_path)
    assert found(components_of_any_size(edges_of(scattered, graph, 7), rounds, most=0)) == expected(graph)
    assert 3 <= len(rounds.made) <= 14


def test_a_killed_run_goes_on_from_the_last_round(scattered: SparkSession, tmp_path: Path) -> None:
    spark = scattered
    graph = numbered([nx.path_graph(300), nx.star_graph(50)], 4)
    edges = edges_of(spark, graph, 5)
    first = Kept(spark, tmp_path, fails_at=2)
    with pytest.raises(RuntimeError, match="killed"):
        components_of_any_size(edges, first, most=0)
    second = Kept(spark, tmp_path)
    assert found(components_of_any_size(edges, second, most=0)) == expected(graph)
    assert first.made == [0, 1] and second.made[0] == 2
