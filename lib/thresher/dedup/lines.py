"""Repeated lines or paragraphs across documents: which are cut, and of which documents too much is.

A unit (`kernels.units`) that at least `at_least` documents have is kept by the first `keep` of them, in the order of
their doc_id, and cut from all others; documents are counted in the whole corpus, or within each host (documents without
a URL: within their data set). A unit that a document has twice counts once, and both stay or go together; under `once`
a document keeps only the first of them, however many documents have it. Text is read in place: what is shuffled, once,
is `ROW` for every unit.

    published                                     unit  normalise  at_least  keep  once  shortest
    CCNet, `deduplicate`                          line  ccnet      2         1     true  1
    CCNet, `deduplicate_two_pass`, the paper's    line  ccnet      2         0     true  1
    dolma, `dedupe.paragraphs` with `skip_empty`  line  exact      2         1     true  1

Sources: Wenzek et al. 2020 (https://aclanthology.org/2020.lrec-1.494), https://github.com/facebookresearch/cc_net
(`dedup.py`), https://github.com/allenai/dolma (`src/deduper.rs`). CCNet looks within a shard and also takes blank lines
for duplicates; dolma's Bloom filter also takes some for duplicates that are none, and its order is that of its threads.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from thresher.urls.host import host

if TYPE_CHECKING:
    from thresher.recipe_sections import LineSettings

ROW = "unit long, doc_id long, batch int, start int, size int, document_bytes int"
ROW_BYTES = 8 + 8 * len(ROW.split(","))  # as Spark lays a row out for a shuffle, before it compresses it
REPEATED, AGAIN = "lines.repeated", "lines.again"
SHARE_CUT = "lines.share_cut"
_ROWS_AT_ONCE = 2**18  # so that a document of short lines, 50 MB of them, is no batch of gigabytes
_SCHEMA = pa.schema(
    [("unit", pa.int64()), ("doc_id", pa.int64()), ("batch", pa.int32())]
    + [(name, pa.int32()) for name in ("start", "size", "document_bytes")]
)


def hashed_units(documents: DataFrame, settings: "LineSettings") -> DataFrame:
    """The units of every document, as `ROW`: `unit` is a hash, equal for units that are compared and found the same.

    `documents` holds `doc_id`, `batch`, `text`, `url` and `dataset`. `start` and `size` are in bytes of the text, with
    the line's end; `document_bytes` are those of all units of the document.
    """
    paragraph, normalise, shortest = settings.unit == "paragraph", settings.normalise, settings.shortest

    def find(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from thresher.kernels.arrow import utf8
        from thresher.kernels.units import FORMS, units

        for batch in batches:
            data, offsets, _ = utf8(batch["text"])
            yield from _rows(batch, *units(data, offsets, paragraph, FORMS.index(normalise), shortest))

    place = F.coalesce(F.nullif(host(), F.lit("")), "dataset") if settings.within == "host" else F.lit("")
    hashed = documents.select("doc_id", "batch", "text", F.xxhash64(place).alias("place"))
    return hashed.mapInArrow(find, ROW)


def _rows(batch: pa.RecordBatch, first, starts, sizes, hashes, whole) -> Iterator[pa.RecordBatch]:  # type: ignore[no-untyped-def]
    """A record batch's units, some at a time."""
    of = np.repeat(np.arange(batch.num_rows), np.diff(first))
    ids, batches, places = (batch[name].to_numpy() for name in ("doc_id", "batch", "place"))
    for begin in range(0, len(of), _ROWS_AT_ONCE):
        some = slice(begin, begin + _ROWS_AT_ONCE)
        doc = of[some]
        columns = (hashes[some] ^ places[doc], ids[doc], batches[doc], starts[some], sizes[some], whole[doc])
        yield pa.RecordBatch.from_arrays(
            [pa.array(c, type=field.type) for c, field in zip(columns, _SCHEMA, strict=True)], schema=_SCHEMA
        )


def cut_units(rows: DataFrame, settings: "LineSettings") -> DataFrame:
    """The spans to cut, in the columns of `edits`: `reason` says why, `documents` how many documents have the unit.

    `rows` are those of `hashed_units`. They are shuffled once, by `unit`, whose windows spill: one that all documents
    have fills no memory.
    """
    same = Window.partitionBy("unit")
    before = F.lag("doc_id").over(same.orderBy("doc_id", "start"))
    ranked = rows.withColumn("again", F.equal_null(before, "doc_id"))
    ranked = ranked.withColumn("place", F.dense_rank().over(same.orderBy("doc_id")))
    ranked = ranked.withColumn("documents", F.max("place").over(same))
    repeated = (F.col("documents") >= settings.at_least) & (F.col("place") > settings.keep)
    cut = ranked.where(repeated | (F.col("again") & F.lit(settings.once)))
    return cut.select(
        "batch",
        "doc_id",
        "start",
        (F.col("start") + F.col("size")).alias("end"),
        F.when(repeated, REPEATED).otherwise(AGAIN).alias("reason"),
        "unit",
        "documents",
        "document_bytes",
    )


def cuts_by_document(edits: DataFrame) -> DataFrame:
    """`doc_id` and `cuts`, its spans in order: what `functions.without` takes."""
    span = F.struct("start", "end")
    return edits.groupBy("doc_id").agg(F.sort_array(F.collect_list(span)).alias("cuts"))


def overcut(edits: DataFrame, at_most: float) -> DataFrame:
    """A verdict for each document that loses more than this share of its bytes, blank lines aside, or all of them."""
    lost = F.sum(F.col("end") - F.col("start")) / F.max("document_bytes")
    shares = edits.groupBy("doc_id", "batch").agg(lost.alias("value"))
    verdict: dict[str, Column] = {"rule": F.lit(SHARE_CUT), "threshold": F.lit(at_most)}
    return shares.where((F.col("value") > at_most) | (F.col("value") >= 1)).withColumns(verdict)
