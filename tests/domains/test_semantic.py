"""Copies by meaning on Spark: brute force's matches within domains, whatever blocks, order and partitioning."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from thresher.dedup.components import connected_components
from thresher.dedup.semantic import block_of, clusters, matches, ranked
from thresher.dedup.semantic_recall import Neighbours, neighbours
from thresher.domains.borders import Borders, Nearest
from thresher.domains.in_memory import fit
from thresher.domains.placing import Centroids, Rows, usable
from thresher.domains.vectors import column_of
from thresher.embed.embedder import Embedder
from thresher.kernels.cosines import cosine

from .conftest import Texts

Found = dict[int, tuple[int, float]]
AT_LEAST = 0.9
DOMAINS = 40


class Made(NamedTuple):
    """Vectors with ids in no order and a key by which copies are kept, some of it null, and which came later."""

    rows: Rows
    ids: npt.NDArray[np.int64]
    keys: list[int | None]
    later: npt.NDArray[np.bool_]
    centroids: Centroids


@pytest.fixture(scope="module")
def made(real: Texts, data_dir: Path) -> Made:
    """Real texts, editions of one book's chapters, and texts with words swapped, cases changed, the end cut off."""
    with gzip.open(data_dir / "neardup/rustbook.jsonl.gz", "rt", encoding="utf-8") as file:
        book = [json.loads(line)["text"][:4000] for line in file]
    some = real.texts[:: len(real.texts) // 400]
    texts = [*some, *book, *[copy for text in some for copy in (swapped(text), text.upper(), text[: len(text) // 2])]]
    model = Embedder("wordllama").load("cpu")
    parts = [model.vectors(model.prepare(texts[start : start + 512])) for start in range(0, len(texts), 512)]
    rows, used = usable(np.concatenate(parts), spherical=True)
    random = np.random.default_rng(3)
    n = int(used.sum())
    ids = random.permutation(n).astype(np.int64) * 7_919 - 5_000_000
    keys = [None if key == 9 else int(key) for key in random.integers(0, 10, n)]
    centroids = Centroids(fit(rows, DOMAINS, True, 0).points, spherical=True)
    return Made(rows, ids, keys, random.random(n) < 0.2, centroids)


def swapped(text: str) -> str:
    """The text with every two words in the other order."""
    words = text.split(" ")
    pairs = [words[at : at + 2][::-1] for at in range(0, len(words), 2)]
    return " ".join(word for pair in pairs for word in pair)


def frame(spark: SparkSession, made: Made, order: Sequence[int], partitions: int) -> DataFrame:
    """`doc_id`, `key`, `later`, `vector`, in this order."""
    columns = {
        "doc_id": pa.array(made.ids[order]),
        "key": pa.array([made.keys[place] for place in order], pa.int32()),
        "later": pa.array(made.later[order]),
        "vector": column_of(made.rows.points[order]),
    }
    return spark.createDataFrame(pa.table(columns)).repartition(partitions)


def searched(rows: DataFrame, made: Made, nearest: Nearest, block: int, instalments: bool, ties: bool) -> Found:
    """The matches of all documents, or, in instalments, of the later ones."""
    borders = Borders(made.centroids, nearest, AT_LEAST)
    instalment = F.col("later").cast("int") if instalments else F.lit(0)
    members = borders.of(rows).join(rows.select("doc_id", "key", instalment.alias("instalment")), "doc_id")
    order = [F.col("doc_id")] if ties else [F.desc_nulls_last("key"), F.asc("doc_id")]
    placed = ranked(members, order, int(instalments), ties)
    found = matches(placed, rows, AT_LEAST, block, 3).collect()
    return {row["doc_id"]: (row["matched_doc"], row["similarity"]) for row in found}


def twin(made: Made, nearest: Nearest | None, instalments: bool, ties: bool) -> Found:
    """The definition by brute force, over all pairs that share a domain; over all pairs where `nearest` is none."""
    n = len(made.ids)
    member = np.ones((n, 1), bool)
    if nearest is not None:
        member = np.zeros((n, DOMAINS), bool)
        member[Borders(made.centroids, nearest, AT_LEAST).members(made.rows)] = True
    instalment = made.later.astype(int) if instalments else np.zeros(n, int)

    def rank(place: int) -> tuple[int, ...]:
        key = made.keys[place]
        own = () if ties else (key is None, -(key or 0), int(made.ids[place]))
        return (int(instalment[place]), *own)

    near = np.argwhere(made.rows.points.astype(float) @ made.rows.points.T.astype(float) >= AT_LEAST - 1e-9)
    found: Found = {}
    for a, b in near[near[:, 0] != near[:, 1]].tolist():
        if rank(b) > rank(a) or not (member[a] & member[b]).any() or (instalments and not instalment[a]):
            continue
        alike = cosine(made.rows.points[a], made.rows.points[b])
        best = found.get(int(made.ids[a]), (0, -2.0))
        if alike >= AT_LEAST and (-alike, int(made.ids[b])) < (-best[1], best[0]):
            found[int(made.ids[a])] = (int(made.ids[b]), alike)
    return found


@pytest.fixture(scope="module")
def rows(spark: SparkSession, made: Made) -> DataFrame:
    return frame(spark, made, range(len(made.ids)), 3).persist()


@pytest.mark.parametrize("nearest", [1, 2, "all"])
def test_matches_are_those_of_brute_force_within_domains(rows: DataFrame, made: Made, nearest: Nearest) -> None:
    found = searched(rows, made, nearest, 64, False, False)
    assert found == twin(made, nearest, False, False)
    assert len(found) > 500
    if nearest == "all":
        assert found == twin(made, None, False, False)


def test_neither_order_nor_partitions_nor_blocks_change_a_bit(spark: SparkSession, rows: DataFrame, made: Made) -> None:
    usual = searched(rows, made, 2, block_of(256), False, False)
    random = np.random.default_rng(4)
    for partitions, block in ((1, 64), (7, 97)):
        other = frame(spark, made, random.permutation(len(made.ids)).tolist(), partitions)
        assert searched(other, made, 2, block, False, False) == usual


def test_later_documents_meet_earlier_ones_and_no_earlier_one_is_measured_again(rows: DataFrame, made: Made) -> None:
    found = searched(rows, made, 2, 64, True, False)
    assert found == twin(made, 2, True, False)
    later = set(made.ids[made.later].tolist())
    assert found and set(found) <= later and {match for match, _ in found.values()} - later


def test_where_none_stays_each_of_two_matches_the_other(rows: DataFrame, made: Made) -> None:
    for instalments in (False, True):
        found = searched(rows, made, 2, 64, instalments, True)
        assert found == twin(made, 2, instalments, True)
        if not instalments:
            assert {match for match, _ in found.values()} <= set(found)


def test_what_borders_hide_is_counted(rows: DataFrame, made: Made) -> None:
    cosines = made.rows.points.astype(float) @ made.rows.points.T.astype(float)
    np.fill_diagonal(cosines, -1)
    for nearest, least in ((1, 0.5), (2, 0.95), ("all", 1.0)):
        borders = Borders(made.centroids, nearest, AT_LEAST)
        member = np.zeros((len(made.ids), DOMAINS), bool)
        member[borders.members(made.rows)] = True
        near = np.argwhere(cosines >= AT_LEAST)
        compared = sum(bool((member[a] & member[b]).any()) for a, b in near.tolist())
        assert neighbours(rows, 1, borders, 0) == Neighbours(len(made.ids), len(near), compared)
        assert compared >= least * len(near)
        some = neighbours(rows, 10 * len(made.ids), borders, 0)  # a sample of about a tenth, were there so many
        assert 0 < some.sample < len(made.ids) and some.compared <= some.pairs < len(near)


def test_a_cluster_is_a_tree_of_matches_with_one_that_stays(rows: DataFrame, made: Made) -> None:
    found = searched(rows, made, 2, 64, False, False)
    matched, similarity = zip(*found.values(), strict=True)
    columns = {"doc_id": list(found), "matched_doc": matched, "similarity": similarity}
    table = rows.sparkSession.createDataFrame(pa.table(columns))
    linked = connected_components(table.selectExpr("doc_id", "matched_doc AS centre"))
    told = {row["doc_id"]: row for row in clusters(table, linked, one_stays=True).collect()}
    for doc, row in told.items():
        keeper = doc
        while keeper in found:
            keeper = found[keeper][0]
        assert row["keeper"] == keeper and row["kept"] == (doc == keeper)
        mine = [other for other, one in told.items() if one["keeper"] == keeper]
        assert (row["cluster_id"], row["members"]) == (min(mine), len(mine))
    assert {row["keeper"] for row in clusters(table, linked, one_stays=False).collect()} == {None}
