"""Measured recall against every pair counted by hand, on a real book's chapters."""

import gzip
import json
from itertools import permutations
from pathlib import Path

import networkx as nx
import numpy as np
import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from thresher.annotators.minhash import minhash_v1
from thresher.dedup.recall import BINS, measured_recall

BANDS, ROWS = 14, 8


@pytest.mark.parametrize("bits", [32, 64])
def test_rates_are_those_of_every_pair_counted_by_hand(spark: SparkSession, data_dir: Path, bits: int) -> None:
    with gzip.open(data_dir / "neardup" / "rustbook.jsonl.gz", "rt") as lines:
        texts = pa.array([json.loads(line)["text"] for line in lines])
    signatures = minhash_v1(permutations=BANDS * ROWS, seed=1, bits=bits).measure(texts).field("signature")
    known = {doc_id: row for doc_id, row in enumerate(signatures.to_pylist()) if row is not None}
    values = {doc_id: np.frombuffer(row, f"<u{bits // 8}") for doc_id, row in known.items()}
    meets = {
        pair: bool((values[pair[0]] == values[pair[1]]).reshape(BANDS, ROWS).all(1).any())
        for pair in permutations(known, 2)
    }
    graph = nx.Graph([pair for pair, met in meets.items() if met])
    cluster = {doc_id: min(members) for members in nx.connected_components(graph) for doc_id in members}
    counted: dict[int, list[int]] = {}
    for (one, other), met in meets.items():
        equal = int((values[one] == values[other]).sum())
        if 2 * equal >= BANDS * ROWS:
            cell = counted.setdefault(equal * BINS // (BANDS * ROWS), [0, 0, 0])
            together = one in cluster and cluster[one] == cluster.get(other)
            cell[:] = [cell[0] + 1, cell[1] + met, cell[2] + together]
    rows = spark.createDataFrame(list(known.items()), "doc_id long, signature binary").repartition(3)
    clusters = spark.createDataFrame(list(cluster.items()), "doc_id long, cluster_id long")
    found = measured_recall(rows, clusters, BANDS, ROWS, seed=7, value_bytes=bits // 8)
    assert len(counted) >= 8 and found.sample == len(known)
    assert {cell.number: [cell.pairs, cell.met, cell.together] for cell in found.bins} == counted


def test_a_corpus_without_signatures_has_no_rates(spark: SparkSession) -> None:
    nothing = spark.createDataFrame([], "doc_id long, signature binary")
    clusters = spark.createDataFrame([], "doc_id long, cluster_id long")
    assert measured_recall(nothing, clusters, BANDS, ROWS, seed=0).bins == ()
