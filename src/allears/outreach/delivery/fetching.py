"""Messages that the company's own program fetches and delivers, by channels that say so (``capability.fetched``)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import models, transaction

from allears.customers.keys import USER_ID
from allears.customers.models import Identifier
from allears.outreach import channels
from allears.outreach.delivery import actions, pacing, queries
from allears.outreach.delivery.models import ChannelSetup, Report
from allears.outreach.models import Decision, Message
from allears.outreach.sender import mark_sent

CLAIMED = "fetched"  # who holds the lease: the company
LONGEST_REASON = 300


def waiting(*, workspace_id: int, now: datetime) -> models.QuerySet[Message]:
    """What may be delivered now and nobody has taken; nothing while the channel is off or paused."""
    ready = [name for name in channels.fetched() if _open(workspace_id, name)]
    due = Message.objects.in_workspace(workspace_id).filter(
        channel__in=ready, state=Message.State.QUEUED, not_before__lte=now
    )
    return due.filter(models.Q(decision__isnull=True) | ~models.Q(decision__verdict=Decision.Verdict.HELD))


def claim(*, workspace_id: int, limit: int, now: datetime) -> Sequence[Message]:
    """Take the oldest of them; without an acknowledgement each is handed out again after the minutes set up."""
    with transaction.atomic():
        rows = waiting(workspace_id=workspace_id, now=now).order_by("not_before", "id")
        found_rows = rows.select_for_update(skip_locked=True, of=("self",))[:limit]
        setups = {name: _open(workspace_id, name) for name in channels.fetched()}
        ids = _within_pace(workspace_id, list(found_rows), setups, now)
        mine = Message.objects.in_workspace(workspace_id).filter(pk__in=ids)
        for name, found in setups.items():
            until = now + timedelta(minutes=int(found.settings["minutes"]) if found else 0)
            mine.filter(channel=name).update(
                state=Message.State.SENDING, lease_owner=CLAIMED, lease_until=until, attempts=models.F("attempts") + 1
            )
        return list(mine.order_by("not_before", "id"))


def _within_pace(
    workspace_id: int, rows: Sequence[Message], setups: Mapping[str, ChannelSetup | None], now: datetime
) -> list[int]:
    """As many of them as their channels' minute has places for."""
    ids: list[int] = []
    for name, setup in setups.items():
        mine = [row.pk for row in rows if row.channel == name]
        if mine and setup is not None and setup.per_minute:
            key = (workspace_id, name)
            mine = mine[: pacing.take(key=key, per_minute=setup.per_minute, wanted=len(mine), now=now).places]
        ids += mine
    return ids


def acknowledge(*, workspace_id: int, message_id: int, delivered: bool, reason: str, now: datetime) -> Message:
    """What became of it; the first word counts. Raises Message.DoesNotExist for what is not to be fetched."""
    with transaction.atomic():
        rows = Message.objects.in_workspace(workspace_id).filter(channel__in=channels.fetched())
        message: Message = rows.select_for_update().get(pk=message_id)
        if message.state in (Message.State.QUEUED, Message.State.SENDING):
            if delivered:
                mark_sent([message.pk], now=now)
            else:
                detail = reason[:LONGEST_REASON] or "not delivered"
                actions.report(message=message, kind=Report.Kind.FAILED, now=now, detail=detail)
                rows.filter(pk=message_id).update(lease_owner="", lease_until=None)
            message.refresh_from_db()
    return message


def user_ids(*, workspace_id: int, customer_ids: Sequence[int]) -> dict[int, str]:
    """The company's own name of each customer, where it told one."""
    rows = Identifier.objects.in_workspace(workspace_id).filter(kind=USER_ID, customer_id__in=customer_ids)
    return dict(rows.order_by("-pk").values_list("customer_id", "value"))


def _open(workspace_id: int, channel: str) -> ChannelSetup | None:
    found = queries.setup_of(workspace_id=workspace_id, channel=channel)
    return None if found is None or found.paused_at else found
