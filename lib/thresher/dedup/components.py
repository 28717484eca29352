"""Connected components of a graph of duplicates, without a step on the driver.

Each partition's edges are contracted to a forest (every node and the smallest id of its tree), which is far smaller;
one last task contracts the forests. A component is named by its smallest doc_id.
"""

from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyspark.sql import DataFrame

_FOREST = "doc_id long, component long"


def connected_components(edges: DataFrame) -> DataFrame:
    """Every node of `edges` (`doc_id`, `centre`) with its `component`, the smallest doc_id that it is linked to."""
    forests = edges.select("doc_id", "centre").mapInArrow(_contract, _FOREST)
    return forests.repartition(1).mapInArrow(_contract, _FOREST)


def _contract(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The forest of one partition's edges."""
    from thresher.kernels.components import forest

    edges = list(batches)
    if edges:
        table = pa.Table.from_batches(edges)
        nodes, roots = forest(table.column(0).to_numpy(), table.column(1).to_numpy())
        yield pa.RecordBatch.from_arrays([pa.array(nodes), pa.array(roots)], names=["doc_id", "component"])
