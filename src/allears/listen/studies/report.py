"""Waves side by side: how far the asks got, the score with its interval, and whether a change can be claimed.

Each segment of a wave is compared with itself in the wave before; over all comparisons of the report
Benjamini–Hochberg keeps the share of false claims. The weighted line counts each segment by its share of the
population, so that quotas and uneven answering do not move it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, FloatField, Q, Sum
from django.db.models.functions import Cast

from allears.listen.definition import METRICS
from allears.listen.models import Response
from allears.listen.queries import latest_version
from allears.listen.studies.models import Member, Study, Wave
from allears.science.differences import Difference, benjamini_hochberg, difference
from allears.science.estimate import AskCounts, Estimate, ScoreCounts, nothing
from allears.science.sampling import weighted_difference, weighted_score
from allears.science.scores import Metric, ResponseRates, response_rates, score

MOST_WAVES = 6  # side by side
FALSE_CLAIMS = 0.05
ALL, WEIGHTED = "*", "weighted"  # lines beside the segments
NO_SCORE = "the survey has no question on a scale"


@dataclass(frozen=True, kw_only=True)
class Change:
    """Against the wave before. ``claim``: higher, lower, none (no difference can be claimed) or unknown."""

    since: int  # number of the wave before
    result: Difference
    adjusted_p: float | None = None
    claim: str = "unknown"


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One segment in one wave."""

    wave: int
    segment: str
    population: int
    drawn: int
    refused: int
    waiting: int
    asks: AskCounts
    rates: ResponseRates
    score: Estimate
    counts: ScoreCounts
    change: Change | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One segment, wave by wave; ``kind``: segment, all or weighted."""

    kind: str
    segment: str
    cells: Sequence[Cell]


@dataclass(frozen=True, kw_only=True)
class WaveReport:
    """The whole report; ``metric`` is empty where the survey has no score."""

    study_key: str
    metric: str
    level: float
    waves: Sequence[Wave]
    lines: Sequence[Line]

    @property
    def comparisons(self) -> int:
        """How many were tested together."""
        return sum(
            1 for line in self.lines for cell in line.cells if cell.change and cell.change.adjusted_p is not None
        )


def wave_report(*, study: Study, now: datetime, level: float = 0.95, most: int = MOST_WAVES) -> WaveReport:
    """The last waves of a study."""
    waves = sorted(study.waves.order_by("-number")[:most], key=lambda wave: wave.number)
    metric = _metric(study)
    gathered = {wave.pk: _gather(wave, metric, level, now) for wave in waves}
    names = sorted({name for cells in gathered.values() for name in cells})
    lines = [
        Line(
            kind="segment",
            segment=name,
            cells=[gathered[wave.pk].get(name) or _empty(wave, name, metric, level) for wave in waves],
        )
        for name in names
    ]
    whole = Line(kind="all", segment=ALL, cells=[_whole(wave, gathered[wave.pk], metric, level) for wave in waves])
    compared = [_compared(line, metric, level) for line in (whole, *lines)]
    if metric and len(names) > 1:
        compared.insert(1, _weighted(waves, gathered, whole, metric, level))
    return WaveReport(
        study_key=study.key, metric=metric or "", level=level, waves=waves, lines=_judged(compared) if waves else []
    )


def _metric(study: Study) -> Metric | None:
    _version, definition = latest_version(survey=study.survey)
    main = definition.main
    return main.metric if main and main.metric in METRICS else None


def _gather(wave: Wave, metric: Metric | None, level: float, now: datetime) -> dict[str, Cell]:
    """By segment, those of the frame of whom nobody was drawn as well."""
    asked, scored = _asked(wave), _scored(wave, metric)
    names = {*wave.frame, *asked, *scored}
    return {
        name: _cell(wave, name, asked.get(name, {}), scored.get(name, ScoreCounts()), metric, level) for name in names
    }


def _asked(wave: Wave) -> dict[str, dict[str, int]]:
    """Each stage counts those that reached it or a later one, because an opening is not always seen."""
    there = Q(invitation__isnull=False)
    finished = Q(invitation__completed_at__isnull=False)
    started = finished | Q(invitation__started_at__isnull=False)
    opened = started | Q(invitation__opened_at__isnull=False)
    delivered = opened | Q(invitation__sent_at__isnull=False)
    over = wave.closed_at is not None
    refused = Q(verdict="never") | (Q(verdict="held") & ~there if over else Q(pk=None))
    rows = (
        Member.objects.in_workspace(wave.workspace_id)
        .filter(wave=wave)
        .values("segment")
        .annotate(
            drawn=Count("id"),
            refused=Count("id", filter=refused),
            waiting=Count("id", filter=Q(pk=None) if over else Q(verdict="held") & ~there),
            invited=Count("id", filter=there),
            delivered=Count("id", filter=delivered),
            opened=Count("id", filter=opened),
            started=Count("id", filter=started),
            completed=Count("id", filter=finished),
        )
    )
    return {row.pop("segment"): row for row in rows.order_by()}


def _scored(wave: Wave, metric: Metric | None) -> dict[str, ScoreCounts]:
    """Scores given in this wave, by the segment that the customer was drawn in."""
    top = {"nps": 11, "csat": 4, "ces": 6}
    if metric is None:
        return {}
    value = Cast("score", FloatField())
    rows = (
        Response.objects.in_workspace(wave.workspace_id)
        .filter(invitation__drawn_by__wave=wave, metric=metric, score__isnull=False)
        .exclude(outcome__in=(Response.Outcome.SCREENED, Response.Outcome.OVER_QUOTA))
        .order_by()
        .values_list("invitation__drawn_by__segment")
        .annotate(
            n=Count("id"),
            promoters=Count("id", filter=Q(score__gte=9)),
            detractors=Count("id", filter=Q(score__lte=6)),
            satisfied=Count("id", filter=Q(score__gte=top[metric])),
            total=Sum(value),
            squares=Sum(value * value),
        )
    )
    return {segment: ScoreCounts(*figures) for segment, *figures in rows}


def _cell(
    wave: Wave, name: str, asked: Mapping[str, int], scored: ScoreCounts, metric: Metric | None, level: float
) -> Cell:
    stages = ("invited", "delivered", "opened", "started", "completed")
    asks = AskCounts(**{stage: asked.get(stage, 0) for stage in stages})
    return Cell(
        wave=wave.number,
        segment=name,
        population=wave.frame.get(name, {}).get("population", 0),
        drawn=asked.get("drawn", 0),
        refused=asked.get("refused", 0),
        waiting=asked.get("waiting", 0),
        asks=asks,
        rates=response_rates(asks, level=level),
        score=_score(metric, scored, level),
        counts=scored,
    )


def _score(metric: Metric | None, counts: ScoreCounts, level: float) -> Estimate:
    return score(metric, counts, level=level) if metric else nothing("", level=level, method="none", reason=NO_SCORE)


def _empty(wave: Wave, name: str, metric: Metric | None, level: float) -> Cell:
    """A segment that this wave did not have."""
    return _cell(wave, name, {}, ScoreCounts(), metric, level)


def _whole(wave: Wave, cells: Mapping[str, Cell], metric: Metric | None, level: float) -> Cell:
    """Everybody together, as they answered."""
    found = list(cells.values())
    asks = sum((cell.asks for cell in found), AskCounts())
    counts = sum((cell.counts for cell in found), ScoreCounts())
    return Cell(
        wave=wave.number,
        segment=ALL,
        population=sum(cell.population for cell in found),
        drawn=sum(cell.drawn for cell in found),
        refused=sum(cell.refused for cell in found),
        waiting=sum(cell.waiting for cell in found),
        asks=asks,
        rates=response_rates(asks, level=level),
        score=_score(metric, counts, level),
        counts=counts,
    )


def _compared(line: Line, metric: Metric | None, level: float) -> Line:
    if metric is None:
        return line
    cells = [line.cells[0]] if line.cells else []
    for before, cell in zip(line.cells, line.cells[1:], strict=False):
        result = difference(metric, cell.counts, before.counts, level=level)
        cells.append(replace(cell, change=Change(since=before.wave, result=result)))
    return replace(line, cells=cells)


def _weighted(
    waves: Sequence[Wave], gathered: Mapping[int, Mapping[str, Cell]], whole: Line, metric: Metric, level: float
) -> Line:
    """The whole population, each segment by its share of it when the wave opened."""
    cells: list[Cell] = []
    for wave, together in zip(waves, whole.cells, strict=True):
        mine = gathered[wave.pk]
        populations = {name: cell.population for name, cell in mine.items() if cell.population}
        counts = {name: cell.counts for name, cell in mine.items()}
        cell = replace(
            together, segment=WEIGHTED, score=weighted_score(metric, counts, populations, level=level), change=None
        )
        if cells:
            result = weighted_difference(metric, cell.score, cells[-1].score, level=level)
            cell = replace(cell, change=Change(since=cells[-1].wave, result=result))
        cells.append(cell)
    return Line(kind="weighted", segment=WEIGHTED, cells=cells)


def _judged(lines: Sequence[Line]) -> list[Line]:
    """What may be claimed, all comparisons of the report judged together."""
    tested = [
        cell.change.result.p_value
        for line in lines
        for cell in line.cells
        if cell.change and cell.change.result.p_value is not None
    ]
    adjusted = iter(benjamini_hochberg(tested))
    return [
        replace(
            line,
            cells=[
                replace(cell, change=_claimed(cell.change, next(adjusted)))
                if cell.change and cell.change.result.p_value is not None
                else cell
                for cell in line.cells
            ],
        )
        for line in lines
    ]


def _claimed(change: Change, p: float) -> Change:
    gap = change.result.difference or 0.0
    claim = "none" if p > FALSE_CLAIMS else "higher" if gap > 0 else "lower"
    return replace(change, adjusted_p=p, claim=claim)
