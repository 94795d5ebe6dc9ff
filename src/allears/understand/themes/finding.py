"""Themes of many voices: a sample is grouped, everybody is assigned, and what people decided is kept.

1. Words and concepts are counted (vectors); voices that repeat another are found (copies).
2. A sample is laid out in a space; each voice of it is joined to its nearest neighbours in its own language by all it
   says, and to those of the other language by what it is about; some steps of diffusion over that graph bring together
   what belongs together, in both languages; k-means groups it.
3. Every theme gets a centre for each language in the undiffused space, and all voices go to the nearest, or to none.
4. Groups that people renamed, pinned, merged or split are anchors: they keep their members and take new voices that are
   as near as these; only the rest is grouped anew.
5. Where there are voices of elsewhere to compare with, a third is held out of 2 and 3 by lot and assigned like these:
   were both drawn from the same customers, either would be as likely in any theme, so the exact test holds.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from allears.science.clustering import (
    Choice,
    diffuse,
    graph,
    k_means,
    means,
    nearest,
    try_counts,
    unit,
)
from allears.science.contracts import Excess
from allears.science.enrichment import excesses
from allears.understand.text.embedding import Embedder
from allears.understand.themes.contracts import (
    LEAST_VOICES,
    Assigned,
    Assignment,
    Cluster,
    Found,
    Progress,
    Request,
    TooFewError,
)
from allears.understand.themes.copies import copies
from allears.understand.themes.naming import Named, Pile, named
from allears.understand.themes.vectors import Counted, Space, count, space, together
from allears.understand.themes.words import Words, read

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int64]

SAMPLE = 6000
ANCHOR_SAMPLE = 150  # members of each anchor that the sample holds at least
CHUNK = 5000
NEIGHBOURS, OWN, OTHER = 15, 9, 6
LEAST_OTHER = 60  # voices of a second language in the sample, before it is joined to the first
LEAST_ALIKE = 0.35  # cosine of concepts across languages
COUNTS = (6, 8, 11, 15, 20, 27, 36, 48)
VOICES_A_THEME = 12
LEAST_SIZE = 5
HELD_OUT = 1 / 3
NOISE_SHARE = 0.05
"""How many of the voices that fit a theme no better than the next one in line would are let go, at most."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """What assigns a voice to a theme: `centres[theme, language]` (0 English, 1 Chinese) and the least nearness."""

    space: Space
    centres: Floats
    least: float

    def assign(self, counted: Counted) -> tuple[Ints, Floats]:
        """The theme of each voice (−1: none) and how near it is, −1 … 1."""
        return self.place(self.space.points(counted), counted.is_zh)

    def place(self, points: Floats, is_zh: NDArray[np.bool_]) -> tuple[Ints, Floats]:
        cosines = self.cosines(points, is_zh)
        labels = cosines.argmax(axis=1)
        nearness = cosines[np.arange(len(points)), labels]
        return np.where(nearness >= self.least, labels, -1), nearness

    def cosines(self, points: Floats, is_zh: NDArray[np.bool_]) -> Floats:
        found = np.empty((len(points), len(self.centres)), dtype=np.float32)
        for language, mask in enumerate((~is_zh, is_zh)):
            found[mask] = points[mask] @ self.centres[:, language].T
        return found

    def to_bytes(self) -> bytes:
        """For the store. Words are in it as hashes only."""
        held = io.BytesIO()
        np.savez_compressed(
            held,
            chosen=self.space.chosen.astype(np.int32),
            weights=self.space.weights.astype(np.float16),
            directions=self.space.directions.astype(np.float16),
            concept_weights=self.space.concept_weights,
            centres=self.centres.astype(np.float16),
            least=np.float32(self.least),
            middles=self.space.middles,
            embedder=np.array(self.space.embedder),
        )
        return held.getvalue()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Model:
        with np.load(io.BytesIO(stored), allow_pickle=False) as held:
            floats = {
                name: held[name].astype(np.float32) for name in ("weights", "directions", "concept_weights", "centres")
            }
            centres = floats.pop("centres")
            more = {"middles": held["middles"], "embedder": str(held["embedder"])} if "middles" in held else {}
            return cls(
                space=Space(chosen=held["chosen"].astype(np.int64), **floats, **more),
                centres=centres,
                least=float(held["least"]),
            )


def find(request: Request, progress: Progress = lambda _: None) -> Found:
    """Raises `TooFewError`."""
    embedder = _embedder(request.embedder, request.prefix)
    counted = _counted(request.texts, lambda share: progress(0.5 * share), embedder)
    first = copies(counted.words)
    held = _held_out(len(first), request)
    filled = np.flatnonzero((np.diff(counted.words.indptr) > 0) & (first == np.arange(len(first))))
    if len(filled) < LEAST_VOICES:
        raise TooFewError(len(filled))
    progress(0.55)
    former = np.array(request.former or [-1] * len(first), dtype=np.int64)
    sample = _sample(filled[~held[filled]], former, request.anchors, request.seed)
    laid = _lay(counted, sample, seed=request.seed, embedder=embedder.fingerprint if embedder else "")
    progress(0.6)
    groups = _grouped(laid, former[sample], request)
    progress(0.8)
    model = _model(laid, groups)
    labels, nearness = _assigned(model, counted)
    labels = _with_members(labels, former, groups)
    sizes, found_in = _sizes(labels, groups), _sizes(labels[~held], groups)
    progress(0.85)
    kept = [n for n in range(len(sizes)) if groups.cells[n] is not None or found_in[n] >= LEAST_SIZE]
    names = _names(request.texts, sample, labels[sample], counted, kept)
    usual = _usual(model, laid)
    ours = _core(usual, labels[held], nearness[held], counted.is_zh[held])
    against = _against(model, usual, ours, kept, _rest(request, embedder, progress))
    place = {number: at for at, number in enumerate(kept)}
    return Found(
        clusters=[
            Cluster(cell=groups.cells[n], size=int(sizes[n]), named=name, against=excess)
            for n, name, excess in zip(kept, names, against, strict=True)
        ],
        labels=[place.get(int(label), -1) for label in labels],
        nearness=[round(float(each), 4) for each in nearness],
        first=first.tolist(),
        is_zh=counted.is_zh.tolist(),
        model=Model(space=model.space, centres=model.centres[kept], least=model.least).to_bytes(),
        sampled=len(sample),
        stability=groups.best.stability if groups.best else None,
        silhouette=groups.best.silhouette if groups.best else None,
    )


def _with_members(labels: Ints, former: Ints, groups: _Groups) -> Ints:
    """Members of an anchor stay in it: what people put together may be unlike, and then its centre is near to few."""
    kept = labels.copy()
    for at, cell in enumerate(groups.cells):
        if cell is not None:
            kept[former == cell] = at
    return kept


def _held_out(texts: int, request: Request) -> NDArray[np.bool_]:
    """Which texts the themes are not found in, by lot."""
    held = np.zeros(texts, dtype=np.bool_)
    if request.rest:
        held[np.random.default_rng(request.seed).permutation(texts)[: round(HELD_OUT * texts)]] = True
    return held


def _sizes(labels: Ints, groups: _Groups) -> Ints:
    return np.bincount(labels[labels >= 0], minlength=len(groups.cells))


def _rest(request: Request, embedder: Embedder | None, progress: Progress) -> Counted | None:
    if not request.rest:
        return None
    return _counted(request.rest, lambda share: progress(0.85 + 0.15 * share), embedder)


def _usual(model: Model, laid: _Laid) -> Floats:
    """How near the voices that a theme was found in mostly are, by theme and language: one in four is farther off."""
    labels, nearness = model.place(laid.points, laid.is_zh)
    found = np.ones((len(model.centres), 2), dtype=np.float32)
    for theme in range(len(found)):
        mine = labels == theme
        for language, side in enumerate((~laid.is_zh, laid.is_zh)):
            near = nearness[mine & side] if (mine & side).sum() >= LEAST_SIZE else nearness[mine]
            found[theme, language] = np.quantile(near, 0.25) if len(near) else 1.0
    return found


def _core(usual: Floats, labels: Ints, nearness: Floats, is_zh: NDArray[np.bool_]) -> Ints:
    """Labels of the voices that speak of their theme plainly; −1 for those that only fit no other better."""
    return np.where((labels >= 0) & (nearness >= usual[labels, is_zh.astype(np.int64)]), labels, -1)


def _against(
    model: Model, usual: Floats, ours: Ints, kept: Sequence[int], rest: Counted | None
) -> Sequence[Excess | None]:
    """Each theme among the texts held out against the rest, by those that speak of it plainly."""
    if rest is None:
        return [None] * len(kept)
    theirs = _core(usual, *_assigned(model, rest), rest.is_zh)
    counts = [(int((ours == n).sum()), int((theirs == n).sum())) for n in kept]
    return excesses(counts, len(ours), len(rest))


def assign(assignment: Assignment) -> Assigned:
    """Voices that came later, by the model of a run; all loose where it read with another sentence model."""
    model = Model.from_bytes(assignment.model)
    embedder = _embedder(assignment.embedder, assignment.prefix) if model.space.embedder else None
    if model.space.embedder != (embedder.fingerprint if embedder else ""):
        blind = _counted(assignment.texts, lambda _: None).is_zh.tolist()
        return Assigned(labels=[-1] * len(blind), nearness=[0.0] * len(blind), is_zh=blind)
    counted = _counted(assignment.texts, lambda _: None, embedder)
    labels, nearness = model.assign(counted)
    return Assigned(
        labels=labels.tolist(),
        nearness=[round(float(each), 4) for each in nearness],
        is_zh=counted.is_zh.tolist(),
    )


def _embedder(folder: str, prefix: str) -> Embedder | None:
    return Embedder(Path(folder), prefix=prefix) if folder else None


def _counted(texts: Sequence[str], progress: Progress, embedder: Embedder | None = None) -> Counted:
    parts = []
    for start in range(0, max(1, len(texts)), CHUNK):
        some = texts[start : start + CHUNK]
        part = count(read(text) for text in some)
        parts.append(replace(part, meaning=embedder.embed(some)) if embedder else part)
        progress(min(1.0, (start + CHUNK) / max(1, len(texts))))
    return together(parts)


def _sample(filled: Ints, former: Ints, anchors: Sequence[int], seed: int) -> Ints:
    rng = np.random.default_rng(seed)
    chosen = [filled if len(filled) <= SAMPLE else rng.choice(filled, SAMPLE, replace=False)]
    for anchor in anchors:
        members = filled[former[filled] == anchor]
        chosen.append(members if len(members) <= ANCHOR_SAMPLE else rng.choice(members, ANCHOR_SAMPLE, replace=False))
    return np.unique(np.concatenate(chosen))


@dataclass(frozen=True, kw_only=True)
class _Laid:
    """The sample in its space, before and after diffusion."""

    space: Space
    points: Floats
    moved: Floats
    is_zh: NDArray[np.bool_]


def _lay(counted: Counted, sample: Ints, *, seed: int, embedder: str) -> _Laid:
    mine = counted.rows(sample)
    found = space(mine, seed=seed, embedder=embedder)
    points = found.points(mine)
    walk = _walk(points, found.about(points), mine.is_zh)
    return _Laid(space=found, points=points, moved=diffuse(points, walk), is_zh=mine.is_zh)


def _walk(points: Floats, about: Floats, is_zh: NDArray[np.bool_]) -> object:
    """Nine neighbours of one's own language by all that is said, six of the other by what it is about."""
    sides = [np.flatnonzero(~is_zh), np.flatnonzero(is_zh)]
    both = min(len(side) for side in sides) >= LEAST_OTHER
    rows, columns, weights = [], [], []
    for mine, theirs in (sides, sides[::-1]):
        if len(mine) < 2:
            continue
        found, cosines = nearest(points[mine], points[mine], OWN if both else NEIGHBOURS, selves=True)
        rows.append(np.repeat(mine, found.shape[1]))
        columns.append(mine[found].ravel())
        weights.append(cosines.ravel())
        if both:
            found, cosines = nearest(about[mine], about[theirs], OTHER)
            rows.append(np.repeat(mine, found.shape[1]))
            columns.append(theirs[found].ravel())
            weights.append(np.where(cosines >= LEAST_ALIKE, cosines, 0).ravel())
    return graph(len(points), np.concatenate(rows), np.concatenate(columns), np.concatenate(weights))


@dataclass(frozen=True, kw_only=True)
class _Groups:
    """`labels` of the sample; `cells` the anchor of each label, None for those newly found."""

    labels: Ints
    cells: list[int | None]
    best: Choice | None


def _grouped(laid: _Laid, former: Ints, request: Request) -> _Groups:
    """Anchors take their own, and voices never seen that are as near to one as its own are; the rest is grouped."""
    anchors = [anchor for anchor in request.anchors if (former == anchor).any()]
    labels = _anchored(laid.moved, former, anchors)
    rest = np.flatnonzero(labels < 0)
    if not len(rest):
        return _Groups(labels=labels, cells=[*anchors], best=None)
    number, best = _number(laid.moved[rest], request, len(anchors))
    fresh = k_means(laid.moved[rest], number, seed=request.seed).labels
    labels[rest] = fresh + len(anchors)
    return _Groups(labels=labels, cells=[*anchors, *([None] * number)], best=best)


def _anchored(points: Floats, former: Ints, anchors: Sequence[int]) -> Ints:
    labels = np.full(len(former), -1, dtype=np.int64)
    for at, anchor in enumerate(anchors):
        labels[former == anchor] = at
    if not anchors:
        return labels
    cosines = points @ means(points, labels, len(anchors)).T
    usual = np.array([np.quantile(cosines[labels == at, at], 0.25) for at in range(len(anchors))])
    nearest_anchor = cosines.argmax(axis=1)
    taken = (former < 0) & (cosines.max(axis=1) >= usual[nearest_anchor])
    return np.where((labels < 0) & taken, nearest_anchor, labels)


def _number(points: Floats, request: Request, anchors: int) -> tuple[int, Choice | None]:
    """How many groups the rest falls into: what is wanted less the anchors, or what two halves agree on best."""
    most = max(1, len(points) // VOICES_A_THEME)
    if request.wanted is not None:
        return max(1, min(request.wanted - anchors, most)), None
    counts = [each for each in COUNTS if each <= most]
    if not counts:
        return min(4, most), None
    best = max(try_counts(points, counts, seed=request.seed), key=lambda choice: choice.worth)
    return best.count, best


def _model(laid: _Laid, groups: _Groups) -> Model:
    """A centre a theme and language; a language that a theme lacks gets the other's concepts alone."""
    number = len(groups.cells)
    words = laid.space.directions.shape[1]
    centres = np.zeros((number, 2, laid.points.shape[1]), dtype=np.float32)
    whole = means(laid.points, groups.labels, number)
    whole[:, :words] = 0
    for language, mask in enumerate((~laid.is_zh, laid.is_zh)):
        mine = np.where(mask, groups.labels, -1)
        sizes = np.bincount(mine[mine >= 0], minlength=number)
        own = means(laid.points, mine, number)
        trust = (sizes / (sizes + 5.0)).astype(np.float32)[:, None]
        centres[:, language] = unit(trust * own + (1 - trust) * unit(whole))
    model = Model(space=laid.space, centres=centres, least=-1.0)
    cosines = np.sort(model.cosines(laid.points, laid.is_zh), axis=1)
    stray = cosines[:, -2] if number > 1 else cosines[:, -1]
    least = min(float(np.quantile(stray, 0.5)), float(np.quantile(cosines[:, -1], NOISE_SHARE)))
    return Model(space=laid.space, centres=centres, least=max(least, 1e-3))


def _assigned(model: Model, counted: Counted) -> tuple[Ints, Floats]:
    labels, nearness = [], []
    for start in range(0, len(counted), CHUNK):
        part = model.assign(counted.rows(np.arange(start, min(start + CHUNK, len(counted)))))
        labels.append(part[0])
        nearness.append(part[1])
    return np.concatenate(labels), np.concatenate(nearness)


def _names(texts: Sequence[str], sample: Ints, labels: Ints, counted: Counted, kept: Sequence[int]) -> list[Named]:
    piles = [Pile() for _ in kept]
    place = {number: at for at, number in enumerate(kept)}
    about = counted.concepts[sample]
    for at, (row, label) in enumerate(zip(sample, labels, strict=True)):
        if int(label) in place:
            words: Words = read(texts[row])
            named_concepts = about.indices[about.indptr[at] : about.indptr[at + 1]]
            piles[place[int(label)]].add(words, named_concepts.tolist())
    return named(piles)
