"""What an outside model may cost a workspace in a month: reserved before a call, settled after it."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_noop

from allears.understand.plugin.calling import Usage
from allears.understand.plugin.models import OutsideModel, Spend

MILLION = 1_000_000
CAP_REACHED = gettext_noop("the monthly cap would be passed; nothing was sent")


class CapReachedError(RuntimeError):
    """This call could cost more than what is left of the month's cap; nothing was sent."""


def cost_of(outside: OutsideModel, usage: Usage) -> int:
    """In millionths of the currency's unit: a price per million tokens is one per token in them."""
    return round(usage.tokens_in * outside.price_in + usage.tokens_out * outside.price_out)


def reserve(*, outside: OutsideModel, usage: Usage, now: datetime) -> int:
    """Keep what a call may cost out of the month's cap, and say how much that is. Raises CapReachedError."""
    worst, cap = cost_of(outside, usage), round(outside.monthly_cap * MILLION)
    with transaction.atomic():
        month = month_of(now)
        Spend.objects.bulk_create([Spend(workspace_id=outside.workspace_id, month=month)], ignore_conflicts=True)
        rows = Spend.objects.in_workspace(outside.workspace_id).filter(month=month, cost__lte=cap - worst)
        if not rows.update(cost=F("cost") + worst):
            raise CapReachedError(CAP_REACHED)
    return worst


def settle(*, outside: OutsideModel, reserved: int, used: list[Usage], month: str) -> int:
    """Put what was really used in the place of what was kept back; the cost of it."""
    cost = sum(cost_of(outside, usage) for usage in used)
    Spend.objects.in_workspace(outside.workspace_id).filter(month=month).update(
        cost=F("cost") - reserved + cost,
        calls=F("calls") + len(used),
        tokens_in=F("tokens_in") + sum(usage.tokens_in for usage in used),
        tokens_out=F("tokens_out") + sum(usage.tokens_out for usage in used),
    )
    return cost


def month_of(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y-%m")


def next_month(now: datetime) -> datetime:
    """When the next month's cap begins."""
    here = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return here.replace(year=here.year + here.month // 12, month=here.month % 12 + 1)


def spent(*, workspace_id: int, now: datetime) -> Spend:
    """This month's row; an empty one, not stored, when nothing was spent."""
    row = Spend.objects.in_workspace(workspace_id).filter(month=month_of(now)).first()
    return row or Spend(workspace_id=workspace_id, month=month_of(now))
