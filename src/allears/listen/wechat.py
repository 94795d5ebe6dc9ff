"""What customers do in WeChat: they write, scan a place's code, allow one message, or leave."""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from allears.customers.actions import resolve
from allears.customers.keys import IdentityKeys
from allears.customers.models import Customer
from allears.listen.places import queries as places
from allears.listen.places import scanning
from allears.listen.places.actions import come_by, keep_wechat_code
from allears.listen.places.models import Place
from allears.listen.replies import take_reply
from allears.outreach.channels.base import DeliveryError
from allears.outreach.channels.wechat import platform
from allears.outreach.channels.wecom import adapter as wecom
from allears.outreach.delivery.actions import bar, come_back, opened, report
from allears.outreach.delivery.credits import grant, withdraw
from allears.outreach.delivery.models import ChannelSetup, Report
from allears.outreach.delivery.queries import setup_of
from allears.outreach.models import Message

logger = logging.getLogger(__name__)
WINDOW = timedelta(hours=48)
MOST_NEWS = 5000  # messages taken in one call of the platform
FROM_CUSTOMER = 3
WINDOW_NAME = "customer-service window"
UNFOLLOWED = "unfollowed"  # taken back by following again; a word such as 退订 is not


class NoAccountError(LookupError):
    """The workspace has no official account set up."""


def keys_of(openid: str, unionid: str = "") -> IdentityKeys:
    """A person as the platform names them."""
    names = [("unionid", unionid), ("openid", openid)]
    return IdentityKeys(others=tuple(name for name in names if name[1]))


def page_for(*, workspace_id: int, back: str, state: str) -> str:
    """Where the platform learns who opens a page, and comes back; empty when there is no account."""
    setup = setup_of(workspace_id=workspace_id, channel="wechat")
    return platform.oauth_url(opened(setup=setup), back=back, state=state) if setup and not setup.paused_at else ""


def who_opens(*, workspace_id: int, code: str, now: datetime) -> str:
    """The signed name of the customer behind an OAuth code; empty when the platform does not tell."""
    setup = setup_of(workspace_id=workspace_id, channel="wechat")
    if setup is None:
        return ""
    try:
        told = platform.who_came(opened(setup=setup), code)
    except DeliveryError as error:
        logger.warning("WeChat does not say who opened a page: %s", error)
        return ""
    keys = keys_of(told["openid"], told.get("unionid", ""))
    (customer_id,) = resolve(workspace_id=workspace_id, keys=[keys], now=now)
    return scanning.who_token(Customer.objects.in_workspace(workspace_id).get(pk=customer_id).key)


def has_account(*, workspace_id: int) -> bool:
    """Whether an official account is set up."""
    return setup_of(workspace_id=workspace_id, channel="wechat") is not None


def scene_of(*, place: Place) -> str:
    """What the place's WeChat code says; empty until it was made, and after the account was changed for another."""
    setup, made = setup_of(workspace_id=place.workspace_id, channel="wechat"), place.settings.get("wechat", {})
    known = setup is not None and made.get("app_id") == setup.settings.get("app_id")
    return str(made.get("url", "")) if known else ""


def make_scene(*, place: Place, actor_id: int | None) -> str:
    """What a lasting WeChat code for this printed place says: who scans it is known, and may follow the account.

    Made once and kept. Raises NoAccountError, or DeliveryError when the platform makes none.
    """
    setup = setup_of(workspace_id=place.workspace_id, channel="wechat")
    if setup is None:
        raise NoAccountError(place.workspace_id)
    if known := scene_of(place=place):
        return known
    told = opened(setup=setup)
    url = platform.make_scene(told, place.code)
    keep_wechat_code(place=place, app_id=str(told.get("app_id", "")), url=url, actor_id=actor_id)
    return url


def take_call(*, setup: ChannelSetup, message: Mapping[str, Any], now: datetime) -> str:
    """Take one message or event in; what to answer at once, or nothing."""
    openid = str(message.get("FromUserName", ""))[:254]
    if not openid:
        return ""
    kind = str(message.get("MsgType", ""))
    with transaction.atomic():
        if kind == "event":
            return _event(setup, openid, message, now)
        text = str(message.get("Content") or message.get("Recognition") or "")
        return _said(setup, openid, keys_of(openid), text, str(message.get("MsgId", "")), _at(message, now))


def take_news(*, setup: ChannelSetup, message: Mapping[str, Any], now: datetime) -> int:
    """WeCom's callback only says that there is news: fetch it and take each message once; how many there were."""
    if str(message.get("Event", "")) != "kf_msg_or_event":
        return 0
    taken, more = 0, True
    while more and taken < MOST_NEWS:
        found = wecom.news(
            opened(setup=setup), cursor=setup.cursor, token=str(message.get("Token", "")),
            kf_id=str(message.get("OpenKfId", "")),
        )  # fmt: skip
        with transaction.atomic():
            for each in found.get("msg_list", []):
                taken += _heard(setup, each, now)
            setup.cursor = str(found.get("next_cursor") or setup.cursor)[:400]
            setup.save(update_fields=["cursor"])
        more = bool(found.get("has_more"))
    return taken


def _heard(setup: ChannelSetup, told: Mapping[str, Any], now: datetime) -> bool:
    who, text = str(told.get("external_userid", ""))[:254], told.get("text")
    if told.get("origin") != FROM_CUSTOMER or told.get("msgtype") == "event" or not who:
        return False
    keys = IdentityKeys(others=((wecom.IDENTIFIER, who),))
    words = str(text.get("content", "")) if isinstance(text, dict) else ""  # a picture says none, and opens the window
    _said(setup, who, keys, words, str(told.get("msgid", "")), _moment(told.get("send_time"), now))
    return True


def _said(setup: ChannelSetup, openid: str, keys: IdentityKeys, text: str, key: str, now: datetime) -> str:
    """Words of a customer open the window: one message of ours within 48 hours of the moment they were said."""
    (customer_id,) = resolve(workspace_id=setup.workspace_id, keys=[keys], now=now)
    grant(
        workspace_id=setup.workspace_id, customer_id=customer_id, channel=setup.channel, key=f"said:{key or now}",
        template=WINDOW_NAME, now=now, expires_at=now + WINDOW,
    )  # fmt: skip
    became = take_reply(
        workspace_id=setup.workspace_id, channel=setup.channel, address=openid, keys=keys, text=text, key=key, now=now
    )
    return {
        "answered": _("Thank you. We have noted your answer."),
        "stopped": _("We will not ask you again."),
        "started": _("We may ask you again."),
    }.get(became, "")


def _event(setup: ChannelSetup, openid: str, message: Mapping[str, Any], now: datetime) -> str:
    event = str(message.get("Event", "")).lower()
    if event == "subscribe":
        come_back(workspace_id=setup.workspace_id, channel=setup.channel, address=openid, detail=UNFOLLOWED, now=now)
    if event in ("subscribe", "scan"):
        return _scanned(setup, openid, str(message.get("EventKey", "")).removeprefix("qrscene_"), now)
    if event == "unsubscribe":
        bar(
            workspace_id=setup.workspace_id, channel=setup.channel, address=openid, reason="stop",
            detail=UNFOLLOWED, now=now,
        )  # fmt: skip
    elif event == "subscribe_msg_popup_event":
        _chose(setup, openid, message, now)
    elif event == "subscribe_msg_change_event":
        _changed(setup, openid, message, now)
    elif event in ("subscribe_msg_sent_event", "templatesendjobfinish"):
        _sent(setup, message, now)
    return ""


def _scanned(setup: ChannelSetup, openid: str, scene: str, now: datetime) -> str:
    """The code of a place or an employee: the way to its first question, with the customer known."""
    place = places.place_at(code=scene, kind="qr")
    if place is None or place.workspace_id != setup.workspace_id:
        return ""
    (customer_id,) = resolve(workspace_id=setup.workspace_id, keys=[keys_of(openid)], now=now)
    come_by(place=place, now=now)
    customer = Customer.objects.in_workspace(setup.workspace_id).get(pk=customer_id)
    url = f"{scanning.short_url(place)}?who={scanning.who_token(customer.key)}"
    return _("How was it at %(place)s? One tap: %(url)s") % {"place": place.name, "url": url}


def _list(message: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    told = message.get(name)
    rows = told.get("List", []) if isinstance(told, dict) else []
    return [each for each in (rows if isinstance(rows, list) else [rows]) if isinstance(each, dict)]


def _at(message: Mapping[str, Any], now: datetime) -> datetime:
    return _moment(message.get("CreateTime"), now)


def _moment(told: Any, now: datetime) -> datetime:
    """The platform's time; a clock that is ahead of ours says now."""
    seconds = str(told)
    known = seconds.isdecimal() and seconds.isascii() and len(seconds) < 12
    return min(datetime.fromtimestamp(int(seconds), UTC), now) if known else now


def _chose(setup: ChannelSetup, openid: str, message: Mapping[str, Any], now: datetime) -> None:
    """Each accepted template is one consent: one grant, one message."""
    (customer_id,) = resolve(workspace_id=setup.workspace_id, keys=[keys_of(openid)], now=now)
    at = _at(message, now)
    for each in _list(message, "SubscribeMsgPopupEvent"):
        if each.get("SubscribeStatusString") != "accept":
            continue
        template = str(each.get("TemplateId", ""))
        told = message.get("CreateTime")  # as the platform wrote it: ahead of our clock it is the same at each repeat
        key = f"{openid}:{template}:{told or int(at.timestamp())}"
        grant(
            workspace_id=setup.workspace_id, customer_id=customer_id, channel=setup.channel, key=key,
            template=template, now=at,
        )  # fmt: skip


def _changed(setup: ChannelSetup, openid: str, message: Mapping[str, Any], now: datetime) -> None:
    (customer_id,) = resolve(workspace_id=setup.workspace_id, keys=[keys_of(openid)], now=now)
    for each in _list(message, "SubscribeMsgChangeEvent"):
        if each.get("SubscribeStatusString") == "reject":
            withdraw(
                workspace_id=setup.workspace_id, customer_id=customer_id, channel=setup.channel,
                template=str(each.get("TemplateId", "")), now=now,
            )  # fmt: skip


def _sent(setup: ChannelSetup, message: Mapping[str, Any], now: datetime) -> None:
    """What the platform says of a message of ours, by its own id."""
    told = _list(message, "SubscribeMsgSentEvent") or [message]
    for each in told:
        number = str(each.get("MsgID") or each.get("MsgId") or "")
        rows = Message.objects.in_workspace(setup.workspace_id).filter(channel=setup.channel)
        found = rows.filter(reports__reference=number).first() if number else None
        if found is None:
            continue
        state = str(each.get("Status") or each.get("ErrorStatus") or "")
        good = state == "success" or str(each.get("ErrorCode", "")) == "0"
        kind = Report.Kind.DELIVERED if good else Report.Kind.FAILED
        report(message=found, kind=kind, detail=state, now=now)
