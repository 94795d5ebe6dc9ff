"""What comes back by text message or chat: a stop, a new start, a figure for the question just asked, or words."""

import re
from datetime import datetime, timedelta
from hashlib import blake2b

from django.db import transaction

from allears.customers.actions import TraitChange, resolve, update_traits
from allears.customers.keys import IdentityKeys
from allears.customers.queries import family
from allears.kit.script import language_of
from allears.listen import answering
from allears.listen.actions import record_voice
from allears.listen.cleaning import clean_answer
from allears.listen.definition import parse
from allears.listen.models import Invitation, Voice
from allears.outreach.delivery.actions import bar, start_again

STOP = frozenset(
    {"stop", "stopall", "unsubscribe", "end", "quit", "cancel", "t", "td", "退订", "退", "取消订阅", "拒收"}
)
START = frozenset({"start", "unstop", "恢复", "恢复订阅", "重新订阅"})
FIGURE = re.compile(r"\D{0,2}(\d{1,2})(?:\s*分)?(?![\d.])\s*[,，.。:：;；、-]?\s*(.*)", re.DOTALL)  # 9, 9分, 3: slow
ANSWERABLE = timedelta(days=7)
FULL_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)}  # ７ is 7, ＴＤ is TD


def is_stop(text: str) -> bool:
    """Whether the words ask for nothing but an end."""
    return _bare(text) in STOP


def is_start(text: str) -> bool:
    """Whether the words take back an end."""
    return _bare(text) in START


def _bare(text: str) -> str:
    return re.sub(r"[\s.!。！'\"“”]+", "", text.translate(FULL_WIDTH)).lower()


def take_reply(
    *,
    workspace_id: int,
    channel: str,
    address: str,
    keys: IdentityKeys,
    text: str,
    key: str,
    now: datetime,
) -> str:
    """Take it in; says what it was taken as: stopped, started, answered, heard, or nothing for an empty one."""
    text = text.replace("\x00", "").strip()
    if not text:
        return "nothing"
    with transaction.atomic():
        if is_stop(text):
            bar(workspace_id=workspace_id, channel=channel, address=address, reason="stop", detail=text[:100], now=now)
            return "stopped"
        if is_start(text) and start_again(workspace_id=workspace_id, channel=channel, address=address, now=now):
            return "started"
        (customer_id,) = resolve(workspace_id=workspace_id, keys=[keys], now=now)
        if keys.phone:
            change = TraitChange(customer_id=customer_id, traits={"phone": keys.phone}, at=now)
            update_traits(workspace_id=workspace_id, changes=[change], now=now)
        if _answer(workspace_id, channel, customer_id, text, now):
            return "answered"
        name = blake2b(f"{channel}:{address}:{key or f'{now:%Y%m%d%H%M}:{text}'}".encode(), digest_size=20).hexdigest()
        record_voice(
            workspace_id=workspace_id,
            key=f"reply:{name}",
            initiator=Voice.Initiator.CUSTOMER,
            source_kind=Voice.SourceKind.REQUEST,
            channel=channel,
            said_at=now,
            now=now,
            text=text[:10_000],
            customer_id=customer_id,
            language=language_of(text),
        )
    return "heard"


def _answer(workspace_id: int, channel: str, customer_id: int, text: str, now: datetime) -> bool:
    """A figure on the scale of the last question that was asked this way; words after it are the reason why."""
    rows = Invitation.objects.in_workspace(workspace_id).filter(
        customer_id__in=family(workspace_id=workspace_id, customer_id=customer_id),
        channel=channel,
        expires_at__gt=now,
        created_at__gt=now - ANSWERABLE,
    )
    invitation = rows.select_related("survey_version").order_by("-created_at").first()
    found = FIGURE.match(text.translate(FULL_WIDTH))
    if invitation is None or found is None or (invitation.completed_at and not found[2] and len(text) > 3):
        return False
    definition = parse(invitation.survey_version.definition)
    main = definition.main
    if main is None or clean_answer(main, found[1]) is None:
        return False
    words = next((each for each in definition.questions if each is not main and hasattr(each, "max_length")), None)
    given = {main.name: found[1], **({words.name: found[2].strip()} if words and found[2].strip() else {})}
    others_required = any(each.required for each in definition.questions if each is not main)
    try:
        answering.save(
            token=invitation.token, given=given, complete=not others_required, language=invitation.language, now=now
        )
    except answering.ClosedError:
        return False
    return True
