"""Finding groups among points on the unit sphere, and saying how far two groupings agree.

The way: randomised SVD, exact nearest neighbours, a few steps of diffusion over their graph, k-means. Everything is
dense linear algebra in blocks, so memory stays bounded, and a seed makes each step repeat to the bit on one machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int64]

BLOCK = 2048
EPS = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """A label for each point, the unit centres, and the mean cosine of points to their centre."""

    labels: Ints
    centres: Floats
    cohesion: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A number of clusters tried: how far two halves of the data agree on it, and how far apart its clusters lie."""

    count: int
    stability: float  # adjusted Rand index of the groupings that two halves give
    silhouette: float  # −1 … 1, by distance to the own and to the next centre

    @property
    def worth(self) -> float:
        return max(0.0, self.stability) * max(0.0, self.silhouette)


def unit(rows: Floats) -> Floats:
    """Rows scaled to length one; rows of zeros stay."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, EPS), dtype=np.float32)


def principal_directions(matrix: Any, count: int, *, seed: int, rounds: int = 2, spare: int = 10) -> Floats:
    """The leading right singular vectors of a sparse matrix, one a column.

    Halko, Martinsson & Tropp (2011), SIAM Review 53(2):217–288, algorithms 4.4 and 5.1.
    """
    rows, columns = matrix.shape
    count = min(count, rows, columns)
    rng = np.random.default_rng(seed)
    basis = matrix @ rng.standard_normal((columns, min(columns, count + spare))).astype(np.float32)
    for _ in range(rounds):
        basis, _unused = np.linalg.qr(basis)
        basis, _unused = np.linalg.qr(matrix.T @ basis)
        basis = matrix @ basis
    basis, _unused = np.linalg.qr(basis)
    small = np.asarray((matrix.T @ basis).T)
    _left, _values, right = np.linalg.svd(small, full_matrices=False)
    return np.ascontiguousarray(right[:count].T, dtype=np.float32)


def nearest(points: Floats, among: Floats, count: int, *, selves: bool = False) -> tuple[Ints, Floats]:
    """The `count` rows of `among` of largest cosine for each point, exactly, and the cosines.

    With `selves` the two are the same rows and no point is its own neighbour.
    """
    count = min(count, len(among) - selves)
    found = np.empty((len(points), count), dtype=np.int64)
    cosines = np.empty((len(points), count), dtype=np.float32)
    for start in range(0, len(points), BLOCK):
        block = points[start : start + BLOCK] @ among.T
        if selves:
            block[np.arange(len(block)), np.arange(start, start + len(block))] = -2.0
        best = np.argpartition(-block, count - 1, axis=1)[:, :count] if count < len(among) else np.argsort(-block)
        found[start : start + BLOCK] = best
        cosines[start : start + BLOCK] = np.take_along_axis(block, best, axis=1)
    return found, cosines


def graph(size: int, rows: Ints, columns: Ints, weights: Floats) -> Any:
    """A random walk over neighbours: rows of non-negative weights that sum to one (or to nothing)."""
    walk = sparse.csr_matrix((np.maximum(weights, 0), (rows, columns)), shape=(size, size), dtype=np.float32)
    walk = walk + walk.T  # a neighbour of mine sees me too
    sums = np.asarray(walk.sum(axis=1)).ravel()
    return sparse.diags((1 / np.maximum(sums, EPS)).astype(np.float32)) @ walk


def diffuse(points: Floats, walk: Any, *, steps: int = 3, keep: float = 0.5) -> Floats:
    """Each point moved towards its neighbours, step by step, so that what belongs together comes together."""
    moved = points
    for _ in range(steps):
        moved = unit(np.asarray(keep * moved + (1 - keep) * (walk @ moved), dtype=np.float32))
    return moved


def k_means(points: Floats, count: int, *, seed: int, starts: int = 3, rounds: int = 25) -> Clusters:
    """Spherical k-means of unit rows, the best of several starts by k-means++ (Arthur & Vassilvitskii 2007)."""
    rng = np.random.default_rng(seed)
    return max((_one_run(points, count, rng, rounds) for _ in range(starts)), key=lambda found: found.cohesion)


def _one_run(points: Floats, count: int, rng: np.random.Generator, rounds: int) -> Clusters:
    centres = _spread(points, count, rng)
    labels = np.full(len(points), -1, dtype=np.int64)
    cosines = points @ centres.T
    for _ in range(rounds):
        closest = cosines.argmax(axis=1)
        if np.array_equal(closest, labels):
            break
        labels = closest
        centres = means(points, labels, count)
        cosines = points @ centres.T
        empty = np.flatnonzero(np.bincount(labels, minlength=count) == 0)
        if len(empty):  # an empty cluster starts anew where the points fit worst
            worst = np.argsort(cosines[np.arange(len(points)), labels])[: len(empty)]
            centres[empty] = points[worst]
            cosines = points @ centres.T
    return Clusters(labels=labels, centres=centres, cohesion=float(cosines[np.arange(len(points)), labels].mean()))


def _spread(points: Floats, count: int, rng: np.random.Generator) -> Floats:
    chosen = [int(rng.integers(len(points)))]
    distance = 1 - points @ points[chosen[0]]
    for _ in range(count - 1):
        odds = np.maximum(distance, 0).astype(np.float64)
        total = odds.sum()
        chosen.append(int(rng.choice(len(points), p=odds / total)) if total > 0 else int(rng.integers(len(points))))
        distance = np.minimum(distance, 1 - points @ points[chosen[-1]])
    return np.array(points[chosen])


def means(points: Floats, labels: Ints, count: int) -> Floats:
    """The unit mean of each label's points (zeros where a label has none); labels below 0 are left out."""
    inside = np.flatnonzero(labels >= 0)
    shape = (count, len(points))
    member = sparse.csr_matrix((np.ones(len(inside), np.float32), (labels[inside], inside)), shape=shape)
    return unit(np.asarray(member @ points, dtype=np.float32))


def try_counts(points: Floats, counts: Sequence[int], *, seed: int) -> list[Choice]:
    """Each number of clusters judged: two halves of the points are clustered apart and must agree on all of them.

    Stability as in Ben-Hur, Elisseeff & Guyon (2002), Pacific Symposium on Biocomputing 7:6–17; the simplified
    silhouette as in Hruschka, de Castro & Campello (2004).
    """
    order = np.random.default_rng(seed).permutation(len(points))
    halves = [points[order[: len(order) // 2]], points[order[len(order) // 2 :]]]
    tried = []
    for count in counts:
        found = [k_means(half, count, seed=seed + number, starts=2, rounds=15) for number, half in enumerate(halves)]
        cosines = [points @ each.centres.T for each in found]
        agreed = adjusted_rand(cosines[0].argmax(axis=1), cosines[1].argmax(axis=1))
        apart = float(np.mean([silhouette(each) for each in cosines]))
        tried.append(Choice(count=count, stability=agreed, silhouette=apart))
    return tried


def silhouette(cosines: Floats) -> float:
    """Simplified silhouette from the cosines of points to all centres."""
    if cosines.shape[1] < 2:
        return 0.0
    two = np.partition(cosines, -2, axis=1)[:, -2:]
    near, far = 1 - two[:, 1], 1 - two[:, 0]
    return float(np.mean((far - near) / np.maximum(far, EPS)))


def adjusted_rand(a: Ints, b: Ints) -> float:
    """Hubert & Arabie (1985): 1 for equal groupings, 0 on average for chance."""
    table = _crossed(a, b)
    pairs = float(_pairs(table.data).sum())
    rows, columns = (float(_pairs(np.asarray(table.sum(axis=axis)).ravel()).sum()) for axis in (1, 0))
    total = float(_pairs(np.array([len(a)]))[0])
    expected, most = rows * columns / total if total else 0.0, (rows + columns) / 2
    return 1.0 if most == expected else (pairs - expected) / (most - expected)


def mutual_information(a: Ints, b: Ints) -> float:
    """Mutual information over the mean of the two entropies, 0 … 1 (Vinh, Epps & Bailey 2010, NMI with the sum)."""
    table = _crossed(a, b)
    joint = table.data / len(a)
    rows, columns = (np.asarray(table.sum(axis=axis)).ravel() / len(a) for axis in (1, 0))
    place = table.tocoo()
    shared = float((joint * np.log(joint / (rows[place.row] * columns[place.col]))).sum())
    entropies = sum(float(-(p[p > 0] * np.log(p[p > 0])).sum()) for p in (rows, columns))
    return 1.0 if entropies == 0 else 2 * shared / entropies


def _crossed(a: Ints, b: Ints) -> Any:
    left, right = np.unique(a, return_inverse=True)[1], np.unique(b, return_inverse=True)[1]
    table = sparse.coo_matrix((np.ones(len(a)), (left, right))).tocsr()
    table.sum_duplicates()
    return table


def _pairs(counts: Any) -> Any:
    return counts * (counts - 1) / 2
