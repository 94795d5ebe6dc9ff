"""How a customer's moments are put into words (``{% load stories %}``)."""

import re
from datetime import datetime

from django import template
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allears.events.models import Event
from allears.journeys.vocabulary import channel_label
from allears.outreach import wording
from allears.outreach.models import Decision, Message
from allears.respond.models import CaseEntry
from allears.respond.story import Moment
from allears.web.templatetags.cases import reason, reopened_by
from allears.web.templatetags.ui import voice_tone

register = template.Library()

EVENT_TYPES = {
    "page": gettext_lazy("Viewed page: %(name)s"),
    "screen": gettext_lazy("Opened screen: %(name)s"),
    "identify": gettext_lazy("Told us who they are"),
    "group": gettext_lazy("Joined a group"),
    "alias": gettext_lazy("Was recognised as the same person"),
}
RULES = {  # of the governor
    "allowed": gettext_lazy("nothing stood in the way"),
    "sampled_out": gettext_lazy("not in the sample"),
    "expired": gettext_lazy("too late to ask"),
    "no_address": gettext_lazy("no address"),
    "consent": gettext_lazy("the customer does not want this"),
    "no_grant": gettext_lazy("the customer has not agreed to this"),
    "delay": gettext_lazy("not yet time"),
    "open_case": gettext_lazy("a case is open"),
    "rest": gettext_lazy("asked too recently"),
    "rest_overall": gettext_lazy("asked too recently"),
    "cap": gettext_lazy("too many messages lately"),
    "quiet_hours": gettext_lazy("quiet hours"),
}
PURPOSES = {
    "survey": gettext_lazy("Survey"),
    "service": gettext_lazy("Answers to their own matters"),
    "marketing": gettext_lazy("News and offers"),
    "follow_up": gettext_lazy("After a case"),
}
IDENTIFIERS = {
    "user_id": gettext_lazy("Customer number"),
    "anonymous_id": gettext_lazy("Device"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
}
LANGUAGES = {"zh": gettext_lazy("Chinese"), "en": gettext_lazy("English")}
TRAITS = {  # that mean the same with every customer
    "name": gettext_lazy("Name"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "language": gettext_lazy("Language"),
    "timezone": gettext_lazy("Time zone"),
    "segment": gettext_lazy("Segment"),
}
ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?")
FEW = 4


@register.filter
def moment_dot(moment: Moment) -> str:
    """The dot's tone; the words say the same."""
    if moment.kind == "voice":
        return {"good": "dot-good", "bad": "dot-bad"}.get(voice_tone(moment.row), "")
    if moment.kind == "case":
        return "dot-bad" if moment.row.kind in {"breached", "reopened"} else "dot-now"
    return "dot-now" if moment.kind in {"told", "message"} else ""


@register.filter
def event_title(event: Event) -> str:
    """The name of a tracked event as the business calls it, with the underscores read as spaces."""
    if event.type == "track":
        return event.name.replace("_", " ").strip().capitalize()
    return str(EVENT_TYPES.get(event.type, event.type)) % {"name": event.name}


@register.filter
def event_facts(event: Event) -> str:
    """The first few plain properties."""
    plain = [(key, value) for key, value in event.properties.items() if isinstance(value, str | int | float | bool)]
    return " · ".join(f"{key.replace('_', ' ')} {plain_word(value)}" for key, value in plain[:FEW])


@register.filter
def plain_word(value: object) -> str:
    """A value as people write it: yes and no, lists with commas, days and times in their zone."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        return ", ".join(map(plain_word, value))
    return _time_word(value) if isinstance(value, str) else str(value)


def _time_word(value: str) -> str:
    """A day or time that a system wrote, in the reader's form; any other text stays as it is."""
    if not ISO.fullmatch(value):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    if len(value) == len("2026-11-21"):
        return formats.date_format(moment, "DATE_FORMAT")
    return formats.date_format(timezone.localtime(moment) if moment.tzinfo else moment, "DATETIME_FORMAT")


@register.filter
def trait_word(name: str) -> str:
    """What a trait is called: ours in the reader's language, the company's own with the underscores read as spaces."""
    return str(TRAITS.get(name, name.replace("_", " ")))


@register.filter
def trait_value(value: object, name: str) -> str:
    """A trait's value; a language by its name."""
    return language_word(str(value)) if name == "language" else plain_word(value)


@register.filter
def rule_words(rule: str) -> str:
    return str(RULES[rule]) if rule in RULES else wording.rule_name(rule)


@register.filter
def family_word(family: str) -> str:
    """Of a kind of survey."""
    return wording.family_name(family)


@register.filter
def channel_word(channel: str) -> str:
    return channel_label(channel)


@register.filter
def purpose_word(purpose: str) -> str:
    """What a message is for."""
    return str(PURPOSES.get(purpose, purpose))


@register.filter
def decision_words(decision: Decision) -> str:
    """Asked, will be asked, or not asked, and why."""
    family = wording.family_name(decision.family) or purpose_word(decision.purpose)
    words = {"rule": rule_words(decision.rule), "family": family}
    if decision.verdict == Decision.Verdict.SENT:
        return _("Asked: %(family)s") % words
    if decision.verdict == Decision.Verdict.HELD and decision.settled_at is None:
        return _("To be asked later: %(family)s (%(rule)s)") % words
    if decision.verdict == Decision.Verdict.HELD:
        return _("Put off: %(family)s (%(rule)s)") % words
    return _("Not asked: %(family)s (%(rule)s)") % words


@register.filter
def message_words(message: Message) -> str:
    words = {"subject": message.subject}
    if message.state == Message.State.SENT:
        return _("We wrote: %(subject)s") % words
    if message.state in {Message.State.FAILED, Message.State.CANCELLED}:
        return _("Not delivered: %(subject)s") % words
    return _("On its way: %(subject)s") % words


@register.filter
def case_words(entry: CaseEntry) -> str:
    """One line about what happened to a case."""
    owner = str(entry.case.owner.user)
    match entry.kind:
        case CaseEntry.Kind.OPENED:
            return _("Case opened: %(reason)s") % {"reason": reason(entry.detail.get("reason", ""))}
        case CaseEntry.Kind.HANDOVER:
            return _("Handed over; now with %(name)s") % {"name": owner}
        case CaseEntry.Kind.BREACHED:
            return _("We did not keep our time")
        case CaseEntry.Kind.CLOSED:
            return _("Case closed")
        case CaseEntry.Kind.REOPENED:
            return reopened_by(entry.detail.get("reason", ""))
        case _:
            return _("The customer confirms that it is solved")


@register.filter
def identifier_word(kind: str) -> str:
    return str(IDENTIFIERS.get(kind, kind))


@register.filter
def language_word(code: str) -> str:
    return str(LANGUAGES.get(code, code))
