"""The words of a digest: ``{% load people %}``."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from allears.people.composing import Contents, Quote
from allears.people.streams import Note

register = template.Library()
FEELINGS = {
    "negative": gettext_lazy("unhappy"),
    "mixed": gettext_lazy("mixed"),
    "neutral": gettext_lazy("neutral"),
    "positive": gettext_lazy("happy"),
}


@register.simple_tag
def changed(contents: Contents) -> str:
    """How many are new, against as long a time before, and how they feel."""
    count = ngettext("%(n)s new voice", "%(n)s new voices", contents.new) % {"n": contents.new}
    before = _("%(n)s in as long a time before") % {"n": contents.before}
    parts = [f"{word} {contents.feelings[key]}" for key, word in FEELINGS.items() if contents.feelings.get(key)]
    told = {"count": count, "before": before, "felt": pgettext("between feelings", ", ").join(parts)}
    return (_("%(count)s (%(before)s): %(felt)s") if parts else _("%(count)s (%(before)s)")) % told


@register.filter
def headline(quote: Quote) -> str:
    """Feeling, place and score of a voice in one line."""
    return " · ".join(part for part in (str(FEELINGS.get(quote.feeling, "")), quote.where, quote.score) if part)


@register.filter
def note_line(note: Note) -> str:
    """What a colleague did with the voice, and their words."""
    if note.kind == "thanks":
        said = _("%(who)s thanks you") % {"who": note.who}
    elif note.to:
        said = _("%(who)s passed it on to %(to)s") % {"who": note.who, "to": note.to}
    else:
        said = _("%(who)s passed it on to you") % {"who": note.who}
    return said + (_(": “%(text)s”") % {"text": note.text} if note.text else "")
