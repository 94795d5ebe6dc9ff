"""Words of surveys in templates (``{% load surveys %}``)."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from allears.listen import logic
from allears.listen.models import Survey
from allears.listen.ready_made import name_of

register = template.Library()


@register.filter
def word(words: Mapping[str, Any], key: str) -> str:
    """The word of a code; the code where there is none."""
    return str(words.get(key, key))


OPERATORS = {
    "in": gettext_lazy("one of"),
    "contains": gettext_lazy("contains"),
    "exists": gettext_lazy("is there"),
    "!=": "≠",
    ">=": "≥",
    "<=": "≤",
}


@register.filter
def operator_word(op: str) -> str:
    """A comparison as it is read."""
    return str(OPERATORS.get(op, op))


@register.filter
def in_language(text: Mapping[str, str], language: str) -> str:
    """A survey's text in the reader's language, else in any it has."""
    return text.get(language) or next((each for each in text.values() if each), "")


@register.filter
def survey_name(survey: Survey) -> str:
    """What the reader calls a survey."""
    return name_of(key=survey.key, name=survey.name, language=get_language() or "en")


@register.filter
def of_company(text: str, company: str) -> str:
    """A survey's text as a customer of this company reads it, whatever they answered before."""
    return logic.read(text, company=company)


@register.filter
def reason(mark: Mapping[str, Any]) -> str:
    """What a mark on an answer rests on."""
    return {
        "honeypot": lambda: _("a field that people do not see was filled in"),
        "webdriver": lambda: _("the browser says that a program drives it"),
        "pace": lambda: _("%(seconds)s seconds a question") % mark,
        "line": lambda: _("%(questions)s ratings are the same") % mark,
        "staff": lambda: _("the browser was signed in to this console"),
        "device": lambda: _("others from the same device: %(others)s") % mark,
        "network": lambda: _("of %(others)s others from the same network, %(top)s gave top scores") % mark,
    }.get(str(mark.get("why")), lambda: "")()
