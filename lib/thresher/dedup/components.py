"""Connected components of a graph of duplicates, without a step on the driver and without a limit on its size.

Each partition's edges are contracted to a forest (every node and the smallest id of its tree), which is far smaller.
While it fits one task, that task contracts the forests; beyond that, `thresher.dedup.stars` goes on round by round. A
component is named by its smallest doc_id.
"""

from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyspark.sql import DataFrame

from thresher.dedup.stars import Rounds, star_components

FOREST = "doc_id long, component long"
# Rows of forests that one task contracts. At up to 110 bytes each they take 1.8 GB of a Python worker.
ONE_TASK = 16_000_000
ONE_TASK_SETTING = "spark.thresher.components.oneTask"  # of the cluster, since it depends on its executors' memory


def connected_components(edges: DataFrame) -> DataFrame:
    """Every node of `edges` (`doc_id`, `centre`) with its `component`, the smallest doc_id that it is linked to.

    One task holds all nodes: see `components_of_any_size` for more than some `ONE_TASK` of them.
    """
    return forests(forests(_as_forest(edges)).repartition(1))


def components_of_any_size(edges: DataFrame, rounds: Rounds, most: int = ONE_TASK) -> DataFrame:
    """The same whatever the number of nodes; `rounds` keeps what is done, so that a killed run goes on from there.

    Up to `most` rows of forests are contracted by one task.
    """
    start = rounds.keep(0, lambda: forests(_as_forest(edges)))
    if start.count() <= most:
        return forests(start.repartition(1))
    return star_components(start, rounds, forests)


def forests(edges: DataFrame) -> DataFrame:
    """Each partition's edges (`doc_id`, `component`) contracted: every node and the smallest it is linked to there."""
    return edges.mapInArrow(_contract, FOREST)


def _as_forest(edges: DataFrame) -> DataFrame:
    return edges.selectExpr("doc_id", "centre AS component")


def _contract(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The forest of one partition's edges."""
    from thresher.kernels.components import forest

    edges = list(batches)
    if edges:
        table = pa.Table.from_batches(edges)
        nodes, roots = forest(table.column(0).to_numpy(), table.column(1).to_numpy())
        yield pa.RecordBatch.from_arrays([pa.array(nodes), pa.array(roots)], names=["doc_id", "component"])
