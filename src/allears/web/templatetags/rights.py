"""Words of customers' rights."""

from datetime import datetime

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allears.customers.models import Erasure
from allears.customers.rights import packed
from allears.customers.rules import ALIAS, Rule

register = template.Library()
DONE = {
    "deleted": gettext_lazy("removed"),
    "removed": gettext_lazy("removed"),
    "blanked": gettext_lazy("made anonymous"),
    "unlinked": gettext_lazy("made anonymous"),
    "struck_out": gettext_lazy("mentions struck out"),
    "destroyed": gettext_lazy("key destroyed"),
    "still_named": gettext_lazy("staff named the person there, and it stays: mend it yourself"),
}


@register.filter
def via_word(via: str) -> str:
    """The way an erasure was asked for where no member did it here."""
    return {"cli": _("command line"), "api": "API", "console": _("console")}.get(via, via)


@register.filter
def done_word(what: str) -> str:
    """What was done, in the reader's language."""
    return str(DONE.get(what, what))


@register.filter
def unread_word(why: str) -> str:
    """Why a file could not be looked into."""
    words = {
        packed.LOCKED: _("locked by a password"),
        packed.PDF: _("PDF: only its compressed texts were searched"),
        packed.ARCHIVE: _("an archive that we have no reader for"),
        packed.OVERSIZE: _("too large when unpacked"),
        packed.DEEPER: _("packed in too many layers"),
        packed.DAMAGED: _("damaged"),
    }
    return words.get(why, why)


@register.filter
def steps_of(erasure: Erasure) -> list[tuple[datetime | None, str]]:
    """(when, which) of each step in order."""
    words = {
        "store": _("Database"),
        "files": _("Files"),
        "lake": _("Lake"),
        "swept": _("Remains overwritten"),
    }
    done = {step: datetime.fromisoformat(at) for step, at in erasure.steps.items()}
    return [(done.get(step), word) for step, word in words.items()]


@register.filter
def merge_reason(reason: str) -> str:
    """Why two were taken for one: a key of ours by its name, what a person wrote as it is."""
    if reason == ALIAS:
        return _("Alias call")
    kind = reason.removeprefix("same ")
    if kind == reason:
        return reason
    return _("Same %(key)s") % {"key": Rule(kind=kind).label}
