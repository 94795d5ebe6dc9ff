"""Linear scores of labels from hashed grams, and probabilities from the scores.

First stage: for each label a linear support vector machine on grams weighted by their naive-Bayes log-count ratio
(Wang & Manning 2012), which is right with few rows, joined with one on plain inverse document frequencies, which is
right with many. Second stage: scores of rows that the first stage had not seen (cross-fitted) become probabilities by a
regularised logistic regression that may also listen to another annotator (stacking, Wolpert 1992). It begins from
"each label by its own score" and moves away only as far as the data ask (Platt 1999; Guo et al. 2017).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from allears.kit.lazy import LazyModule
from allears.understand.text.grams import Ints, KeyRows, Keys

if TYPE_CHECKING:
    import scipy.sparse as sparse
else:
    sparse = LazyModule("scipy.sparse")
optimize: Any = LazyModule("scipy.optimize")  # this and the next only to train
svm: Any = LazyModule("sklearn.svm")

Floats = NDArray[np.float64]
Weights = NDArray[np.float16]

MOST_GRAMS: Final = 400_000
MOST_WEIGHTS: Final = 16_000_000
SMOOTHING: Final = 1.0
STRICTNESS: Final = (1.0, 0.3, 0.1)  # C of the machines; rows have unit length
FEW: Final = 6  # machines, up to which the strictness is chosen by rows held out; else it is the first
HELD: Final = ((2_000, 5), (12_000, 3))  # rows below which so many folds are used; above, one part of four
FEWEST_OTHERS: Final = 6_000  # rows without a rare label that it is told apart from
OTHERS: Final = 6  # times its own rows
PULL: Final = 4.0  # precision of the prior around each label by its own score
OTHERS_PULL: Final = 40.0  # the same for the scores of other labels
_MOST_STEPS: Final = 60
_LEAST_SPREAD: Final = 0.05


@dataclass(frozen=True, slots=True)
class Scorer:
    """Probabilities of labels. `exclusive`: they sum to one over the labels; else each stands alone."""

    exclusive: bool
    vocabulary: Keys
    weights: Weights  # grams × machines; one machine serves two exclusive labels
    bias: Floats
    centre: Floats  # of the second stage's inputs: the machines' scores, then what another annotator says
    spread: Floats
    mixing: Floats  # inputs × labels
    constant: Floats

    def scores(self, rows: KeyRows) -> Floats:
        """Rows × machines."""
        return np.asarray(matrix(rows, self.vocabulary) @ self.weights.astype(np.float32) + self.bias, dtype=float)

    def probabilities(self, rows: KeyRows, beside: Floats | None = None) -> Floats:
        """Rows × labels; `beside` is what the other annotator says of each row."""
        inputs = _joined(self.scores(rows), beside)
        return linked((inputs - self.centre) / self.spread @ self.mixing + self.constant, exclusive=self.exclusive)

    def machine(self, label: int) -> tuple[int, float]:
        """Which machine speaks for a label, and with which sign."""
        return (0, 1.0 if label else -1.0) if self.weights.shape[1] == 1 else (label, 1.0)


def matrix(rows: KeyRows, vocabulary: Keys) -> Any:
    """Rows × known grams; each row has unit length."""
    places = np.searchsorted(vocabulary, rows.keys).clip(max=max(0, len(vocabulary) - 1))
    known = vocabulary[places] == rows.keys if len(vocabulary) else np.zeros(len(places), bool)
    sums = np.concatenate(([0], np.cumsum(known)))
    bounds = sums[rows.bounds]
    sizes = np.diff(bounds)
    values = np.repeat(1 / np.sqrt(np.maximum(sizes, 1)), sizes).astype(np.float32)
    return sparse.csr_matrix((values, places[known].astype(np.int32), bounds), shape=(len(rows), len(vocabulary)))


def linked(logits: Floats, *, exclusive: bool) -> Floats:
    """Probabilities of logits."""
    if not exclusive:
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -40, 40))))
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Fitted:
    """A scorer and what its first stage, cross-fitted, leads to: `probabilities` of the rows `seen`."""

    scorer: Scorer
    seen: Ints
    probabilities: Floats


@dataclass(frozen=True, slots=True)
class Beside:
    """What another annotator says of each row, and how cautiously each of its numbers is listened to."""

    values: Floats
    caution: Floats  # precision of the prior around not listening, each number at unit spread

    def take(self, rows: Ints) -> Beside:
        """Of these rows."""
        return Beside(self.values[rows], self.caution)


def fit(
    rows: KeyRows, truth: NDArray[np.bool_], *, exclusive: bool, folds: Ints, beside: Beside | None = None, seed: int
) -> Fitted:
    """Train on `truth` (rows × labels). `folds` says which rows are held out together; −1 never is."""
    machines = truth[:, 1:] if exclusive and truth.shape[1] == 2 else truth
    vocabulary = _vocabulary(rows, machines)
    values = matrix(rows, vocabulary)
    held = [np.flatnonzero(folds == fold) for fold in range(int(folds.max()) + 1)]
    second = _SecondStage.of(machines.shape[1], truth.shape[1], beside, exclusive=exclusive)
    strictness, first = _strictness(values, machines, truth, held[0], beside, second, seed)
    parts = [first, *(_held_scores(values, machines, part, strictness, seed) for part in held[1:])]
    seen, scores = np.concatenate(held), np.concatenate(parts)
    weights, bias = _machines(values, machines, strictness, seed)
    scaled, centre, spread = _scaled(scores, None if beside is None else beside.values[seen])
    mixing, constant = second.fit(scaled, truth[seen])
    scorer = Scorer(exclusive, vocabulary, weights.astype(np.float16), bias, centre, spread, mixing, constant)
    return Fitted(scorer, seen, second.cross_fitted(scaled, truth[seen], seed))


def _strictness(
    values: Any,
    machines: NDArray[np.bool_],
    truth: NDArray[np.bool_],
    part: Ints,
    beside: Beside | None,
    second: _SecondStage,
    seed: int,
) -> tuple[float, Floats]:
    """How strictly to keep to the rows, and the scores of the held-out `part` so.

    The least strict that foretells that part as well as the best does, within one standard error (Breiman et al. 1984,
    section 3.4.3): short texts of many hands want less of it than long ones.
    """
    found: list[tuple[float, Floats, Floats]] = []
    for strictness in STRICTNESS if machines.shape[1] <= FEW else STRICTNESS[:1]:
        scores = _held_scores(values, machines, part, strictness, seed)
        scaled, _, _ = _scaled(scores, None if beside is None else beside.values[part])
        chance = np.clip(second.cross_fitted(scaled, truth[part], seed), 1e-12, 1 - 1e-12)
        missed = np.where(truth[part], chance, 1.0 if second.exclusive else 1 - chance)
        found.append((strictness, scores, -np.log(missed).sum(axis=1)))
    least = min((losses for _, _, losses in found), key=np.mean)
    return next((strict, scores) for strict, scores, losses in reversed(found) if _as_good(losses, least))


def _as_good(losses: Floats, least: Floats) -> bool:
    more = losses - least
    return bool(more.mean() <= more.std() / np.sqrt(len(more)))


def _scaled(scores: Floats, beside: Floats | None) -> tuple[Floats, Floats, Floats]:
    """(inputs of the second stage at unit spread, their centre, their spread)."""
    inputs = _joined(scores, beside)
    centre, spread = inputs.mean(axis=0), np.maximum(inputs.std(axis=0), _LEAST_SPREAD)
    spread[: scores.shape[1]] = scores.std() + 1e-6
    return (inputs - centre) / spread, centre, spread


def folds_of(groups: Ints, *, seed: int) -> Ints:
    """A fold for each row; rows of one group share it. With many rows one part is held out and the rest never is."""
    count = next((number for below, number in HELD if len(groups) < below), 0)
    order = np.random.default_rng(seed).permutation(int(groups.max()) + 1 if len(groups) else 0)
    if count:
        return np.asarray(order[groups] % count)
    return np.where(order[groups] % 4 == 0, 0, -1)


def _joined(scores: Floats, beside: Floats | None) -> Floats:
    return scores if beside is None else np.hstack([scores, beside])


def _vocabulary(rows: KeyRows, truth: NDArray[np.bool_]) -> Keys:
    """Grams of at least two rows; beyond the bound those that tell most about some label (largest χ)."""
    keys, counts = np.unique(rows.keys, return_counts=True)
    keys, counts = keys[counts > 1], counts[counts > 1]
    most = min(MOST_GRAMS, max(20_000, MOST_WEIGHTS // truth.shape[1]))
    if len(keys) <= most:
        return keys
    if len(keys) > 4 * most:
        keep = np.argpartition(-counts, 4 * most)[: 4 * most]
        keys, counts = keys[np.sort(keep)], counts[np.sort(keep)]
    present = matrix(rows, keys)
    present.data[:] = 1
    told = np.zeros(len(keys))
    for column in truth.T:
        share = column.mean()
        hits = present.T @ column.astype(np.float32)
        told = np.maximum(told, np.abs(hits - counts * share) / np.sqrt(counts * share * (1 - share) + 1e-9))
    return np.asarray(keys[np.sort(np.argpartition(-told, most)[:most])])


def _held_scores(values: Any, truth: NDArray[np.bool_], part: Ints, strictness: float, seed: int) -> Floats:
    rest = np.setdiff1d(np.arange(len(truth)), part, assume_unique=True)
    weights, bias = _machines(values[rest], truth[rest], strictness, seed)
    return np.asarray(values[part] @ weights + bias, dtype=float)


def _machines(
    values: Any, truth: NDArray[np.bool_], strictness: float, seed: int
) -> tuple[NDArray[np.float32], Floats]:
    """Weights (grams × machines) and biases."""
    wide = values.astype(np.float64)
    occurs = sparse.csr_matrix((np.ones_like(values.data), values.indices, values.indptr), shape=values.shape)
    present = np.asarray(occurs.sum(axis=0), dtype=float).ravel()
    rarity = np.log((1 + len(truth)) / (1 + present)) + 1
    rarity /= np.sqrt(np.average(rarity**2, weights=present + 1e-9))
    weights = np.zeros((values.shape[1], truth.shape[1]), np.float32)
    bias = np.zeros(truth.shape[1])
    for place, column in enumerate(truth.T):
        if column.all() or not column.any():
            bias[place] = 1.0 if column.any() else -1.0
            continue
        ratio = _log_count_ratio(occurs, present, column)
        ratio /= np.sqrt(np.average(ratio**2, weights=present + 1e-9)) + 1e-9
        taught = _taught(column, seed + place)
        some = wide if len(taught) == len(column) else wide[taught]
        for scale in (ratio, rarity):
            machine = svm.LinearSVC(C=strictness, tol=0.01, random_state=seed, max_iter=200)
            scaled = sparse.csr_matrix((some.data * scale[some.indices], some.indices, some.indptr), shape=some.shape)
            machine.fit(scaled, column[taught])
            weights[:, place] += (machine.coef_[0] * scale).astype(np.float32)
            bias[place] += float(machine.intercept_[0])
    return weights, bias


def _taught(column: NDArray[np.bool_], seed: int) -> Ints:
    """All rows of a label, and of the others as many as tell it apart; what that lifts, the second stage puts right."""
    others = np.flatnonzero(~column)
    most = max(FEWEST_OTHERS, OTHERS * int(column.sum()))
    if len(others) <= most:
        return np.arange(len(column))
    drawn = np.random.default_rng(seed).permutation(others)[:most]
    return np.sort(np.concatenate((np.flatnonzero(column), drawn)))


def _log_count_ratio(occurs: Any, present: Floats, column: NDArray[np.bool_]) -> Floats:
    """`occurs` are the rows' grams as ones, `present` how many rows have each."""
    hits = np.asarray(occurs.T @ column.astype(np.float32), dtype=float)
    inside, outside = hits + SMOOTHING, present - hits + SMOOTHING
    return np.asarray(np.log(inside / inside.sum()) - np.log(outside / outside.sum()))


@dataclass(frozen=True, slots=True)
class _SecondStage:
    """Penalised likelihood of mixing and constant: first one slope for all labels, then free to depart from it."""

    own: Floats  # inputs × labels: each label by its own score
    pull: Floats  # inputs × labels: precision of the prior around that
    exclusive: bool

    @classmethod
    def of(cls, machines: int, labels: int, beside: Beside | None, *, exclusive: bool) -> _SecondStage:
        more = 0 if beside is None else len(beside.caution)
        own, pull = np.zeros((machines + more, labels)), np.full((machines + more, labels), OTHERS_PULL)
        if machines == labels:
            own[np.arange(labels), np.arange(labels)] = 1
        else:
            own[0] = (-0.5, 0.5)
        pull[own != 0] = PULL
        if beside is not None:
            pull[machines:] = beside.caution[:, None]
        return cls(own, pull, exclusive)

    def fit(self, inputs: Floats, truth: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        """(mixing, constant)."""
        labels, wanted = truth.shape[1], truth.astype(float)

        def one_slope(given: Floats) -> tuple[float, Floats]:
            loss, slope = _loss(inputs @ (self.own * given[0]) + given[1:], wanted, exclusive=self.exclusive)
            loss += 0.05 * float(given[1:] @ given[1:])
            return loss, np.append((inputs @ self.own * slope).sum(), slope.sum(axis=0) + 0.1 * given[1:])

        start = _least(one_slope, np.append(1.0, np.zeros(labels)))
        before = self.own * start[0]

        def free(given: Floats) -> tuple[float, Floats]:
            mixing, constant = given[:-labels].reshape(before.shape), given[-labels:]
            loss, slope = _loss(inputs @ mixing + constant, wanted, exclusive=self.exclusive)
            away, shift = mixing - before, constant - start[1:]
            loss += 0.5 * float((self.pull * away**2).sum()) + 0.1 * float(shift @ shift)
            return loss, np.append((inputs.T @ slope + self.pull * away).ravel(), slope.sum(axis=0) + 0.2 * shift)

        best = _least(free, np.append(before.ravel(), start[1:]))
        return best[:-labels].reshape(before.shape), best[-labels:]

    def cross_fitted(self, inputs: Floats, truth: NDArray[np.bool_], seed: int) -> Floats:
        """Probabilities of each half from what the other half teaches."""
        half = np.random.default_rng(seed).permutation(len(inputs)) % 2 == 0
        chance = np.empty(truth.shape)
        for side in (half, ~half):
            mixing, constant = self.fit(inputs[~side], truth[~side])
            chance[side] = linked(inputs[side] @ mixing + constant, exclusive=self.exclusive)
        return chance


def _least(loss: Callable[[Floats], tuple[float, Floats]], start: Floats) -> Floats:
    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _MOST_STEPS})
    return np.asarray(found.x)


def _loss(logits: Floats, wanted: Floats, *, exclusive: bool) -> tuple[float, Floats]:
    """Negative log-likelihood and its slope by logit."""
    chance = linked(logits, exclusive=exclusive)
    sure = np.clip(chance, 1e-12, 1 - 1e-12)
    loss = -(wanted * np.log(sure)).sum()
    if not exclusive:
        loss -= ((1 - wanted) * np.log(1 - sure)).sum()
    return float(loss), chance - wanted
