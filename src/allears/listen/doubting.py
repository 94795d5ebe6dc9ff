"""Whether a form at a personal link was sent by a machine that examines mail, before it counts for anything.

Scanners of incoming mail (Safe Links, Proofpoint, Mimecast, Barracuda and others) open every link within seconds to
minutes of the delivery, and some do it in ordinary browsers that run scripts, hide their driver and press buttons.
Their pointer jumps and their presses take no time. Only a machine's signs raise a doubt: whoever has no script, and
whoever moves a pointer, touches or types as people do, answers at once, in the first second too. A doubt drops
nothing: whoever it was is asked once more, and a person says so with one tap (``web.pages.answer``); what the page
keeps on the way waits until a person shows.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q

from allears.listen.models import Invitation, Response
from allears.listen.tracing import Visit, device_of

SOON = timedelta(minutes=10)  # after the message left: until then scanners come
MANY_FIGURES = 3  # different figures of one mail opened within SOON: people open one, or change their mind once
HANDS = frozenset({"moved", "touched", "keyed"})  # a pointer's way, a press that lasts, a key held; see answer.js
NAMED = re.compile(
    r"(?<!cu)bot\b|crawl|spider|bingpreview|scanner|proofpoint|barracuda|mimecast|safelinks|office protection",
    re.IGNORECASE,
)
RETRY_AFTER = 60  # seconds until the page may try again to keep what was doubted


@dataclass(frozen=True, kw_only=True)
class Signs:
    """What speaks for a person or a machine."""

    since_sent: timedelta
    figures: int = 0  # different ones of the mail that were opened within SOON
    hand: str = ""  # what the page saw of whoever uses it; "rested": only looked at for some seconds
    scripted: bool = False  # the page's script spoke, so it would have seen a hand
    by_itself: bool = False  # the page keeps what was chosen; nobody has pressed Send
    webdriver: bool = False  # the browser says that it is driven: kept, and marked as a robot's (listen.screening)
    agent: str = ""


def doubt(signs: Signs) -> str:
    """Why it may be a machine; empty for a person."""
    soon, many = signs.since_sent < SOON, signs.figures >= MANY_FIGURES
    handless = signs.scripted and signs.hand not in HANDS and not signs.webdriver
    reasons = {
        "agent": names_itself(signs.agent),
        "untouched": signs.by_itself and signs.scripted and not signs.hand,
        "rested": signs.hand == "rested" and (soon or signs.figures > 1),
        "figures": many and handless,
        "soon": soon and handless,
    }
    return next((why for why, holds in reasons.items() if holds), "")


def names_itself(agent: str) -> bool:
    """Whether a machine that examines mail or collects pages says so in its name; tools and libraries are people's."""
    return bool(NAMED.search(agent))


def doubt_of(invitation: Invitation, response: Response | None, visit: Visit, *, by_itself: bool, now: datetime) -> str:
    """The doubt about one form; none at a shared link, in a demo, whose mails are not examined by anybody, nor where
    the same device answered this invitation before.
    """
    if settings.DEMO or invitation.pk is None or invitation.link_id is not None:
        return ""
    if response is not None and response.device == device_of(invitation.workspace_id, visit):
        return ""
    signs = Signs(
        since_sent=now - (invitation.sent_at or invitation.created_at),
        figures=_opened(invitation, now),
        hand=visit.hand,
        scripted=visit.scripted,
        by_itself=by_itself,
        webdriver=visit.webdriver,
        agent=visit.agent,
    )
    return doubt(signs)


def _opened(invitation: Invitation, now: datetime) -> int:
    recent = invitation.figures_at is not None and now - invitation.figures_at < SOON
    return (invitation.figures or 0).bit_count() if recent else 0


def note_figure(*, token: str, figure: str, now: datetime) -> None:
    """A figure of the mail was opened. It answers nothing; many of them within minutes tell a scanner."""
    if not figure.isdigit() or int(figure) > 10:
        return
    bit = 1 << int(figure)
    mine = Invitation.objects.across_workspaces().filter(token=token, link=None)
    fresh = Q(figures_at__isnull=True) | Q(figures_at__lte=now - SOON)
    if not mine.filter(fresh).update(figures=bit, figures_at=now):
        mine.update(figures=F("figures").bitor(bit))


def deny(*, token: str, now: datetime) -> None:
    """Somebody, or something that presses every button, says that the answer is not theirs."""
    Invitation.objects.across_workspaces().filter(token=token).update(denied_at=now)
