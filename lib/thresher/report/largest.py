"""The largest clusters of copies, each with the copy that stays."""

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

LARGEST = 5


@dataclass(frozen=True)
class Cluster:
    """A cluster: how it was found, how many documents it has, and which is kept; none where the recipe keeps none."""

    method: str
    members: int
    cluster_id: int
    keeper: int | None

    @property
    def shown(self) -> int:
        """The document that speaks for the cluster: the keeper, else the member with the smallest id."""
        return self.cluster_id if self.keeper is None else self.keeper


def largest(duplicates: DataFrame) -> list[Cluster]:
    """The largest clusters, at most `LARGEST` of them, largest first; of equal ones in the order of method and id."""
    # A cluster is called after one of its members: that one's row stands for it.
    clusters = duplicates.where("doc_id = cluster_id").orderBy(F.desc("members"), "method", "cluster_id")
    rows = clusters.limit(LARGEST).select("method", "members", "cluster_id", "keeper").collect()
    return [Cluster(**row.asDict()) for row in rows]
