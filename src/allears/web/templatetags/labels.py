"""Labels of voices in templates (``{% load labels %}``): words, marks and chips."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from allears.kit.numbers import percent
from allears.listen.models import Voice
from allears.understand.labelling import Said
from allears.understand.showing import Piece, Shown, shown
from allears.web import label_words

register = template.Library()
_TONES = {
    "sentiment:positive": "good",
    "sentiment:neutral": "fair",
    "sentiment:negative": "bad",
    "point:pain": "bad",
    "point:latent": "good",
    "urgency:3": "late",
    "urgency:2": "waiting",
}


@register.simple_tag
def read_of(voice: Voice) -> Shown:
    """How a voice is shown: as the view prepared it, else masked and without labels."""
    prepared = getattr(voice, "read", None)
    return prepared if isinstance(prepared, Shown) else shown(voice, (), ())


@register.filter
def task_word(task: str) -> str:
    return label_words.task_word(task)


@register.filter
def value_word(said: Any) -> str:
    """Of a label, or of a correction."""
    return label_words.value_word(said.task, said.value)


@register.filter
def masked_word(kind: str) -> str:
    return label_words.masked_word(kind)


@register.filter
def said_tone(said: Said) -> str:
    """good, bad, fair, waiting, late or none: for the shape and colour of its chip."""
    if said.polarity:
        return "good" if said.polarity > 0 else "bad"
    return _TONES.get(said.code, "none")


@register.filter
def polarity_word(said: Any) -> str:
    return label_words.polarity_word(said.polarity)


@register.filter
def why(piece: Piece) -> str:
    """What a marked piece of text says: “Delivery, spoken of badly; Anger”."""
    return "; ".join(_named(each) for each in piece.sure)


@register.simple_tag
def how_sure(said: Said) -> SafeString | str:
    """87%, or that a person said so."""
    if said.confidence is None:
        return _("said by a person")
    return format_html('<span class="tabular-nums">{}</span>', percent(said.confidence, digits=0))


@register.simple_tag
def evidence(read: Shown, said: Said) -> str:
    return read.evidence(said)


def _named(said: Said) -> str:
    word, sign = label_words.value_word(said.task, said.value), label_words.polarity_word(said.polarity)
    return ", ".join(each for each in (word, sign) if each)
