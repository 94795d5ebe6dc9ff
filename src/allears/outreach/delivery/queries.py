"""Reads of channels: how they are set up, whether they work, whom they may not reach."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum

from allears.outreach import channels
from allears.outreach.channels.base import Adapter
from allears.outreach.delivery.models import Barred, ChannelSetup, Credit, Report
from allears.outreach.models import Message
from allears.store import plain

WINDOW = timedelta(days=30)
CALLBACKS: Mapping[str, tuple[str, ...]] = {
    "email": ("events",), "sms": ("report", "inbound"), "wechat": ("events",), "wecom": ("events",)
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Health:
    """One channel of a workspace, as its page shows it. Counts are of the last 30 days."""

    name: str
    adapter: Adapter
    setup: ChannelSetup | None
    sent: int = 0
    failed: int = 0
    waiting: int = 0
    delivered: int = 0
    bounced: int = 0
    complained: int = 0
    barred: int = 0
    cost: Decimal = Decimal(0)
    last_sent_at: datetime | None = None
    last_error: str = ""
    stuck: bool = False  # the newest message that was tried is still being tried

    @property
    def state(self) -> str:
        """off, paused, failing, idle or working."""
        if self.adapter.capability.needs_setup and self.setup is None:
            return "off"
        if self.setup and self.setup.paused_at:
            return "paused"
        refused = self.failed and not self.sent and not self.bounced
        if (self.setup and self.setup.trouble) or self.stuck or refused:
            return "failing"
        return "working" if self.sent else "idle"


def health(*, workspace_id: int, now: datetime) -> list[Health]:
    """Every channel, those that work without set-up first."""
    setups = {row.channel: row for row in ChannelSetup.objects.in_workspace(workspace_id)}
    counts = _counts(workspace_id, now - WINDOW)
    found = [
        Health(name=name, adapter=adapter, setup=setups.get(name), **counts.get(name, {}))
        for name, adapter in channels.adapters().items()
    ]
    return sorted(found, key=lambda each: (each.adapter.capability.needs_setup, each.name))


def _counts(workspace_id: int, since: datetime) -> dict[str, dict[str, Any]]:
    messages = Message.objects.in_workspace(workspace_id).filter(created_at__gte=since)
    state = Message.State
    found: dict[str, dict[str, Any]] = {}
    for row in messages.values("channel").annotate(
        sent=Count("id", filter=Q(state=state.SENT)),
        failed=Count("id", filter=Q(state=state.FAILED)),
        waiting=Count("id", filter=Q(state__in=[state.QUEUED, state.SENDING])),
    ):
        found[row["channel"]] = {name: row[name] for name in ("sent", "failed", "waiting")}
    kinds = Report.Kind
    reports = Report.objects.in_workspace(workspace_id).filter(at__gte=since)
    for row in reports.values("message__channel").annotate(
        delivered=Count("id", filter=Q(kind=kinds.DELIVERED)),
        bounced=Count("id", filter=Q(kind=kinds.BOUNCED)),
        complained=Count("id", filter=Q(kind=kinds.COMPLAINED)),
        cost=Sum("cost"),
    ):
        told = {name: row[name] for name in ("delivered", "bounced", "complained", "cost")}
        found.setdefault(row["message__channel"], {}).update(told)
    barred = Barred.objects.in_workspace(workspace_id).filter(lifted_at__isnull=True)
    for row in barred.values("channel").annotate(barred=Count("id")):
        found.setdefault(row["channel"], {})["barred"] = row["barred"]
    for channel, told in found.items():
        last = messages.filter(channel=channel, sent_at__isnull=False).order_by("-sent_at").values("sent_at").first()
        tried = messages.filter(channel=channel).exclude(state=state.CANCELLED)
        wrong = tried.exclude(error="").order_by("-id").values("error").first()
        newest = tried.filter(Q(sent_at__isnull=False) | ~Q(error="")).order_by("-id").values("state", "error").first()
        told["last_sent_at"] = last["sent_at"] if last else None
        told["last_error"] = wrong["error"][:300] if wrong else ""
        told["stuck"] = bool(newest and newest["error"] and newest["state"] in (state.QUEUED, state.SENDING))
    return found


def setup_of(*, workspace_id: int, channel: str) -> ChannelSetup | None:
    """The workspace's set-up of a channel."""
    return ChannelSetup.objects.in_workspace(workspace_id).filter(channel=channel).first()


def setup_at(*, channel: str, token: str) -> ChannelSetup | None:
    """The set-up whose peer calls this address: the token itself says which."""
    return ChannelSetup.objects.across_workspaces().filter(channel=channel, token=token).first()


def callbacks(setup: ChannelSetup) -> dict[str, str]:
    """What the channel's peer tells us, and the address that it calls for it."""
    base = f"{settings.PUBLIC_URL}/v1/channels/{setup.channel}/{setup.token}"
    return {what: f"{base}/{what}" for what in CALLBACKS.get(setup.channel, ())}


def barred(*, workspace_id: int, channel: str) -> QuerySet[Barred]:
    """The addresses that get nothing more."""
    return Barred.objects.in_workspace(workspace_id).filter(channel=channel, lifted_at__isnull=True)


def access_barred(*, workspace_id: int, barred_id: int) -> Barred:
    """One of them; raises Barred.DoesNotExist."""
    found: Barred = Barred.objects.in_workspace(workspace_id).get(pk=barred_id)
    return found


def unusable(*, workspace_id: int, names: Iterable[str]) -> set[str]:
    """Those of the channels that need a set-up and have none in force."""
    wanted = {name for name in names if name in channels.adapters() and channels.capability(name).needs_setup}
    if not wanted:
        return set()
    ready = ChannelSetup.objects.in_workspace(workspace_id).filter(channel__in=wanted, paused_at__isnull=True)
    return wanted - set(ready.values_list("channel", flat=True))


def barred_query(*, workspace_id: int, addresses: Collection[str]) -> plain.Query | None:
    """For ``barred_among``, of these addresses."""
    if not addresses:
        return None
    these, parameters = plain.among("address", addresses)
    return plain.Query(
        "SELECT channel, address, reason FROM delivery_barred"  # noqa: S608 - own names
        f" WHERE workspace_id = %s AND lifted_at IS NULL AND {these}",
        [workspace_id, *parameters],
    )


def barred_among(rows: plain.Rows) -> dict[tuple[str, str], str]:
    """(channel, address) → why."""
    return {(channel, address): reason for channel, address, reason in rows}


def credits_of(*, workspace_id: int, customer_ids: Collection[int], channel: str, now: datetime) -> Mapping[int, int]:
    """How many messages each customer has allowed by this channel and not yet got."""
    rows = Credit.objects.in_workspace(workspace_id).filter(
        customer_id__in=customer_ids, channel=channel, spent_at__isnull=True
    )
    rows = rows.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
    return {row["customer_id"]: row["n"] for row in rows.values("customer_id").annotate(n=Count("id"))}
