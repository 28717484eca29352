"""In which domains a document is looked for near copies: its own, and those over whose border a copy may lie.

Two documents at most r apart lie in two domains only where the segment between them crosses the plane half-way between
the two centroids: one of them is within r / 2 of that plane. So where each document is also a member of every domain
whose plane is that near, each pair of documents that near has a domain in common. Between directions of cosine c,
r is sqrt(2 - 2c).
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame

from thresher.domains.placing import Centroids, Rows, one_thread, usable
from thresher.domains.vectors import Matrix, matrix_of

Nearest = Literal[1, 2, "all"]
_MEMBERS = pa.schema([("doc_id", pa.int64()), ("domain_id", pa.int32())])
_MARGIN = 1e-5  # of a distance to a plane: float32 errs by less
_ROWS = 2**22  # cells of rows x centroids that are looked at together: 16 MB


@dataclass(frozen=True)
class Borders:
    """Whether documents are members of their own domain (`nearest` 1), the two nearest (2), or all within reach.

    Within reach is every domain in which a document of cosine `at_least` may lie. That holds for directions
    (`spherical`) where each document lies with the nearest of all centroids.
    """

    centroids: Centroids
    nearest: Nearest
    at_least: float

    def members(self, rows: Rows) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
        """The place of a row and the number of a domain, for every membership."""
        if self.nearest == "all":
            return self._within_reach(rows)
        placed, own = self.centroids.placed(rows), np.arange(len(rows.points))
        if self.nearest == 1:
            return own, placed.domain
        second = placed.second >= 0
        return np.concatenate([own, own[second]]), np.concatenate([placed.domain, placed.second[second]])

    def of(self, vectors: DataFrame) -> DataFrame:
        """`doc_id` and `domain_id` of every membership of `vectors` (`doc_id`, `vector`).

        A vector that has no place among the others is a member of none.
        """

        def find(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            with one_thread():
                for batch in batches:
                    batch = batch.filter(batch["vector"].is_valid())
                    rows, used = usable(matrix_of(batch["vector"]), self.centroids.spherical)
                    place, domain = self.members(rows)
                    ids = batch["doc_id"].to_numpy()[used][place]
                    yield pa.RecordBatch.from_arrays([pa.array(ids), pa.array(domain)], schema=_MEMBERS)

        return vectors.select("doc_id", "vector").mapInArrow(find, "doc_id long, domain_id int")

    @cached_property
    def _apart(self) -> Matrix:
        """How far each two centroids are apart, of shape (k, k)."""
        points = self.centroids.points.astype(np.float64)
        squares = (points * points).sum(axis=1)
        squared = squares[:, None] + squares[None, :] - 2 * points @ points.T
        apart: Matrix = np.sqrt(np.maximum(squared, 0)).astype(np.float32)
        return apart

    def _within_reach(self, rows: Rows) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
        """Those on whose side of the plane a row lies, or that near to it."""
        half, size = math.sqrt(max(0.0, 2 - 2 * self.at_least)) / 2, max(64, _ROWS // len(self.centroids.points))
        places, domains = [np.empty(0, np.int64)], [np.empty(0, np.int32)]
        for start in range(0, len(rows.points), size):
            some = Rows(rows.points[start : start + size], rows.squares[start : start + size])
            own = self.centroids.labels(some)
            scores = some.points @ self.centroids.points.T
            # Of directions, the distance to the plane is this difference divided by the centroids' distance.
            behind = scores[np.arange(len(own)), own][:, None] - scores
            place, domain = np.nonzero(behind <= (half + _MARGIN) * self._apart[own] + _MARGIN)
            places.append(start + place)
            domains.append(domain.astype(np.int32))
        return np.concatenate(places), np.concatenate(domains)
