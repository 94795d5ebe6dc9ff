"""How the figures of one language are found: from our comments and lexicons only.

1. Each entry of the lexicon starts at the strength we wrote and moves, held by a prior, to what our
   comments say of it.
2. The heads' weights of the n-grams are one kernel ridge regression for all heads (n is small, so the dual is cheap).
   Runs on a list of the lexicon share a weight with that list, which is how words never seen in a comment count.
   For the three of sentiment the runs are scaled by naive-Bayes log ratios (Wang & Manning 2012), in which the
   lexicon's phrases stand beside the comments.
3. The last stage is a small logistic regression a head, on figures made by models that had not seen the comment
   (five folds of whole industries); its probabilities are therefore calibrated, and thresholds are chosen on them.

Reviews of which only the verdict is known teach the feeling and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from allears.understand.text import features, leaning, lexicon, weights
from allears.understand.text.corpus import Comment, Language
from allears.understand.text.features import Batch, Floats, Ints
from allears.understand.text.heads import FIRST_BINARY, HEADS, PLACE, targets
from allears.understand.text.hits import matcher
from allears.understand.text.ngrams import BUCKETS, buckets_of
from allears.understand.text.weights import Known, Weights, known, logistic, softmax, with_constant

FOLDS: Final = 5
RARE: Final = 2  # comments that must hold a run before it is known
KIND_WEIGHT: Final = {1: 1.0, 2: 1.0, 3: 0.8, 4: 0.6, -3: 0.3, -4: 0.4, -5: 0.4}
RIDGE: Final = 1.0
LIST_WEIGHT: Final = 2.0
NAIVE_BAYES: Final = 0.6
ENTRY_PRIOR: Final = 6.0
DOUBTFUL: Final = 0.6
HELD: Final = 0.03  # inverse strength of the penalty on what the feeling of a text is judged by
REVIEW: Final = 0.3  # of a review in the last stage: so many of them know no neutral
STRETCHES: Final = np.linspace(1.0, 2.5, 31)


@dataclass(frozen=True, slots=True)
class Material:
    """One language, read once: a row a comment, a column a known run."""

    comments: Sequence[Comment]
    batch: Batch
    keys: NDArray[np.int32]
    found: Known
    counts: sp.csr_array  # comment × run, weighed by kind and rarity, divided by the root of the comment's runs
    felt: sp.csr_array  # the same without runs whose feeling the lexicon has settled
    column: Floats  # the weight of each run
    lists: sp.csr_array  # run × list
    phrases: tuple[sp.csr_array, Floats]  # the lexicon's phrases as pseudo-comments, and their strength
    hits: sp.csr_array  # comment × entry, factors
    answers: Floats  # comment × head
    fold: Ints
    judged: NDArray[np.bool_]  # comments of which every label was judged


def material(comments: Sequence[Comment], language: Language) -> Material:
    """Reads the comments and settles which runs are known."""
    batch = features.read([comment.text for comment in comments], language)
    answers = targets(comments)
    listed = _listed(language)
    phrased = _phrased(language)
    keys, column = _vocabulary(batch, [buckets for _, buckets in listed], [buckets for _, buckets in phrased])
    found = known(batch, weights.table(keys))
    width = len(keys)
    gather = sp.csr_array(
        (np.ones(len(batch.text)), (batch.text, np.arange(len(batch.text)))), shape=(batch.texts, len(batch.text))
    )
    summed = (gather @ found.counts(width)).tocsr()
    size = np.sqrt(np.maximum(1.0, np.asarray(summed.sum(axis=1)).ravel()))
    counts = (sp.diags_array(1.0 / size) @ summed @ sp.diags_array(column)).tocsr()
    felt = (sp.diags_array(1.0 / size) @ (gather @ found.counts(width, felt=True)) @ sp.diags_array(column)).tocsr()
    felt.eliminate_zeros()
    place = weights.table(keys)
    return Material(
        comments,
        batch,
        keys,
        found,
        counts,
        felt,
        column,
        _membership(listed, place, width, column),
        _pseudo(phrased, place, width),
        _hits(batch, language),
        answers,
        _folds(comments),
        np.array([not comment.verdict_only for comment in comments]),
    )


def _folds(comments: Sequence[Comment]) -> Ints:
    """Folds of whole industries: what is chosen on them is what carries over to a trade never seen."""
    sizes = Counter(comment.industry for comment in comments)
    held, fold = [0] * FOLDS, {}
    for industry, size in sorted(sizes.items(), key=lambda each: (-each[1], each[0])):
        fold[industry] = held.index(min(held))
        held[fold[industry]] += size
    return np.array([fold[comment.industry] for comment in comments], dtype=np.int64)


def _listed(language: Language) -> list[tuple[int, Ints]]:
    out, number = [], 0
    for kind in ("emotions", "topics", "needs"):
        for words in lexicon.words(kind, language).values():
            out += [(number, buckets_of(word, language)) for word in words]
            number += 1
    return out


def _phrased(language: Language) -> list[tuple[float, Ints]]:
    return [
        (float(entry.strength), buckets_of(word, language))
        for word, entry in sorted(lexicon.sentiment(language).items())
    ]


def _vocabulary(batch: Batch, lists: list[Ints], phrases: list[Ints]) -> tuple[NDArray[np.int32], Floats]:
    """Runs that enough comments hold, and all of the lexicon; each weighed by its kind and its rarity."""
    owner = batch.text[batch.grams.clause]
    pair = np.unique(owner * BUCKETS + batch.grams.bucket)
    held = np.bincount(pair % BUCKETS, minlength=BUCKETS)
    wanted = held >= RARE
    for buckets in (*lists, *phrases):
        wanted[buckets] = True
    kind = np.ones(BUCKETS)
    kind[batch.grams.bucket] = [KIND_WEIGHT[each] for each in batch.grams.kind.tolist()]
    keys = np.flatnonzero(wanted)
    rarity = np.log((batch.texts + 1.0) / (held[keys] + 1.0)) / np.log(batch.texts / 5.0)
    return keys.astype(np.int32), kind[keys] * np.minimum(1.2, rarity)


def _membership(listed: list[tuple[int, Ints]], place: NDArray[np.int32], width: int, column: Floats) -> sp.csr_array:
    rows = [int(place[bucket]) for _, buckets in listed for bucket in buckets]
    lists = [number for number, buckets in listed for _ in buckets]
    ones = np.ones(len(rows))
    out = sp.csr_array((ones, (rows, lists)), shape=(width, max(lists) + 1))
    out.data = np.minimum(out.data, 1.0)
    lent: sp.csr_array = (sp.diags_array(1.0 / np.maximum(column, 0.2)) @ out).tocsr()
    return lent


def _pseudo(phrased: list[tuple[float, Ints]], place: NDArray[np.int32], width: int) -> tuple[sp.csr_array, Floats]:
    rows = [row for row, (_, buckets) in enumerate(phrased) for _ in buckets]
    columns = [int(place[bucket]) for _, buckets in phrased for bucket in buckets]
    matrix = sp.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(phrased), width))
    return matrix, np.array([strength for strength, _ in phrased])


def _hits(batch: Batch, language: Language) -> sp.csr_array:
    owner = batch.text[batch.hit_clause]
    return sp.csr_array(
        (batch.hit_factor, (owner, batch.hit_number)), shape=(batch.texts, len(matcher(language).names))
    )


# --- the lexicon's strengths


def entry_strengths(own: Material, rows: Ints) -> Floats:
    """Strengths that a logistic regression of the comments' sign, held at what we wrote, arrives at."""
    given = np.array(matcher(own.batch.language).strengths)
    clause_hits, clause_sign = _spoken(own, rows)
    sign = own.answers[rows, 2] - own.answers[rows, 0]
    felt = rows[sign != 0]
    hits = sp.vstack([_rooted(own.hits[felt]), _rooted(clause_hits)]).tocsr()
    truth = np.concatenate((sign[sign != 0], clause_sign)) > 0

    def loss(moved: Floats) -> tuple[float, Floats]:
        entries, constant = moved[:-1], moved[-1]
        p = logistic(hits @ entries + constant)
        apart = entries - given
        value = -np.log(np.where(truth, p, 1 - p) + 1e-12).sum() + 0.5 * ENTRY_PRIOR * (apart @ apart)
        error = p - truth
        return value, np.append(hits.T @ error + ENTRY_PRIOR * apart, error.sum())

    best = minimize(loss, np.append(given, 0.0), jac=True, method="L-BFGS-B", options={"maxiter": 100})
    out: Floats = np.clip(best.x[:-1], -4.0, 4.0)
    return out


def _rooted(hits: sp.csr_array) -> sp.csr_array:
    size = np.sqrt(np.maximum(1.0, np.diff(hits.indptr)))
    rooted: sp.csr_array = (sp.diags_array(0.7 / size) @ hits).tocsr()
    return rooted


def _clauses_of(own: Material, row: int) -> Ints:
    return np.flatnonzero(own.batch.text == row)


def _spans(own: Material, rows: Ints) -> tuple[Ints, Ints]:
    """Clauses in which people marked a topic of one polarity, and that polarity."""
    batch, marked, signs = own.batch, [], []
    first = np.searchsorted(batch.text, np.arange(batch.texts))
    last = np.searchsorted(batch.text, np.arange(batch.texts), side="right")
    for row in rows.tolist():
        said: dict[int, set[int]] = {}
        for span in own.comments[row].spans:
            begin, stop = batch.offset[row] + span.start, batch.offset[row] + span.end
            for clause in range(first[row], last[row]):
                if batch.start[clause] < stop and batch.end[clause] > begin:
                    said.setdefault(clause, set()).add(span.polarity)
        for clause, polarity in said.items():
            if len(polarity) == 1:
                marked.append(clause)
                signs.append(polarity.pop())
    return np.array(marked, dtype=np.int64), np.array(signs, dtype=np.int64)


def _spoken(own: Material, rows: Ints) -> tuple[sp.csr_array, Floats]:
    marked, signs = _spans(own, rows)
    of_clause = sp.csr_array(
        (own.batch.hit_factor, (own.batch.hit_clause, own.batch.hit_number)),
        shape=(len(own.batch.start), own.hits.shape[1]),
    )
    felt = signs != 0
    return of_clause[marked[felt]], signs[felt].astype(np.float64)


# --- the n-grams


def run_weights(own: Material, rows: Ints) -> tuple[Floats, Floats]:
    """What each run adds to each head, and each head's constant, learned from the comments `rows`."""
    judged = rows[own.judged[rows]]
    x, y = own.counts[judged], own.answers[judged] * 2.0 - 1.0
    mean = y.mean(axis=0)
    grouped = x @ own.lists * LIST_WEIGHT
    common = (x @ x.T).toarray() + (grouped @ grouped.T).toarray()
    # every other head by the plain kernel
    dual = _solved(common, y - mean)
    out = np.asarray(x.T @ dual + LIST_WEIGHT * (own.lists @ (grouped.T @ dual)))
    ratio = naive_bayes(own, rows)
    x, y = own.felt[rows], own.answers[rows] * 2.0 - 1.0
    mean[:FIRST_BINARY] = y[:, :FIRST_BINARY].mean(axis=0)
    grouped = x @ own.lists * LIST_WEIGHT
    common = (x @ x.T).toarray() + (grouped @ grouped.T).toarray()
    scaled = x @ sp.diags_array(ratio)
    mixed = NAIVE_BAYES * (scaled @ scaled.T).toarray() + (1 - NAIVE_BAYES) * common
    dual = _solved(mixed, (y - mean)[:, :FIRST_BINARY])
    plain = x.T @ dual + LIST_WEIGHT * (own.lists @ (grouped.T @ dual))
    out[:, :FIRST_BINARY] = NAIVE_BAYES * (ratio[:, None] * (scaled.T @ dual)) + (1 - NAIVE_BAYES) * np.asarray(plain)
    return own.column[:, None] * out, mean


def _solved(kernel: Floats, y: Floats) -> Floats:
    kernel[np.diag_indices_from(kernel)] += RIDGE
    out: Floats = cho_solve(cho_factor(kernel, overwrite_a=True, check_finite=False), y, check_finite=False)
    return out


def naive_bayes(own: Material, rows: Ints) -> Floats:
    """How much each run leans to praise or blame: |log ratio| of its counts, the lexicon's phrases counted in."""
    present = own.felt[rows].copy()
    present.data[:] = 1.0
    phrases, strength = own.phrases
    sign = own.answers[rows, 2] - own.answers[rows, 0]
    sums = []
    for side in (1, -1):
        counted = np.asarray(present[sign == side].sum(axis=0)).ravel()
        lent = np.asarray((sp.diags_array(np.maximum(0.0, side * strength)) @ phrases).sum(axis=0)).ravel()
        sums.append(counted + lent + 0.5)
    ratio = np.log((sums[0] / sums[0].sum()) / (sums[1] / sums[1].sum()))
    out: Floats = np.minimum(3.0, np.abs(ratio))
    return out


# --- the last stage


@dataclass(frozen=True, slots=True)
class Seen:
    """What the first stages say of comments they did not learn from."""

    values: Floats
    margin: Floats
    dense: Floats
    clause_runs: Floats
    lean: Floats


def unseen(own: Material, say: Any = None) -> Seen:
    """Each comment as models see it that were made without it."""
    batch = own.batch
    values = np.zeros(len(batch.hit_number))
    margin = np.zeros((batch.texts, len(HEADS)))
    clause_runs, lean = np.zeros(len(batch.start)), np.zeros((len(batch.start), 2))
    lessons, counted = _lessons(own)
    hit_fold, clause_fold = own.fold[batch.text[batch.hit_clause]], own.fold[batch.text]
    runs = np.maximum(1, np.diff(own.found.at))
    per_clause = own.found.counts(len(own.keys), felt=True)
    for fold in range(FOLDS):
        rows, rest = np.flatnonzero(own.fold != fold), np.flatnonzero(own.fold == fold)
        if not len(rest):
            continue
        strengths = entry_strengths(own, rows)
        mine = hit_fold == fold
        values[mine] = (strengths[batch.hit_number] * batch.hit_factor)[mine]
        matrix, mean = run_weights(own, rows)
        plain = matrix / np.maximum(own.column, 1e-9)[:, None]
        margin[rest] = own.counts[rest] @ plain + mean
        margin[rest, :FIRST_BINARY] = own.felt[rest] @ plain[:, :FIRST_BINARY] + mean[:FIRST_BINARY]
        inside = clause_fold == fold
        apart = matrix[:, 2] - matrix[:, 0]
        clause_runs[inside] = ((per_clause @ apart) / np.sqrt(runs))[inside]
        adds, constant = lessons.learned(rows)
        lean[inside] = counted[inside] @ adds + constant
        if say:
            say(f"  fold {fold + 1} of {FOLDS}")
    return Seen(values, margin, features.dense(batch, values), clause_runs, lean)


def _lessons(own: Material) -> tuple[leaning.Lessons, sp.csr_array]:
    """What runs lean to, to be learned, and the runs of each clause as it counts them."""
    marked = _spans(own, np.arange(own.batch.texts))
    lessons = leaning.lessons(own.batch, own.found, own.answers, own.judged, marked, own.keys, own.column)
    return lessons, leaning.sized(own.found.counts(len(own.keys), felt=True), own.column)


def fitted(own: Material, say: Any = None) -> tuple[Weights, Floats]:
    """The weights, and what the last stage says of each comment by models that had not seen it."""
    seen = unseen(own, say)
    leant = weights.leant(own.batch, features.by_clause(own.batch, seen.values), seen.lean)
    first = weights.judged_by(seen.dense, seen.margin, leant, own.batch.language)
    answer = own.answers[:, :FIRST_BINARY].argmax(axis=1)
    weight = np.where(own.judged, 1.0, REVIEW)
    sentiment = _feeling(first, answer, weight)
    strong = _binary(first[own.judged, :-1], own.answers[own.judged, PLACE["strong", "yes"]], 0.3)
    known_sentiment = _out_of_fold(first, answer, weight, own.fold)
    second, probability = _second(own, seen, known_sentiment)
    probability[:, :FIRST_BINARY] = known_sentiment
    threshold, doubt = thresholds(own.answers[own.judged], probability[own.judged])
    rows = np.arange(own.batch.texts)
    matrix, mean = run_weights(own, rows)
    adds, constant = _lessons(own)[0].learned(rows)
    adds *= own.column[:, None]
    scale, lean_scale = _steps(matrix), _steps(adds)
    return Weights(
        keys=own.keys,
        matrix=np.rint(matrix / scale).astype(np.int8),
        scale=_single(scale),
        bias=_single(mean),
        strengths=_single(entry_strengths(own, rows)),
        lean=np.rint(adds / lean_scale).astype(np.int8),
        lean_scale=_single(lean_scale),
        lean_bias=_single(constant),
        sentiment=_single(sentiment),
        strong=_single(strong[None, :]),
        second=_single(second),
        polarity=_single(_polarity(own, seen, known_sentiment)),
        threshold=_single(threshold),
        doubt=_single(doubt),
    ), probability


def _steps(matrix: Floats) -> Floats:
    """For each column the size of one of its 127 steps."""
    out: Floats = np.maximum(1e-9, np.abs(matrix).max(axis=0)) / 127.0
    return out


def _single(values: Floats) -> NDArray[np.float32]:
    return values.astype(np.float32)


def _multinomial(
    columns: Floats, answer: Ints, classes: int, *, weight: Floats | None = None, c: float = 0.5
) -> Floats:
    """Coefficients a row a class; the last column of `columns` is the constant."""
    model = LogisticRegression(C=c, max_iter=500).fit(columns[:, :-1], answer, sample_weight=weight)
    out = np.zeros((classes, columns.shape[1]))
    out[model.classes_, :-1], out[model.classes_, -1] = model.coef_, model.intercept_
    return out


def _feeling(columns: Floats, answer: Ints, weight: Floats) -> Floats:
    """The sentiment's coefficients: held back, since other people's words are further off than any fold of ours, and
    then stretched by one number until they are as sure as they may be.
    """
    held = _multinomial(columns, answer, 3, weight=weight, c=HELD)
    logits, rows = columns @ held.T, np.arange(len(answer))
    likely = [weight @ np.log(softmax(logits * stretch)[rows, answer] + 1e-12) for stretch in STRETCHES]
    out: Floats = held * STRETCHES[int(np.argmax(likely))]
    return out


def _binary(columns: Floats, answer: Floats, c: float) -> Floats:
    model = LogisticRegression(C=c, max_iter=300).fit(columns, answer > 0)
    return np.append(model.coef_[0], model.intercept_[0])


def _out_of_fold(columns: Floats, answer: Ints, weight: Floats, fold: Ints) -> Floats:
    out = np.zeros((len(answer), 3))
    for each in range(FOLDS):
        coefficients = _feeling(columns[fold != each], answer[fold != each], weight[fold != each])
        out[fold == each] = softmax(columns[fold == each] @ coefficients.T)
    return out


def _second(own: Material, seen: Seen, sentiment: Floats) -> tuple[Floats, Floats]:
    """A logistic regression a head on its own margin and the few figures of every text."""
    shared = np.concatenate((seen.dense, sentiment), axis=1)
    coefficients = np.zeros((len(HEADS), shared.shape[1] + 2))
    probability = np.zeros((own.batch.texts, len(HEADS)))
    for head in range(FIRST_BINARY, len(HEADS)):
        columns = np.concatenate((seen.margin[:, head : head + 1] * 3.0, shared), axis=1)
        answer = own.answers[:, head]
        for fold in range(FOLDS):
            rest = own.fold == fold
            others = ~rest & own.judged
            found = _binary(columns[others], answer[others], 0.3)
            probability[rest, head] = logistic(with_constant(columns[rest]) @ found)
        found = _binary(columns[own.judged], answer[own.judged], 0.3)
        found[0] *= 3.0
        coefficients[head] = found
    return coefficients, probability


def _polarity(own: Material, seen: Seen, sentiment: Floats) -> Floats:
    marked, signs = _spans(own, np.arange(own.batch.texts))
    lexicon_feeling = features.by_clause(own.batch, seen.values)[marked]
    whole = (sentiment[:, 2] - sentiment[:, 0])[own.batch.text[marked]]
    columns = weights.polarity_inputs(lexicon_feeling, seen.clause_runs[marked], seen.lean[marked, 0], whole)
    return _multinomial(columns, signs + 1, 3)


def thresholds(answers: Floats, probability: Floats) -> tuple[Floats, Floats]:
    """For each head the probability from which on saying yes gives the best F1, pulled towards one half when rare."""
    out = np.full(len(HEADS), 0.5)
    for head in range(FIRST_BINARY, len(HEADS)):
        answer, p = answers[:, head], probability[:, head]
        order = np.argsort(-p)
        right = np.cumsum(answer[order])
        f1 = 2 * right / (np.arange(1, len(p) + 1) + max(1.0, answer.sum()))
        best = float(p[order][int(f1.argmax())])
        share = answer.sum() / (answer.sum() + 20.0)
        out[head] = np.clip(share * best + (1 - share) * 0.4, 0.12, 0.6)
    return out, out * DOUBTFUL
