"""What the sender needs of a channel's set-up: its settings, its pace, and where its costs are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from allears.outreach import channels
from allears.outreach.channels.base import Receipt
from allears.outreach.delivery.actions import opened
from allears.outreach.delivery.models import ChannelSetup, Report
from allears.outreach.models import Message


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How one message may travel."""

    setup: Mapping[str, Any]
    cost: Decimal = Decimal(0)
    per_minute: int = 0
    waits: bool = False  # not set up, or paused: the message stays where it is


Key = tuple[int, str]


def terms_for(messages: Sequence[Message]) -> dict[Key, Terms]:
    """By workspace and channel, where a workspace has set it up or a set-up is needed: one query, or none."""
    wanted = {(each.workspace_id, each.channel) for each in messages}
    if not wanted:
        return {}
    rows = ChannelSetup.objects.across_workspaces().filter(  # the messages say whose they are
        workspace_id__in={each for each, _ in wanted}, channel__in={each for _, each in wanted}
    )
    found = {
        (row.workspace_id, row.channel): Terms(
            setup=opened(setup=row), cost=row.cost, per_minute=row.per_minute, waits=row.paused_at is not None
        )
        for row in rows
    }
    missing = {key: Terms(setup={}, waits=True) for key in wanted if _needs_setup(key[1])}
    return missing | found


def set_up() -> frozenset[Key]:
    """Every workspace's channels that have a pace, a price or a pause of their own."""
    rows = ChannelSetup.objects.across_workspaces().exclude(cost=0, per_minute=0, paused_at__isnull=True)
    return frozenset(rows.values_list("workspace_id", "channel"))


def _needs_setup(channel: str) -> bool:
    return channel in channels.adapters() and channels.capability(channel).needs_setup


def note_receipts(taken: Sequence[tuple[Message, Receipt, Decimal]], *, now: datetime) -> None:
    """Write what peers said as they took messages; a repeat changes nothing."""
    Report.objects.bulk_create(
        [
            Report(
                workspace_id=message.workspace_id,
                message=message,
                kind=Report.Kind.ACCEPTED,
                reference=receipt.reference[:120],
                units=receipt.units,
                cost=cost * receipt.units,
                at=now,
            )
            for message, receipt, cost in taken
        ],
        ignore_conflicts=True,
    )
