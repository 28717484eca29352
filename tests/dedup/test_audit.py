"""True pairs of a sample against the data's own list of all pairs, and their counts against pairs counted by hand."""

import gzip
import json
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession

from thresher.annotators.c4 import c4_v1
from thresher.annotators.minhash import minhash_v1
from thresher.dedup.audit import BINS, Drawn, cells, draw, mates, true_pairs
from thresher.dedup.banding import Banding
from thresher.dedup.verify import shingler

BANDING, FLOOR = Banding(14, 8), 0.3
SHINGLES = shingler(5, "unicode")
Pair = tuple[int, int]


class Book(NamedTuple):
    """Four editions of one book: its chapters as tables, all pairs' similarities, and which pairs meet in a band."""

    texts: DataFrame
    signatures: DataFrame
    clusters: DataFrame
    exact: dict[Pair, float]
    sizes: dict[Pair, Pair]
    met: set[Pair]
    cluster: dict[int, int]


@pytest.fixture(scope="module")
def book(spark: SparkSession, data_dir: Path) -> Book:
    with gzip.open(data_dir / "neardup/rustbook.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    place = {row["id"]: n for n, row in enumerate(rows)}
    with gzip.open(data_dir / "neardup/rustbook.pairs.tsv.gz", "rt", encoding="utf-8") as lines:
        ends = [line.rstrip("\n").split("\t") for line in lines]
    exact = {_pair(place[left], place[right]): float(share) for left, right, share in ends}
    texts = [row["text"] for row in rows]
    packed = SHINGLES(pa.array(texts)).to_pylist()
    sets = {n: set(np.frombuffer(one, "<u8").tolist()) for n, one in enumerate(packed) if one}
    sizes = {(a, b): (len(sets[a] & sets[b]), len(sets[a] | sets[b])) for a, b in combinations(sets, 2)}
    signed = minhash_v1().measure(pa.array(texts)).field("signature").to_pylist()
    values = {n: np.frombuffer(one, "<u4").reshape(BANDING) for n, one in enumerate(signed) if one}
    met = {(a, b) for a, b in combinations(values, 2) if (values[a] == values[b]).all(1).any()}
    parts = list(nx.connected_components(nx.Graph(list(met))))
    cluster = {n: min(part) for part in parts for n in part}
    members = [(n, min(part), len(part)) for part in parts for n in part]
    return Book(
        spark.createDataFrame(list(enumerate(texts)), "doc_id long, text string").repartition(3),
        spark.createDataFrame([(n, s) for n, s in enumerate(signed) if s], "doc_id long, signature binary"),
        spark.createDataFrame(members, "doc_id long, cluster_id long, members long"),
        exact, sizes, met, cluster,
    )  # fmt: skip


def _pair(one: int, other: int) -> Pair:
    return min(one, other), max(one, other)


def drawn(book: Book, size: int) -> list[Drawn]:
    return draw(book.signatures, book.clusters, book.texts, SHINGLES, size, seed=3)


def test_every_pair_of_the_sample_is_found_once_with_the_similarity_of_the_data(book: Book) -> None:
    sample = drawn(book, 100)
    ids = {one.doc_id for one in sample}
    rows = true_pairs(book.texts, sample, SHINGLES, FLOOR).collect()
    found = {_pair(row["doc_id"], row["other"]): (row["both"], row["either"]) for row in rows}
    assert len(found) == len(rows) and {row["doc_id"] for row in rows} <= ids and len(ids) == 100
    # The data's similarities have four decimals: pairs at the floor may be on either side of it.
    touching = {pair: share for pair, share in book.exact.items() if ids & set(pair)}
    assert {pair for pair, share in touching.items() if share > FLOOR + 1e-4} <= set(found)
    for pair, (both, either) in found.items():
        assert book.sizes[pair] == (both, either)
        assert both / either == pytest.approx(touching[pair], abs=6e-5)
    assert len(found) > 300


@pytest.mark.parametrize(("size", "floor"), [(60, 0.3), (60, 0.72), (1000, 0.72)])
def test_bins_are_those_of_the_pairs_counted_by_hand(book: Book, size: int, floor: float) -> None:
    sample = drawn(book, size)
    ids = {one.doc_id for one in sample}
    counts: dict[int, list[float]] = {}
    together = Counter[bool]()
    for pair, (both, either) in book.sizes.items():
        if not ids & set(pair):
            continue
        near, one = both / either >= floor, book.cluster.get(pair[0], -1) == book.cluster.get(pair[1], -2)
        together[near] += one
        if near:
            cell = counts.setdefault(both * BINS // either, [0, 0, 0, 0.0])
            chance = BANDING.chance(both / either)
            cell[:] = [cell[0] + 1, cell[1] + (pair in book.met), cell[2] + one, cell[3] + chance]
    pairs = true_pairs(book.texts, sample, SHINGLES, floor)
    found = {cell.number: cell for cell in cells(pairs, sample, book.signatures, book.clusters, BANDING)}
    assert {n: [c.pairs, c.met, c.together] for n, c in found.items()} == {n: c[:3] for n, c in counts.items()}
    assert all(cell.expected == pytest.approx(counts[n][3], abs=1e-3) for n, cell in found.items())
    assert mates(sample) == together.total() > 0 and (together[False] > 0 or floor < 0.5)
    assert len(ids) == min(size, book.signatures.count())


def test_bands_of_wider_values_meet_as_those_values_do(book: Book) -> None:
    """The signatures with each value written in 8 bytes are the same signatures."""
    rows = [(row["doc_id"], bytes(row["signature"])) for row in book.signatures.collect()]
    wide = [(doc_id, np.frombuffer(one, "<u4").astype("<u8").tobytes()) for doc_id, one in rows]
    signatures = book.signatures.sparkSession.createDataFrame(wide, "doc_id long, signature binary")
    sample = drawn(book, 60)
    again = draw(signatures, book.clusters, book.texts, SHINGLES, 60, seed=3)
    pairs = true_pairs(book.texts, sample, SHINGLES, FLOOR)
    usual = cells(pairs, sample, book.signatures, book.clusters, BANDING)
    assert cells(pairs, again, signatures, book.clusters, BANDING, value_bytes=8) == usual


def test_pairs_with_documents_that_were_not_compared_do_not_count(book: Book) -> None:
    sample = drawn(book, 60)
    fewer = book.signatures.where("doc_id % 2 = 0")
    pairs = true_pairs(book.texts, sample, SHINGLES, FLOOR)
    counted = cells(pairs, sample, fewer, book.clusters, BANDING)
    assert sum(cell.pairs for cell in counted) == pairs.where("other % 2 = 0").count() > 0


def test_the_draw_depends_on_the_seed_alone(book: Book) -> None:
    parted = book._replace(texts=book.texts.repartition(5), signatures=book.signatures.repartition(4))
    assert drawn(book, 20) == drawn(parted, 20)
    other = draw(book.signatures, book.clusters, book.texts, SHINGLES, 20, seed=4)
    assert {one.doc_id for one in other} != {one.doc_id for one in drawn(book, 20)}


def test_edits_come_before_shingles(spark: SparkSession) -> None:
    """As the signature's text: two pages that differ in a line that the edit cuts are one and the same."""
    kept = "The quick brown fox jumps over the lazy dog today."
    rows = [(1, f"Menu one\n{kept}"), (2, f"Another menu here\n{kept}")]
    texts = spark.createDataFrame(rows, "doc_id long, text string")
    shares = []
    for edits in ((), (c4_v1(),)):
        shingles = shingler(5, "unicode", edits)
        packed = shingles(pa.array([rows[0][1]]))[0].as_py()
        (pair,) = true_pairs(texts, [Drawn(1, packed, b"")], shingles, 0.1).collect()
        shares.append(pair["both"] / pair["either"])
    assert shares[0] < 1 == shares[1]


def test_where_nothing_was_compared_nothing_is_drawn(book: Book) -> None:
    assert draw(book.signatures.where("doc_id < 0"), book.clusters, book.texts, SHINGLES, 5, seed=0) == []
