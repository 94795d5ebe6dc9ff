"""Grouping and matching: against scikit-learn, against known truth, and as properties."""

import numpy as np
import pytest
from scipy import sparse

from allears.science.clustering import (
    adjusted_rand,
    diffuse,
    graph,
    k_means,
    mutual_information,
    nearest,
    principal_directions,
    try_counts,
    unit,
)
from allears.science.matching import lineage


def blobs(*, groups: int, each: int, width: int = 16, noise: float = 0.25, seed: int = 0):
    rng = np.random.default_rng(seed)
    centres = unit(rng.standard_normal((groups, width)).astype(np.float32))
    truth = np.repeat(np.arange(groups), each)
    return unit((centres[truth] + noise * rng.standard_normal((len(truth), width))).astype(np.float32)), truth


def test_agreement_of_groupings_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is a library of training")
    rng = np.random.default_rng(1)
    for _ in range(5):
        a, b = rng.integers(0, 6, 300), rng.integers(0, 9, 300)
        b[:150] = a[:150]
        assert adjusted_rand(a, b) == pytest.approx(metrics.adjusted_rand_score(a, b))
        assert mutual_information(a, b) == pytest.approx(metrics.normalized_mutual_info_score(a, b))
    assert (adjusted_rand(a, a), mutual_information(a, a)) == (pytest.approx(1), pytest.approx(1))


def test_principal_directions_span_what_the_full_decomposition_does() -> None:
    rng = np.random.default_rng(2)
    low = rng.standard_normal((200, 5)) @ rng.standard_normal((5, 60))
    matrix = sparse.csr_matrix((low + 0.01 * rng.standard_normal((200, 60))).astype(np.float32))
    found = principal_directions(matrix, 5, seed=0)
    exact = np.linalg.svd(matrix.toarray(), full_matrices=False)[2][:5].T
    assert np.linalg.svd(found.T @ exact)[1].min() > 0.9999


def test_neighbours_are_exact_and_none_is_its_own() -> None:
    points, _ = blobs(groups=4, each=50)
    found, cosines = nearest(points, points, 7, selves=True)
    whole = points @ points.T
    np.fill_diagonal(whole, -2)
    expected = np.sort(whole, axis=1)[:, -7:]
    assert np.allclose(np.sort(cosines, axis=1), expected)
    assert not (found == np.arange(len(points))[:, None]).any()


def test_diffusion_and_k_means_find_known_groups_and_repeat() -> None:
    points, truth = blobs(groups=6, each=80, noise=0.22)
    before = adjusted_rand(k_means(points, 6, seed=3).labels, truth)
    found, cosines = nearest(points, points, 15, selves=True)
    rows = np.repeat(np.arange(len(points)), found.shape[1])
    moved = diffuse(points, graph(len(points), rows, found.ravel(), cosines.ravel()))
    after = k_means(moved, 6, seed=3)
    assert adjusted_rand(after.labels, truth) >= max(before, 0.95)
    assert np.array_equal(after.labels, k_means(moved, 6, seed=3).labels)


def test_the_number_of_groups_is_found() -> None:
    points, _ = blobs(groups=8, each=60, noise=0.15)
    tried = try_counts(points, [4, 6, 8, 11, 15], seed=0)
    assert max(tried, key=lambda choice: choice.worth).count == 8


def test_groups_keep_their_names_part_and_join() -> None:
    # old 0 goes on as new 1; old 1 falls into new 0 and new 2; old 2 goes into new 1; old 3 is gone
    shared = np.array([[0, 80, 0, 0], [60, 0, 40, 0], [0, 30, 2, 0], [0, 0, 0, 0]], dtype=float)
    known = lineage(shared)
    assert known.same == {0: 1, 1: 0}
    assert known.split_from == {2: 1}
    assert known.merged_into == {2: 1}


def test_likeness_of_terms_brings_a_group_back() -> None:
    nobody = np.zeros((1, 2))
    assert lineage(nobody).same == {}
    assert lineage(nobody, likeness=np.array([[0.1, 0.95]])).same == {1: 0}
