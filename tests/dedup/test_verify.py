"""Verified pairs: their similarities are the data's own, none below the bound, and no pair lost to a bad centre."""

import gzip
import json
from itertools import combinations
from pathlib import Path

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession

from thresher.annotators.minhash import minhash_v1
from thresher.dedup.minhash import bucket_stars
from thresher.dedup.verify import Check, shingle_contents, verified_edges

AT_LEAST = 0.8
Edges = dict[tuple[int, int], float]


def texts_of(path: Path) -> tuple[list[str], list[str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row["id"] for row in rows], [row["text"] for row in rows]


def found(
    spark: SparkSession, texts: list[str], by_signature: bool, banding: tuple[int, int] = (14, 8), seed: int = 1
) -> Edges:
    """The verified edges of the texts, which are numbered, through so many bands of so many rows."""
    annotator = minhash_v1(permutations=banding[0] * banding[1], seed=seed)
    signatures = annotator.measure(pa.array(texts)).field("signature")
    rows = [(n, signature) for n, signature in enumerate(signatures.to_pylist()) if signature]
    signed = spark.createDataFrame(rows, "doc_id long, signature binary").persist()
    if by_signature:
        contents = signed.selectExpr("doc_id", "signature AS content")
    else:
        documents = spark.createDataFrame(list(enumerate(texts)), "doc_id long, text string")
        contents = documents.select("doc_id", shingle_contents(5, "unicode")("text").alias("content"))
    edges = verified_edges(bucket_stars(signed, *banding).persist(), contents.persist(), Check(by_signature, AT_LEAST))
    return as_pairs(edges)


def as_pairs(edges: DataFrame) -> Edges:
    rows = edges.collect()
    pairs = {(min(row[0], row[1]), max(row[0], row[1])): row[2] for row in rows}
    assert len(pairs) == len(rows)
    return pairs


def together(edges: Edges) -> set[tuple[int, int]]:
    """All pairs that are in one cluster."""
    parts = nx.connected_components(nx.Graph(list(edges)))
    return {pair for part in parts for pair in combinations(sorted(part), 2)}


@pytest.fixture(scope="module")
def book(data_dir: Path) -> tuple[list[str], Edges]:
    return read_book(data_dir)


def read_book(data_dir: Path) -> tuple[list[str], Edges]:
    """The chapters of four editions, and how alike they are: every pair above 0.017."""
    ids, texts = texts_of(data_dir / "neardup/rustbook.jsonl.gz")
    place = {name: n for n, name in enumerate(ids)}
    with gzip.open(data_dir / "neardup/rustbook.pairs.tsv.gz", "rt", encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    ends = [(place[left], place[right], float(share)) for left, right, share in rows]
    return texts, {(min(a, b), max(a, b)): share for a, b, share in ends}


def test_by_shingles_every_edge_is_as_alike_as_the_data_says(
    spark: SparkSession, book: tuple[list[str], Edges]
) -> None:
    texts, exact = book
    edges = found(spark, texts, by_signature=False)
    assert len(edges) > 20
    for pair, share in edges.items():
        assert share >= AT_LEAST and share == pytest.approx(exact[pair], abs=6e-5)
    near = {pair for pair, share in exact.items() if share >= AT_LEAST}
    clusters = together(edges)
    assert len(near & clusters) / len(near) > 0.98
    # Pairs that are alike only by way of a third are in one cluster too; unverified, 30,000 pairs are.
    assert len(near & clusters) / len(clusters) > 0.85


def test_by_signatures_edges_err_by_chance_alone(spark: SparkSession, book: tuple[list[str], Edges]) -> None:
    texts, exact = book
    edges = found(spark, texts, by_signature=True)
    errors = np.array([share - exact[pair] for pair, share in edges.items()])
    assert min(edges.values()) >= AT_LEAST
    deviation = np.sqrt(0.8 * 0.2 / 112)
    assert abs(errors).max() < 4.5 * deviation and min(exact[pair] for pair in edges) > AT_LEAST - 4.5 * deviation


@pytest.mark.parametrize("by_signature", [True, False])
def test_ten_planted_pairs_and_no_other(spark: SparkSession, data_dir: Path, by_signature: bool) -> None:
    _, texts = texts_of(data_dir / "neardup/minhash1000.jsonl.gz")
    sets = [{tuple(words[i : i + 5]) for i in range(len(words) - 4)} for words in (text.split() for text in texts)]
    planted = {
        (a, b)
        for a, b in combinations(range(len(sets)), 2)
        if len(sets[a] & sets[b]) > 0.5 * max(len(sets[a]), len(sets[b]))
    }
    assert len(planted) == 10
    assert set(found(spark, texts, by_signature)) == planted


@pytest.mark.parametrize("width", [4, 8])
def test_a_bucket_whose_centre_is_the_odd_one_out_keeps_its_other_pairs(spark: SparkSession, width: int) -> None:
    stars = spark.createDataFrame([(1, n, 0) for n in (1, 2, 3, 4)], "key long, doc_id long, centre long")
    values = {0: [9] * 10, 1: [1] * 10, 2: [1] * 9 + [2], 3: [5] * 10, 4: [5] * 10}
    rows = [(n, np.array(value, f"<u{width}").tobytes()) for n, value in values.items()]
    contents = spark.createDataFrame(rows, "doc_id long, content binary")
    assert as_pairs(verified_edges(stars, contents, Check(True, 0.8, width))) == {(1, 2): 0.9, (3, 4): 1.0}


def test_a_new_centre_is_compared_with_members_that_had_found_the_first(spark: SparkSession) -> None:
    stars = spark.createDataFrame([(1, n, 0) for n in (1, 2)], "key long, doc_id long, centre long")
    values = {0: [1] * 10, 1: [1] * 8 + [2] * 2, 2: [1] * 6 + [2] * 4}  # 0 and 2 are alike by way of 1 alone
    rows = [(n, np.array(value, "<u4").tobytes()) for n, value in values.items()]
    contents = spark.createDataFrame(rows, "doc_id long, content binary")
    assert as_pairs(verified_edges(stars, contents, Check(True, 0.8))) == {(0, 1): 0.8, (1, 2): 0.8}
