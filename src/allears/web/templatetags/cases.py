"""How cases are put into words (``{% load cases %}``): clocks, entries, reasons, rules."""

from datetime import timedelta
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from allears.respond.causes import CauseChoice
from allears.respond.desk import Countdown
from allears.respond.models import Case, Cause
from allears.web.templatetags.ui import mark

register = template.Library()

PRIORITIES = {
    "urgent": ("late", gettext_lazy("Urgent")),
    "high": ("doing", gettext_lazy("High")),
    "normal": ("none", gettext_lazy("Normal")),
    "low": ("none", gettext_lazy("Low")),
}
REASONS = {
    "nps": gettext_lazy("A detractor's score"),
    "csat": gettext_lazy("A dissatisfied answer"),
    "ces": gettext_lazy("It was hard for the customer"),
    "complaint": gettext_lazy("A complaint"),
    "request": gettext_lazy("A request"),
    "praise": gettext_lazy("Praise"),
    "regulator": gettext_lazy("A regulator's letter"),
    "letter": gettext_lazy("A customer's mail"),
    "by_hand": gettext_lazy("A colleague saw to it"),
}
OWNER_RULES = {
    "asked": gettext_lazy("was asked first"),
    "touchpoint": gettext_lazy("answers for this touchpoint"),
    "fewest_open": gettext_lazy("had the fewest open cases"),
    "last_resort": gettext_lazy("is there when nobody else is"),
}
REOPENED_BY = {
    "customer": gettext_lazy("The customer wrote again, so the case is open again"),
    "not_solved": gettext_lazy("The customer says it is not solved: open again"),
    "follow_up": gettext_lazy("The customer was not satisfied with how it was settled: open again"),
    "member": gettext_lazy("Opened again"),
}
CHANNELS = {
    "phone": gettext_lazy("by phone"),
    "in_person": gettext_lazy("in person"),
    "wechat": gettext_lazy("on WeChat"),
    "other": gettext_lazy("on another channel"),
}
CLOCKS = {
    "reply": pgettext_lazy("clock", "Answer"),
    "resolve": pgettext_lazy("clock", "Settle"),
    "answer": pgettext_lazy("clock", "Authority"),
}
LEFT_BY_ITSELF = "left"  # the reason of a hand-over when a member leaves


@register.filter
def duration(length: timedelta) -> str:
    """45 min, 3 h 20 min, 26 h: business time, so days would be ambiguous."""
    minutes = int(abs(length).total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    if hours == 0:
        return _("%(minutes)s min") % {"minutes": rest}
    if hours >= 10 or rest == 0:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


@register.filter
def time_left(clock: Countdown) -> str:
    """What the clock says, in words."""
    length = duration(clock.left)
    if clock.left < timedelta():
        return _("%(length)s overdue") % {"length": length}
    if clock.stands:
        return _("stands still, %(length)s left") % {"length": length}
    return _("%(length)s left") % {"length": length}


@register.filter
def clock_name(clock: Countdown) -> str:
    return str(CLOCKS[clock.clock])


@register.simple_tag
def clock_mark(clock: Countdown) -> SafeString:
    """The words with a shape of their own for overdue, running out, in time and standing still."""
    tone = "waiting" if clock.stands else {"bad": "late", "fair": "open", "good": "none"}[clock.tone]
    return mark(tone, f"{clock_name(clock)}: {time_left(clock)}", True)


@register.simple_tag
def official_mark(case: Case) -> SafeString:
    """That an authority waits for an answer, and until when."""
    assert case.answer_by is not None
    late = case.answer_breached_at is not None and case.state != Case.State.CLOSED
    day = formats.date_format(timezone.localtime(case.answer_by), "SHORT_DATE_FORMAT")
    return mark("late" if late else "open", _("Authority, by %(day)s") % {"day": day}, True)


@register.simple_tag
def clock_bar(clock: Countdown) -> SafeString:
    """How much of the promise is used up; the words stand beside it."""
    return format_html(
        '<progress class="bar bar-{}" value="{}" max="1" aria-hidden="true"></progress>',
        clock.tone,
        f"{clock.share:.3f}",
    )


@register.simple_tag
def priority_mark(priority: str) -> SafeString:
    tone, word = PRIORITIES[priority]
    return mark(tone, str(word), True)


@register.filter
def priority_name(priority: str) -> str:
    return str(PRIORITIES[priority][1])


@register.filter
def reason(key: str) -> str:
    """Why the case was opened."""
    return str(REASONS.get(key, key))


@register.filter
def owner_rule(key: str) -> str:
    return str(OWNER_RULES.get(key, key))


@register.filter
def reopened_by(key: str) -> str:
    return str(REOPENED_BY.get(key, key))


@register.filter
def told_by(channel: str) -> str:
    return str(CHANNELS.get(channel, channel))


@register.filter
def cause_name(cause: Cause | CauseChoice | None) -> str:
    """In the reader's language where there is one."""
    if cause is None:
        return "–"
    return cause.name_zh if (get_language() or "").startswith("zh") and cause.name_zh else cause.name


@register.filter
def named(names: dict[int, str], member_id: Any) -> str:
    """A member's name by id, also of one who has left."""
    return names.get(member_id, _("somebody who has left"))


@register.filter
def handover_reason(text: str) -> str:
    """The giver's own words, or that the giver has left the company."""
    return _("The owner has left the team") if text == LEFT_BY_ITSELF else text


@register.filter
def customer_name(case: Case) -> str:
    customer = case.customer
    return (customer.name or customer.email or customer.phone) if customer else _("Unknown customer")
