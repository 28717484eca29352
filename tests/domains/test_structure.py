"""Structure in real vectors, none in those whose dimensions were permuted, and its parts beside scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.neighbors import NearestNeighbors

from thresher.domains.gather import Sample
from thresher.domains.in_memory import lloyd, seeded
from thresher.domains.placing import Rows, one_thread, usable
from thresher.domains.structure import Structure, _neighbours, _permuted, adjusted_rand, explained, structure
from thresher.domains.sweep import _distances, best, curve, silhouette
from thresher.domains.vectors import Matrix

from .conftest import Texts

SPHERICAL, SEED = True, 5


def some(real: Texts, count: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.random.default_rng(0).permutation(len(real.texts))[:count]


def structure_of(vectors: Matrix, sources: "np.ndarray[tuple[int], np.dtype[np.str_]]", k: int) -> Structure:
    """The test of structure on a grouping of these vectors."""
    rows, used = usable(np.ascontiguousarray(vectors), SPHERICAL)
    assert used.all()
    with one_thread():
        labels = lloyd(rows, seeded(rows, k, SPHERICAL, 1), 10)[0].labels(rows)
        others = {"domain_id": labels, "source": np.unique(sources, return_inverse=True)[1]}
        return structure(Sample(rows, np.arange(len(labels)), others), k, SPHERICAL, SEED)


@pytest.mark.parametrize("k", [8, 40])
def test_real_vectors_have_structure_and_permuted_ones_have_none(real: Texts, k: int) -> None:
    mine = some(real, 3000)
    vectors, sources = real.vectors[mine], real.sources[mine]
    told = structure_of(vectors, sources, k)
    assert told.found and told.words.startswith("there is structure")
    assert told.explained > 3 * told.permuted_explained and told.agreement > 0.2 > told.permuted_agreement
    assert told.domains_explained > told.random_explained and told.domains_neighbours > 2 * told.random_neighbours
    random = np.random.default_rng(1)
    permuted = np.stack([random.permutation(column) for column in vectors.T], 1)
    noise = structure_of(permuted, sources, k)
    assert not noise.found and "no better than random" in noise.words
    assert noise.details()["structure"] == noise.words and float(noise.details()["structure_groups"]) == k


def test_one_blob_has_no_structure_and_one_group_says_so() -> None:
    blob = np.random.default_rng(2).standard_normal((600, 16)).astype(np.float32)
    sources = np.array(["a"] * 600)
    assert not structure_of(blob, sources, 6).found
    assert not structure_of(blob, sources, 1).found
    assert not structure_of(blob[:40], sources[:40], 4).found  # too few for four groups of twenty
    with pytest.raises(ValueError, match="30 documents are too few"):
        structure_of(blob[:30], sources[:30], 4)


def test_permuting_keeps_each_dimension(real: Texts) -> None:
    rows, _ = usable(real.vectors[:200], False)
    permuted = _permuted(rows, False, 3)
    assert (np.sort(permuted.points, 0) == np.sort(rows.points, 0)).all()
    assert not (permuted.points == rows.points).all(0).any()


labels = st.lists(st.integers(0, 4), min_size=2, max_size=40)


@given(labels, st.randoms())
def test_adjusted_rand_is_scikit_learns(one: list[int], random: object) -> None:
    two = random.sample(one, len(one))  # type: ignore[attr-defined]
    for other in (one, two, [0] * len(one), list(range(len(one)))):
        ours = adjusted_rand(np.array(one, np.int32), np.array(other, np.int32))
        assert abs(ours - adjusted_rand_score(one, other)) < 1e-12


def test_explained_is_one_less_variance_within_groups(real: Texts) -> None:
    rows, _ = usable(real.vectors[:500], False)
    groups = np.arange(500, dtype=np.int32) % 7
    points = rows.points.astype(np.float64)
    within = sum(((points[groups == g] - points[groups == g].mean(0)) ** 2).sum() for g in range(7))
    assert abs(explained(rows, groups) - (1 - within / ((points - points.mean(0)) ** 2).sum())) < 1e-6


def test_neighbours_are_scikit_learns(real: Texts) -> None:
    rows, _ = usable(real.vectors[some(real, 300)], True)
    distances, places = NearestNeighbors(n_neighbors=11, algorithm="brute").fit(rows.points).kneighbors(rows.points)
    ours = _neighbours(Rows(rows.points, rows.squares))
    gaps = np.linalg.norm(rows.points[:, None] - rows.points[ours], axis=2)
    np.testing.assert_allclose(gaps, distances[:, 1:], atol=2e-3)
    assert not (ours == np.arange(300)[:, None]).any() and places.shape == (300, 11)


@pytest.mark.parametrize("spherical", [True, False])
def test_silhouettes_are_scikit_learns(real: Texts, spherical: bool) -> None:
    rows, _ = usable(real.vectors[some(real, 400)], spherical)
    groups = lloyd(rows, seeded(rows, 9, spherical, 1), 5)[0].labels(rows)
    groups[:3] = [9, 10, 10]  # one alone
    expected = silhouette_score(rows.points, groups, metric="cosine" if spherical else "euclidean")
    assert abs(silhouette(_distances(rows, spherical), groups) - expected) < 1e-4


def test_the_sweep_finds_as_many_groups_as_there_are(real: Texts) -> None:
    middles = real.vectors[some(real, 12)]
    noise = np.random.default_rng(3).standard_normal((1200, middles.shape[1])) * 0.005
    rows, _ = usable((np.repeat(middles, 100, 0) + noise).astype(np.float32), True)
    found = curve(Sample(rows, np.arange(1200), {}), (4, 8, 12, 16, 24, 900), True, 1)
    assert list(found) == [4, 8, 12, 16, 24] and best(found) == 12
