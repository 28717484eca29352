"""Domains in two levels: brute force within each group, the same bits always, little worse than one level."""

import numpy as np
import pytest
from pyspark.sql import SparkSession

from thresher.domains.placing import Centroids, one_thread, usable
from thresher.domains.tree import Tree, fitted_in_groups
from thresher.errors import ThresherError

from .conftest import Texts
from .test_kmeans import assigned, frame

K = 400


@pytest.mark.parametrize("spherical", [True])
def test_a_tree_is_the_same_under_every_partitioning_and_close_to_one_level(
    spark: SparkSession, real: Texts, spherical: bool
) -> None:
    vectors = real.vectors[::2]
    frames = [frame(spark, vectors).repartition(parts, "vector") for parts in (2, 5)]
    trees = [fitted_in_groups(rows, len(vectors), K, spherical, 3, 2).centroids for rows in frames]
    with pytest.raises(ThresherError, match="9000 domains were asked of 50 documents"):
        fitted_in_groups(frames[0], 50, 9_000, spherical, 3, 2)
    one, two = trees
    assert isinstance(one, Tree) and isinstance(two, Tree)
    assert one.points.tobytes() == two.points.tobytes() and (one.parents == two.parents).all()
    assert assigned(frames[0], one).equals(assigned(frames[1], two))
    assert K - 20 <= len(one.points) <= K and one.parents[-1] == 19
    rows, _ = usable(vectors, spherical)
    flat = Centroids(one.points, spherical)
    with one_thread():
        within = one.squared_distances(rows, one.labels(rows)).sum()
        best = flat.squared_distances(rows, flat.labels(rows)).sum()
    assert best <= within < 1.05 * best


def test_the_two_nearest_are_those_of_the_nearest_group(real: Texts) -> None:
    parents = np.sort(np.random.default_rng(1).integers(0, 6, 50)).astype(np.int32)
    parents = np.concatenate([parents, [6]]).astype(np.int32)  # the last group has one alone
    tree = Tree(usable(real.vectors[:51], True)[0].points, True, parents)
    rows, _ = usable(real.vectors[:3000], True)
    found, groups = tree.placed(rows), tree.groups.labels(rows)
    squared = ((rows.points[:, None].astype(float) - tree.points[None]) ** 2).sum(2)
    squared[groups[:, None] != parents] = np.inf
    order = np.argsort(squared, 1, kind="stable")
    assert (found.domain == order[:, 0]).mean() > 0.999 and (found.domain == tree.labels(rows)).all()
    several = groups != 6
    assert several.sum() < len(several) and (found.second[~several] == -1).all()
    assert (found.second[several] == order[several, 1]).mean() > 0.999
    row = np.arange(len(groups))
    np.testing.assert_allclose(found.distance, squared[row, found.domain] / 2, atol=1e-12)
