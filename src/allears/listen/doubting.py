"""Whether a form at a personal link was filled in by a machine that examines mail, before it counts for anything.

Scanners of incoming mail (Safe Links, Proofpoint, Mimecast, Barracuda and others) open every link within seconds to
minutes of the delivery, run scripts and press buttons, several at once, in ordinary browsers. What they cannot know is
which of the figures is meant, and they do not wait. A doubt drops nothing: whoever it was is asked once more, and a
person says so with one tap (``web.pages.answer``); what the page keeps on the way waits until a person shows.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q

from allears.listen.models import Invitation, Response
from allears.listen.tracing import Visit, device_of

SOON = timedelta(minutes=10)  # after the message left: until then scanners come, and a person's hand has to show
AT_ONCE = timedelta(minutes=1)  # nobody's hand is believed: few people have read by then
MANY_FIGURES = 3  # different figures of one mail opened within SOON: people open one, or change their mind once
LEAST_STAY = 1.5  # seconds from the page's making to its being sent off
HANDS = frozenset({"moved", "touched", "keyed"})  # a pointer's way, a press that lasts, a key held; see answer.js
NAMED = re.compile(
    r"(?<!cu)bot\b|crawl|spider|headless|preview|scanner|proofpoint|barracuda|mimecast|safelinks|office protection"
    r"|curl|wget|python-|go-http",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Signs:
    """What speaks for a person or a machine."""

    since_sent: timedelta
    figures: int = 0  # different ones of the mail that were opened within SOON
    hand: str = ""  # what the page saw of whoever uses it; "rested": only looked at for some seconds
    scripted: bool = False  # the page's script spoke, so it would have seen a hand
    stay: float | None = None  # seconds since the page was made
    complete: bool = False
    honeypot: bool = False
    webdriver: bool = False
    agent: str = ""


def doubt(signs: Signs) -> str:
    """Why it may be a machine; empty for a person."""
    soon = signs.since_sent < SOON
    reasons = {
        "honeypot": signs.honeypot,
        "agent": bool(NAMED.search(signs.agent)),
        "figures": signs.figures >= MANY_FIGURES,
        "pace": signs.complete and signs.stay is not None and signs.stay < LEAST_STAY,
        "untouched": signs.scripted and not signs.hand,
        "rested": signs.hand == "rested" and (soon or signs.figures > 1),
        "at_once": signs.since_sent < AT_ONCE,
        "webdriver": soon and signs.webdriver,
        "soon": soon and (signs.hand not in HANDS or signs.stay is None),
    }
    return next((why for why, holds in reasons.items() if holds), "")


def doubt_of(invitation: Invitation, response: Response | None, visit: Visit, *, complete: bool, now: datetime) -> str:
    """The doubt about one form; none at a shared link, in a demo, whose mails are not examined by anybody, nor where
    the same device answered this invitation before.
    """
    if settings.DEMO or invitation.pk is None or invitation.link_id is not None:
        return ""
    if response is not None and response.device == device_of(invitation.workspace_id, visit) and not visit.honeypot:
        return ""
    signs = Signs(
        since_sent=now - (invitation.sent_at or invitation.created_at),
        figures=_opened(invitation, now),
        hand=visit.hand,
        scripted=visit.scripted,
        stay=visit.stay,
        complete=complete,
        honeypot=visit.honeypot,
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


def retry_after(why: str, invitation: Invitation, now: datetime) -> int:
    """In how many seconds the page may try again to keep a doubted answer."""
    if why == "at_once":
        left = (invitation.sent_at or invitation.created_at) + AT_ONCE - now
        return max(int(left.total_seconds()) + 1, 1)
    return 60
