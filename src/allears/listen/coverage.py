"""Whom do we hear, and whom never? How far asks get by any cut, and who stays silent, each with its interval.

Everything is counted from the ledger and the invitations of the period: nothing is estimated but rates and the unhappy
among the silent, which rest on those who answered and say so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import TruncMonth

from allears.customers.queries import customers
from allears.listen.models import Invitation, Response
from allears.outreach.models import Decision
from allears.outreach.returned import first_tries
from allears.science.estimate import AskCounts, Estimate
from allears.science.scores import ResponseRates, response_rates, share

By = Literal["segment", "channel", "touchpoint", "month"]
CUTS: tuple[By, ...] = get_args(By)
UNHAPPY = {"nps": 6, "csat": 2, "ces": 3}  # this score and below
SILENT_AFTER = 3  # invitations without an answer
LISTED = 20


@dataclass(frozen=True, kw_only=True)
class Row:
    """One cut: how many asks were wished, allowed, and how far they got."""

    key: str
    wished: int
    left_out: int  # not drawn for the sample, or held out
    refused: int  # by another rule of the governor
    waiting: int
    asks: AskCounts
    rates: ResponseRates

    @property
    def is_census(self) -> bool:
        """Everybody was meant to be asked; what the governor refused is no sample."""
        return self.left_out == 0


@dataclass(frozen=True, kw_only=True)
class Silence:
    """Of one segment: who was never invited, who was and stays silent, who was heard."""

    segment: str
    customers: int
    never_invited: int
    silent: int  # invited in the period, no answer begun
    heard: int
    answers: int
    unhappy: Estimate  # share of unhappy answers among those who answered

    @property
    def at_risk(self) -> tuple[float, float, float] | None:
        """Silent customers who would be unhappy if they were like those who answered: low, middle, high."""
        told = self.unhappy
        if told.estimate is None or told.low is None or told.high is None:
            return None
        return self.silent * told.low, self.silent * told.estimate, self.silent * told.high


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """The whole report."""

    by: By
    since: datetime
    until: datetime
    whole: Row
    rows: Sequence[Row]
    silence: Sequence[Silence]
    stubborn: Sequence[Mapping[str, Any]] = field(default_factory=tuple)  # customers: invited often, never a word


def coverage(*, workspace_id: int, by: By, since: datetime, until: datetime, zone: str) -> Coverage:
    """The report of one period; ``zone`` cuts the months."""
    wishes, asks = _wishes(workspace_id, by, since, until, zone), _asks(workspace_id, by, since, until, zone)
    keys = sorted({*wishes, *asks}, key=lambda key: (-asks.get(key, AskCounts()).invited, key))
    if by == "month":
        keys.sort()
    rows = [_row(key, wishes.get(key, {}), asks.get(key, AskCounts())) for key in keys]
    whole: dict[str, int] = {}
    for counted in wishes.values():
        for name, number in counted.items():
            whole[name] = whole.get(name, 0) + number
    return Coverage(
        by=by,
        since=since,
        until=until,
        whole=_row("", whole, sum(asks.values(), AskCounts())),
        rows=rows,
        silence=_silence(workspace_id, since, until),
        stubborn=_stubborn(workspace_id, since, until),
    )


def _row(key: str, wishes: Mapping[str, int], asks: AskCounts) -> Row:
    return Row(
        key=key,
        wished=wishes.get("wished", 0),
        left_out=wishes.get("left_out", 0),
        refused=wishes.get("refused", 0),
        waiting=wishes.get("waiting", 0),
        asks=asks,
        rates=response_rates(asks),
    )


def _cut(by: By, *, at: str, segment: Any, touchpoint: str, zone: str) -> Any:
    month = TruncMonth(at, tzinfo=ZoneInfo(zone))
    return {"segment": segment, "channel": F("channel"), "touchpoint": F(touchpoint), "month": month}[by]


def _named(key: Any) -> str:
    return f"{key:%Y-%m}" if isinstance(key, datetime) else str(key or "")


def _wishes(workspace_id: int, by: By, since: datetime, until: datetime, zone: str) -> dict[str, dict[str, int]]:
    asked_for = Q(purpose__in=("survey", "follow_up"))
    standing = Decision.objects.in_workspace(workspace_id).filter(
        asked_for, first_tries(), at__gte=since, at__lt=until, settled_at__isnull=True
    )
    out = Q(rule__in=("sampled_out", "hold_out"))
    cut = _cut(by, at="at", segment=F("segment"), touchpoint="touchpoint_key", zone=zone)
    rows = (
        standing.annotate(cut=cut)
        .values_list("cut")
        .annotate(
            wished=Count("id"),
            left_out=Count("id", filter=out),
            refused=Count("id", filter=Q(verdict="never") & ~out),
            waiting=Count("id", filter=Q(verdict="held")),
        )
    )
    found: dict[str, dict[str, int]] = {}
    for key, *numbers in rows:
        into = found.setdefault(_named(key), {})
        for name, number in zip(("wished", "left_out", "refused", "waiting"), numbers, strict=True):
            into[name] = into.get(name, 0) + number
    return found


def _invited(workspace_id: int, since: datetime, until: datetime) -> QuerySet[Invitation]:
    found: QuerySet[Invitation] = Invitation.objects.in_workspace(workspace_id).filter(
        created_at__gte=since, created_at__lt=until, decision_id__isnull=False
    )
    return found


def _asks(workspace_id: int, by: By, since: datetime, until: datetime, zone: str) -> dict[str, AskCounts]:
    """Each stage counts those that reached it or a later one, because an opening is not always seen."""
    finished = Q(completed_at__isnull=False)
    started = finished | Q(started_at__isnull=False)
    opened = started | Q(opened_at__isnull=False)
    delivered = opened | Q(sent_at__isnull=False)
    cut = _cut(by, at="created_at", segment=KT("snapshot__customer__segment"), touchpoint="touchpoint__key", zone=zone)
    rows = (
        _invited(workspace_id, since, until)
        .annotate(cut=cut)
        .values_list("cut")
        .annotate(
            invited=Count("id"),
            delivered=Count("id", filter=delivered),
            opened=Count("id", filter=opened),
            started=Count("id", filter=started),
            completed=Count("id", filter=finished),
        )
    )
    found: dict[str, AskCounts] = {}
    for key, *numbers in rows:
        name = _named(key)
        found[name] = found.get(name, AskCounts()) + AskCounts(*numbers)
    return found


def _silence(workspace_id: int, since: datetime, until: datetime) -> list[Silence]:
    """By the segment that customers are in now."""
    people = dict(customers(workspace_id=workspace_id).order_by().values_list("segment").annotate(n=Count("id")))
    invited = _invited(workspace_id, since, until).filter(customer__isnull=False).order_by()
    reached = {
        segment: (asked, heard)
        for segment, asked, heard in invited.values_list("customer__segment").annotate(
            asked=Count("customer_id", distinct=True),
            heard=Count("customer_id", distinct=True, filter=Q(started_at__isnull=False)),
        )
    }
    bad = Q()
    for metric, worst in UNHAPPY.items():
        bad |= Q(metric=metric, score__lte=worst)
    scored = Response.objects.in_workspace(workspace_id).filter(
        started_at__gte=since, started_at__lt=until, score__isnull=False, invitation__isnull=False,
        customer__isnull=False, metric__in=UNHAPPY,
    )  # fmt: skip
    told = {
        segment: (answers, unhappy)
        for segment, answers, unhappy in scored.order_by()
        .values_list("customer__segment")
        .annotate(answers=Count("id"), unhappy=Count("id", filter=bad))
    }
    found = []
    for segment, number in sorted(people.items(), key=lambda each: (-each[1], each[0])):
        asked, heard = reached.get(segment, (0, 0))
        answers, unhappy = told.get(segment, (0, 0))
        found.append(
            Silence(
                segment=segment,
                customers=number,
                never_invited=max(0, number - asked),
                silent=asked - heard,
                heard=heard,
                answers=answers,
                unhappy=share("unhappy", unhappy, answers),
            )
        )
    return found


def _stubborn(workspace_id: int, since: datetime, until: datetime) -> list[Mapping[str, Any]]:
    """Who was invited again and again and never said a word: perhaps the wrong channel, perhaps lost already."""
    rows = (
        _invited(workspace_id, since, until)
        .filter(customer__isnull=False)
        .values("customer_id", "customer__key", "customer__name", "customer__email", "customer__segment")
        .annotate(invited=Count("id"), heard=Count("id", filter=Q(started_at__isnull=False)))
        .filter(heard=0, invited__gte=SILENT_AFTER)
    )
    return list(rows.order_by("-invited", "customer_id")[:LISTED])
