"""What each probe knows so far, by segment: the bids of the auction, and where a directed sample asks more.

Measured every few minutes from the last months and kept with the probe, so that an event costs no query for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, FloatField, Q, Sum

from allears.listen.models import Probe, Response
from allears.outreach.governor import Worth
from allears.outreach.models import Decision
from allears.outreach.returned import first_tries
from allears.science.information import SCALES, Cell, directed_shares, expected_information

LOOK_BACK = timedelta(days=90)
USUAL_VARIANCE = 0.09  # of answers on a scale of 0 to 1, until there are enough of one's own
ENOUGH = 5
PRIOR_ASKED, PRIOR_ANSWERED = 8.0, 2.0  # a quarter answers, until more is known


@dataclass(frozen=True, kw_only=True)
class Known:
    """What one segment has told at one probe."""

    events: int = 0  # asks that were wished, drawn or not
    asked: int = 0
    answered: int = 0
    total: float = 0.0  # of scores on a scale of 0 to 1
    squares: float = 0.0

    @property
    def variance(self) -> float:
        if self.answered < ENOUGH:
            return USUAL_VARIANCE
        return max(0.0, (self.squares - self.total**2 / self.answered) / (self.answered - 1))

    @property
    def propensity(self) -> float:
        return min(1.0, (self.answered + PRIOR_ANSWERED) / (self.asked + PRIOR_ASKED))


def read(stored: Mapping[str, Any]) -> dict[str, Known]:
    """By segment; an empty name is all of them together."""
    return {segment: Known(**known) for segment, known in stored.items()}


def worth(known: Known, *, weight: float) -> Worth:
    """What one more ask of this segment would teach."""
    bid = expected_information(
        variance=known.variance, answers=known.answered, propensity=known.propensity, weight=weight
    )
    return Worth(bid=bid, variance=known.variance, answers=known.answered, weight=weight, propensity=known.propensity)


def worths(known: Mapping[str, Known], *, weight: float) -> dict[str, Worth]:
    """The bid by segment; ``""`` is for a segment that was never heard."""
    return {"": worth(Known(), weight=weight), **{name: worth(each, weight=weight) for name, each in known.items()}}


def shares_of(probe: Probe, known: Mapping[str, Known]) -> dict[str, float]:
    """The share asked in each segment, where it is not the same for all."""
    if probe.sampling == Probe.Sampling.STRATIFIED:
        return dict(probe.strata)
    if probe.sampling == Probe.Sampling.DIRECTED and known:
        cells = {
            name: Cell(events=each.events, variance=each.variance, answers=each.answered, propensity=each.propensity)
            for name, each in known.items()
        }
        return directed_shares(cells, share=probe.share)
    return {}


def measure(*, probe: Probe, now: datetime) -> dict[str, Known]:
    """Count the probe's last months anew."""
    since = now - LOOK_BACK
    wished = Decision.objects.in_workspace(probe.workspace_id).filter(
        first_tries(), probe_key=probe.key, at__gte=since, settled_at__isnull=True
    )
    found: dict[str, dict[str, Any]] = {}
    counted = wished.values_list("segment").annotate(events=Count("id"), asked=Count("id", filter=Q(verdict="sent")))
    for segment, events, asked in counted:
        found[segment] = {"events": events, "asked": asked}
    metrics = dict(
        Response.objects.in_workspace(probe.workspace_id)
        .filter(invitation__probe=probe, started_at__gte=since, score__isnull=False, metric__in=SCALES)
        .values_list("metric")
        .annotate(n=Count("id"))
    )
    if metrics:
        metric = max(metrics, key=lambda name: (metrics[name], name))
        low, high = SCALES[metric]
        unit = (F("score") - float(low)) / float(high - low)
        rows = (
            Response.objects.in_workspace(probe.workspace_id)
            .filter(invitation__probe=probe, started_at__gte=since, score__isnull=False, metric=metric)
            .values_list("segment")
            .annotate(
                n=Count("id"),
                total=Sum(unit, output_field=FloatField()),
                squares=Sum(unit * unit, output_field=FloatField()),
            )
        )
        for segment, number, total, squares in rows:
            found.setdefault(segment, {}).update(answered=number, total=total, squares=squares)
    return {segment: Known(**values) for segment, values in found.items()}


def measure_all(*, now: datetime) -> int:
    """Measure every running probe; how many."""
    running = list(
        Probe.objects.across_workspaces().filter(started_at__isnull=False, paused_at__isnull=True).order_by("id")
    )
    for probe in running:
        known = {segment: vars(each) for segment, each in measure(probe=probe, now=now).items()}
        if known != probe.standing:
            Probe.objects.in_workspace(probe.workspace_id).filter(pk=probe.pk).update(standing=known, measured_at=now)
    return len(running)
