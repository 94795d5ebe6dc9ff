"""Consent as credits: one grant, one message. A ledger of grants and of what they were spent on."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from allears.customers.merged_then import kin_then
from allears.outreach import channels
from allears.outreach.delivery.models import Credit
from allears.outreach.delivery.queries import credits_of
from allears.outreach.models import Decision


def grant(
    *,
    workspace_id: int,
    customer_id: int,
    channel: str,
    key: str,
    now: datetime,
    template: str = "",
    expires_at: datetime | None = None,
) -> bool:
    """The customer allows one message; False when this grant was told before."""
    _row, new = Credit.objects.in_workspace(workspace_id).get_or_create(
        workspace_id=workspace_id,
        channel=channel,
        key=key[:120],
        defaults={
            "customer_id": customer_id,
            "template": template[:120],
            "granted_at": now,
            "expires_at": expires_at,
        },
    )
    return new


def spend(*, decisions: Sequence[Decision], now: datetime) -> None:
    """Each verdict "sent" on a channel of credits takes the customer's that ends first; in the caller's transaction.

    While the window of the last words is open the platform takes a text for it; the consent that does not end stays.
    """
    for decision in decisions:
        number = decision.customer_id
        if number is None or decision.verdict != Decision.Verdict.SENT or not channels.needs_credit(decision.channel):
            continue
        with transaction.atomic():
            rows = Credit.objects.in_workspace(decision.workspace_id).select_for_update()
            person = kin_then(workspace_id=decision.workspace_id, customer_id=number, at=now)
            free = rows.filter(customer_id__in=person, channel=decision.channel, spent_at__isnull=True)
            usable = free.exclude(expires_at__lte=now)
            first = usable.order_by(F("expires_at").asc(nulls_last=True), "granted_at", "pk").first()
            if first is not None:
                first.spent_at, first.decision_id = now, decision.pk
                first.save(update_fields=["spent_at", "decision_id"])


def left_on_wechat(*, workspace_id: int, customer_ids: Collection[int]) -> Mapping[int, int]:
    """What the governor asks before each message on this channel."""
    return credits_of(workspace_id=workspace_id, customer_ids=customer_ids, channel="wechat", now=timezone.now())


def left_on_wecom(*, workspace_id: int, customer_ids: Collection[int]) -> Mapping[int, int]:
    """What the governor asks before each message on this channel."""
    return credits_of(workspace_id=workspace_id, customer_ids=customer_ids, channel="wecom", now=timezone.now())


def withdraw(*, workspace_id: int, customer_id: int, channel: str, template: str, now: datetime) -> int:
    """The customer takes back what was allowed and not yet used; how many."""
    person = kin_then(workspace_id=workspace_id, customer_id=customer_id, at=now)
    rows = Credit.objects.in_workspace(workspace_id).filter(
        customer_id__in=person, channel=channel, template=template, spent_at__isnull=True
    )
    return rows.update(expires_at=now)
