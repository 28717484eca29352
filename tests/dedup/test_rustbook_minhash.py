"""How often near duplicates meet in a band: measured on a real book's four editions, against the theory of LSH.

Of two documents with Jaccard similarity s, a band of r values agrees with a probability of s^r, at least one of b with
1 - (1 - s^r)^b. The exact similarities come with the data (5-word shingles of lower-cased `\\w+`).
"""

import gzip
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest

from thresher.annotators.minhash import OWN, minhash_v1
from thresher.kernels.components import forest
from thresher.kernels.minhash import similarity
from thresher.kernels.shingles import jaccard, shingle_sets

BANDS, ROWS, SEEDS = 14, 8, 20
BANDINGS = [(14, 8), (20, 13), (9, 13), (25, 10)]
PERMUTATIONS = 260  # as many as the longest of them needs
STUDENT_T_999 = 3.883  # two-sided 99.9 % with SEEDS - 1 = 19 degrees of freedom
BIN, FEWEST = 0.05, 50


class Pairs(NamedTuple):
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    exact: npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def book(data_dir: Path) -> tuple[pa.Array, Pairs]:
    """The chapters' texts, and the pairs of chapters with their exact similarity."""
    with gzip.open(data_dir / "neardup" / "rustbook.jsonl.gz", "rt") as lines:
        chapters = [json.loads(line) for line in lines]
    place = {chapter["id"]: i for i, chapter in enumerate(chapters)}
    with gzip.open(data_dir / "neardup" / "rustbook.pairs.tsv.gz", "rt") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines]
    left, right = (np.array([place[row[side]] for row in rows]) for side in (0, 1))
    return pa.array([c["text"] for c in chapters]), Pairs(left, right, np.array([float(row[2]) for row in rows]))


@pytest.fixture(scope="module")
def agreement(book: tuple[pa.Array, Pairs]) -> npt.NDArray[np.bool_]:
    """Whether the two documents agree, by seed, pair and value of the signature: 14 bands of 8."""
    text, pairs = book
    return np.array([agreements(text, pairs, seed, BANDS * ROWS) for seed in range(SEEDS)])


@pytest.fixture(scope="module")
def long_agreement(book: tuple[pa.Array, Pairs]) -> npt.NDArray[np.bool_]:
    """The same for signatures long enough for every banding."""
    text, pairs = book
    return np.array([agreements(text, pairs, seed, PERMUTATIONS) for seed in range(SEEDS)])


def agreements(text: pa.Array, pairs: Pairs, seed: int, permutations: int, **settings: Any) -> npt.NDArray[np.bool_]:
    annotator = minhash_v1(permutations=permutations, seed=seed, **settings)
    signatures, width = annotator.measure(text).field("signature"), settings.get("bits", 32) // 8
    rows = [np.frombuffer(row or bytes(width * permutations), f"<u{width}") for row in signatures.to_pylist()]
    values, known = np.array(rows), np.asarray(signatures.is_valid())
    both = known[pairs.left] & known[pairs.right]
    return (values[pairs.left] == values[pairs.right]) & both[:, None]


def bins(exact: npt.NDArray[np.float64]) -> list[npt.NDArray[np.int64]]:
    """The pairs of each bin of similarity; a bin of too few pairs is merged with the next, the last with the former."""
    merged: list[npt.NDArray[np.int64]] = [np.empty(0, np.int64)]
    for members in (np.flatnonzero(np.minimum(exact / BIN, 1 / BIN - 1).astype(int) == b) for b in range(int(1 / BIN))):
        if len(merged[-1]) >= FEWEST:
            merged.append(np.empty(0, np.int64))
        merged[-1] = np.concatenate([merged[-1], members])
    if len(merged[-1]) < FEWEST:
        merged[-2:] = [np.concatenate(merged[-2:])]
    return merged


def as_theory_says(pairs: Pairs, agreement: npt.NDArray[np.bool_], bands: int, rows: int) -> None:
    """In each bin of similarity, as many pairs meet in a band as should."""
    collides = agreement[:, :, : bands * rows].reshape(SEEDS, -1, bands, rows).all(3).any(2)
    found = bins(pairs.exact)
    assert len(found) >= 6 and sum(map(len, found)) == len(pairs.exact)
    for members in found:
        expected = np.mean(1 - (1 - pairs.exact[members] ** rows) ** bands)
        rates = collides[:, members].mean(1)
        margin = STUDENT_T_999 * rates.std(ddof=1) / np.sqrt(SEEDS)
        assert abs(rates.mean() - expected) <= margin, (pairs.exact[members].min(), rates.mean(), expected, margin)


@pytest.mark.parametrize(("bands", "rows"), BANDINGS)
def test_bands_collide_as_often_as_theory_says(
    book: tuple[pa.Array, Pairs], long_agreement: npt.NDArray[np.bool_], bands: int, rows: int
) -> None:
    as_theory_says(book[1], long_agreement, bands, rows)


@pytest.mark.parametrize(
    ("family", "bits"),
    [(OWN, 64), ("datasketch", 32), ("datasketch", 64), ("datasketch_legacy", 32), ("datatrove", 64)],
)
def test_and_so_they_do_in_every_family(book: tuple[pa.Array, Pairs], family: str, bits: int) -> None:
    text, pairs = book
    agreement = np.array(
        [agreements(text, pairs, seed, BANDS * ROWS, family=family, bits=bits) for seed in range(SEEDS)]
    )
    as_theory_says(pairs, agreement, BANDS, ROWS)


def test_values_agree_as_often_as_the_documents_shingles(
    book: tuple[pa.Array, Pairs], agreement: npt.NDArray[np.bool_]
) -> None:
    close_to(book[1].exact, agreement)


def close_to(exact: npt.NDArray[np.float64], agreement: npt.NDArray[np.bool_]) -> None:
    """Each seed's error over all pairs, averaged over seeds, is no more than chance; single errors have its size."""
    errors = agreement.mean(2) - exact
    per_seed = errors.mean(1)
    assert abs(per_seed.mean()) <= STUDENT_T_999 * per_seed.std(ddof=1) / np.sqrt(SEEDS)
    chance = np.sqrt(np.mean(exact * (1 - exact)) / (BANDS * ROWS))
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(chance, rel=0.15)


def test_and_as_the_documents_runs_of_characters(book: tuple[pa.Array, Pairs]) -> None:
    text, pairs = book
    sets = shingle_sets(text, 13, unit="characters")
    exact = jaccard(sets.take(pa.array(pairs.left)), sets.take(pa.array(pairs.right))).to_numpy()
    settings = {"ngram": 13, "unit": "characters", "bits": 64}
    agreement = np.array([agreements(text, pairs, seed, BANDS * ROWS, **settings) for seed in range(SEEDS)])
    close_to(exact, agreement)
    assert (exact > 0.8).sum() > 50


def test_the_similarity_of_signatures_is_their_share_of_equal_values(
    book: tuple[pa.Array, Pairs], agreement: npt.NDArray[np.bool_]
) -> None:
    text, pairs = book
    signatures = minhash_v1(seed=1).measure(text).field("signature")
    found = similarity(signatures.take(pa.array(pairs.left)), signatures.take(pa.array(pairs.right)))
    assert np.allclose(found.to_numpy(), agreement[1].mean(1), atol=1e-6)


def test_components_of_band_collisions_find_nearly_all_near_duplicates(
    book: tuple[pa.Array, Pairs], agreement: npt.NDArray[np.bool_]
) -> None:
    """Cluster recall, apart from band recall: pairs of at least 0.8 that end in one component, over all seeds."""
    _, pairs = book
    near, recalls = pairs.exact >= 0.8, []
    for collides in agreement.reshape(SEEDS, -1, BANDS, ROWS).all(3).any(2):
        node, root = forest(pairs.left[collides], pairs.right[collides])
        component = np.arange(1 + max(pairs.left.max(), pairs.right.max()))
        component[node] = root
        together = component[pairs.left] == component[pairs.right]
        assert together[collides].all()
        recalls.append(together[near].mean())
    assert near.sum() > 50 and np.mean(recalls) > 0.99
