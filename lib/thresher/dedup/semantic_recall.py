"""What borders between domains hide, measured: a sample's true neighbours among all documents, in any domain."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from thresher.domains.borders import Borders
from thresher.domains.gather import Sample, in_one_task, sampled
from thresher.domains.kmeans import Batches
from thresher.domains.placing import Rows, frozen, one_thread, usable
from thresher.domains.vectors import matrix_of
from thresher.kernels.cosines import Ids, Members, count_alike

SAMPLE = 1_000  # documents
_CELLS = 2**24  # of rows x domains that are looked at together: 16 MB
_COUNTED = "pairs long, compared long"


@dataclass(frozen=True)
class Neighbours:
    """Of a sample of so many documents: their pairs with others that are alike enough, and how many were compared."""

    sample: int
    pairs: int
    compared: int


def neighbours(vectors: DataFrame, documents: int, borders: Borders, seed: int) -> Neighbours:
    """The true neighbours of a sample by hash, by brute force; those that share a domain were compared.

    `vectors` holds `doc_id` and `vector`, of about `documents` rows. One pass; the sample goes to every task.
    """
    drawn = sampled(vectors, min(1.0, SAMPLE / max(documents, 1)), seed)
    # `first` would end the worker's stream before its time, which it tells on the terminal.
    packed = in_one_task(drawn, True, _packed, "ids binary, points binary").collect()
    if not packed or not packed[0]["ids"]:
        return Neighbours(0, 0, 0)
    row = packed[0]
    ids = np.frombuffer(row["ids"], np.int64)
    points = frozen(np.frombuffer(row["points"], np.float32).reshape(len(ids), -1))
    rows, _ = usable(points, spherical=True)
    found = vectors.select("doc_id", "vector").mapInArrow(_counter(rows, ids, borders), _COUNTED)
    total = found.agg(F.sum("pairs").alias("pairs"), F.sum("compared").alias("compared")).collect()[0]
    return Neighbours(len(ids), int(total["pairs"] or 0), int(total["compared"] or 0))


def _packed(sample: Sample) -> pa.RecordBatch:
    ids, points = (pa.array([part.tobytes()]) for part in (sample.ids, sample.rows.points))
    return pa.RecordBatch.from_arrays([ids, points], names=["ids", "points"])


def _counter(rows: Rows, ids: Ids, borders: Borders) -> Batches:
    """Counts the sample's neighbours: one row for a partition."""
    step = max(64, _CELLS // len(borders.centroids.points))

    def count(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        pairs = compared = 0
        with one_thread():
            mine = _members(rows, borders)
            for batch in batches:
                batch = batch.filter(batch["vector"].is_valid())
                theirs, used = usable(matrix_of(batch["vector"]), spherical=True)
                their_ids = batch["doc_id"].to_numpy()[used]
                for some in (slice(start, start + step) for start in range(0, len(their_ids), step)):
                    part = Rows(theirs.points[some], theirs.squares[some])
                    others = (part.points, their_ids[some], _members(part, borders), rows.points @ part.points.T)
                    found = count_alike(rows.points, ids, mine, *others, borders.at_least)
                    pairs, compared = pairs + found[0], compared + found[1]
        yield pa.RecordBatch.from_arrays([pa.array([pairs]), pa.array([compared])], names=["pairs", "compared"])

    return count


def _members(rows: Rows, borders: Borders) -> Members:
    """Of which domains each row is a member, of shape (n, k)."""
    members = np.zeros((len(rows.points), len(borders.centroids.points)), np.bool_)
    members[borders.members(rows)] = True
    return members
