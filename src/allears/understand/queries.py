"""Answers about scores: cubes in, frozen dataclasses out. Runs in the analytics process, never in web."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from allears.science.differences import Comparison, against_rest
from allears.science.estimate import AskCounts, Estimate, ScoreCounts
from allears.science.scores import response_rate, score
from allears.understand.metrics import ASK_SUMS, SCORE_SUMS, Dimension, Question

if TYPE_CHECKING:
    import pyarrow as pa

    from allears.understand.cubes import Cubes

EPOCH = date(1970, 1, 1)
Key = tuple[str, ...]
Verdict = Literal["different", "same", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One cell of the table: its score, how many of those asked answered, and whether it may be called different
    from all the others together (Benjamini–Hochberg over the table)."""

    key: Key
    score: Estimate
    response: Estimate
    sums: ScoreCounts = field(default_factory=ScoreCounts)
    verdict: Verdict = "unknown"
    adjusted_p: float | None = None
    difference: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answer to one question: the whole, its weeks, and its cuts (largest base first; weeks in order)."""

    question: Question
    whole: Cut
    weeks: tuple[Cut, ...]
    cuts: tuple[Cut, ...]
    known: dict[str, tuple[str, ...]]
    """What there is to filter by: every touchpoint, channel and segment with an answer or an ask."""


def report(question: Question, cubes: Cubes) -> Report:
    """Finish the sums of the two cubes."""
    scores = _wanted(cubes.scores, question)
    asks = _wanted(cubes.asks, question)
    cuts = _compared(_cuts(scores, asks, question, question.by), question) if question.by else ()
    return Report(
        question=question,
        whole=next(iter(_cuts(scores, asks, question, ())), _nothing(question)),
        weeks=_cuts(scores, asks, question, ("week",)),
        cuts=cuts,
        known={name: _values(cubes, name) for name in ("touchpoint", "channel", "segment")},
    )


def _wanted(cube: pa.Table, question: Question) -> pa.Table:
    """The cells that count, with their week."""
    import pyarrow as pa
    import pyarrow.compute as pc

    keep = pa.repeat(pa.scalar(value=True), len(cube))
    for name in ("touchpoint", "channel", "segment"):
        wanted = getattr(question, name)
        if wanted is not None:
            keep = pc.and_(keep, pc.equal(cube[name], wanted))
    if question.since is not None:
        keep = pc.and_(keep, pc.greater_equal(cube["day"], (question.since - EPOCH).days))
    if question.until is not None:
        keep = pc.and_(keep, pc.less_equal(cube["day"], (question.until - EPOCH).days))
    chosen = cube.filter(keep)
    since_monday = pc.add(chosen["day"], 3)  # 1970-01-01 was a Thursday
    weekday = pc.subtract(since_monday, pc.multiply(pc.floor(pc.divide(since_monday, 7.0)).cast("int64"), 7))
    return chosen.append_column("week", pc.subtract(chosen["day"], weekday))


def _cuts(scores: pa.Table, asks: pa.Table, question: Question, by: tuple[Dimension, ...]) -> tuple[Cut, ...]:
    answered = {key: ScoreCounts(**sums) for key, sums in _cells(scores, by, SCORE_SUMS) if sums["n"]}
    asked = {key: AskCounts(**sums) for key, sums in _cells(asks, by, ASK_SUMS) if sums["invited"]}
    cuts = [
        Cut(
            key=key,
            score=score(question.metric, answered.get(key, ScoreCounts()), level=question.level),
            response=response_rate(asked.get(key, AskCounts()), level=question.level),
            sums=answered.get(key, ScoreCounts()),
        )
        for key in {**answered, **asked}
    ]
    if "week" in by:
        return tuple(sorted(cuts, key=lambda cut: cut.key))
    return tuple(sorted(cuts, key=lambda cut: (-cut.score.n, cut.key)))


def _compared(cuts: tuple[Cut, ...], question: Question) -> tuple[Cut, ...]:
    """Each cut with answers against all the others together."""
    cells = {cut.key: cut.sums for cut in cuts if cut.score.n}
    if len(cells) < 2:
        return cuts
    found = {each.a: each for each in against_rest(question.metric, cells, level=question.level)}
    return tuple(_judged(cut, found.get(cut.key)) for cut in cuts)


def _judged(cut: Cut, found: Comparison[Key] | None) -> Cut:
    if found is None or found.adjusted_p is None:
        return cut
    verdict: Verdict = "different" if found.different else "same"
    return replace(cut, verdict=verdict, adjusted_p=found.adjusted_p, difference=found.result.difference)


def _cells(cube: pa.Table, by: tuple[str, ...], sums: tuple[str, ...]) -> Iterator[tuple[Key, dict[str, int]]]:
    from allears.understand.cubes import summed

    if not len(cube):
        return
    for row in summed(cube, by, sums).to_pylist():
        yield tuple(_text(name, row[name]) for name in by), {name: row[name] for name in sums}


def _text(name: str, value: str | int) -> str:
    return (EPOCH + timedelta(days=int(value))).isoformat() if name == "week" else str(value)


def _nothing(question: Question) -> Cut:
    level = question.level
    return Cut(
        key=(),
        score=score(question.metric, ScoreCounts(), level=level),
        response=response_rate(AskCounts(), level=level),
    )


def _values(cubes: Cubes, name: str) -> tuple[str, ...]:
    return tuple(sorted({*cubes.scores[name].unique().to_pylist(), *cubes.asks[name].unique().to_pylist()}))
