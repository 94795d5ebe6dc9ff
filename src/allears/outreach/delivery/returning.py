"""What becomes of messages that came back, and of providers' news about them."""

from datetime import datetime, timedelta
from typing import Any

from allears.outreach.channels.email.returned import Returned
from allears.outreach.delivery import news
from allears.outreach.delivery.actions import bar, report
from allears.outreach.delivery.models import ChannelSetup, Report
from allears.outreach.models import Message

RECENT = timedelta(days=14)


def take_returned(*, workspace_id: int, returned: Returned, now: datetime) -> bool:
    """A returned mail. Only one that carries our mark bars its address: anybody can write to a mailbox."""
    rows = Message.objects.in_workspace(workspace_id).filter(channel="email")
    message = rows.filter(pk=returned.message_id).first() if returned.message_id else None
    if message is not None:
        return report(message=message, kind=returned.kind, detail=returned.detail, now=now)
    message = _last_to(workspace_id, "email", returned.address, now)
    if message is None:
        return False
    return report(message=message, kind=Report.Kind.FAILED, detail=returned.detail, now=now)


def _last_to(workspace_id: int, channel: str, address: str, now: datetime) -> Message | None:
    if not address:
        return None
    rows = Message.objects.in_workspace(workspace_id).filter(
        channel=channel, address__iexact=address, state=Message.State.SENT, sent_at__gte=now - RECENT
    )
    found: Message | None = rows.order_by("-sent_at").first()
    return found


def take_news(*, setup: ChannelSetup, body: Any, now: datetime) -> int:
    """A provider's call about mails, one or many, in whatever words; how many were understood."""
    found = news.read(body)
    for each in found:
        _take_one(setup, each, now)
    return len(found)


def _take_one(setup: ChannelSetup, told: news.News, now: datetime) -> None:
    message = _last_to(setup.workspace_id, setup.channel, told.address, now)
    if message is not None:
        report(message=message, kind=told.kind, detail=told.detail, now=now)
    elif told.kind in ("bounced", "complained"):
        bar(
            workspace_id=setup.workspace_id,
            channel=setup.channel,
            address=told.address,
            reason="bounce" if told.kind == "bounced" else "complaint",
            detail=told.detail,
            now=now,
        )


def take_report(*, setup: ChannelSetup, message_id: str, reference: str, state: str, now: datetime) -> bool:
    """A gateway's report on one message; False when it is on none of ours, said before, or only on the way."""
    kind = _state_of(setup, state)
    rows = Message.objects.in_workspace(setup.workspace_id).filter(channel=setup.channel)
    message = None
    if message_id.isdecimal() and len(message_id) < 19:
        message = rows.filter(pk=int(message_id)).first()
    elif reference:
        message = rows.filter(reports__reference=reference[:120]).first()
    if kind is None or message is None:
        return False
    return report(message=message, kind=kind, detail=f"state {state}"[:300], now=now)


def _state_of(setup: ChannelSetup, state: str) -> str | None:
    said = state.strip().lower()
    for name, kind in (("delivered", Report.Kind.DELIVERED), ("undelivered", Report.Kind.FAILED)):
        if said in str(setup.settings.get(name, "")).lower().split():
            return kind
    return None
