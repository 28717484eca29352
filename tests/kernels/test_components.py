"""Union-find against a graph library and against what it means."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thresher.kernels.components import forest

EXTREMES = [-(2**63), -1, 0, 1, 2**63 - 1]
nodes = st.one_of(st.integers(-3, 30), st.sampled_from(EXTREMES), st.integers(-(2**63), 2**63 - 1))
edges = st.lists(st.tuples(nodes, nodes), max_size=60)


def roots(pairs: list[tuple[int, int]]) -> dict[int, int]:
    src, dst = np.array(pairs, np.int64).reshape(-1, 2).T
    node, root = forest(src, dst)
    assert node.tolist() == sorted(set(node.tolist()))
    return dict(zip(node.tolist(), root.tolist(), strict=True))


def twin(pairs: list[tuple[int, int]]) -> dict[int, int]:
    """Every node takes its neighbours' smallest name until nothing changes."""
    names = {node: node for pair in pairs for node in pair}
    changed = True
    while changed:
        changed = False
        for a, b in pairs:
            low = min(names[a], names[b])
            changed |= names[a] != low or names[b] != low
            names[a] = names[b] = low
    return names


@given(edges)
def test_a_root_is_the_smallest_id_that_a_node_is_linked_to(pairs: list[tuple[int, int]]) -> None:
    assert roots(pairs) == twin(pairs)


@given(edges, st.randoms())
def test_the_order_and_direction_of_edges_changes_nothing(pairs: list[tuple[int, int]], random: object) -> None:
    shuffled = [pair[::-1] for pair in pairs]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert roots(pairs) == roots(shuffled)


@given(edges, st.integers(0, 60))
def test_forests_of_parts_contract_to_the_forest_of_the_whole(pairs: list[tuple[int, int]], cut: int) -> None:
    parts = [*roots(pairs[:cut]).items(), *roots(pairs[cut:]).items()]
    assert roots(parts) == roots(pairs)


@pytest.mark.parametrize("seed", range(5))
def test_random_graphs_have_networkxs_components(seed: int) -> None:
    random = np.random.default_rng(seed)
    pairs = random.choice(random.integers(-(2**63), 2**63 - 1, 5000), (3000, 2))
    graph = nx.Graph(pairs.tolist())
    expected = {node: min(component) for component in nx.connected_components(graph) for node in component}
    assert roots(pairs.tolist()) == expected


@pytest.mark.parametrize("order", ["rising", "falling", "shuffled"])
def test_a_chain_of_many_nodes_is_one_component(order: str) -> None:
    links = np.arange(300_000)
    links = {"rising": links, "falling": links[::-1], "shuffled": np.random.default_rng(0).permutation(links)}[order]
    node, root = forest(links, links + 1)
    assert len(node) == 300_001 and not root.any()


def test_a_hub_and_no_edges_at_all() -> None:
    node, root = forest(np.arange(1, 100_000), np.zeros(99_999, np.int64))
    assert len(node) == 100_000 and not root.any()
    node, root = forest(np.empty(0, np.int64), np.empty(0, np.int64))
    assert node.dtype == root.dtype == np.int64 and len(node) == len(root) == 0


def test_ends_must_come_in_pairs() -> None:
    with pytest.raises(ValueError, match="two ends"):
        forest(np.array([1, 2]), np.array([1]))
