"""How much a theme moves a score, in the score's own unit."""

from django import template
from django.utils.translation import gettext as _

from allears.web.templatetags.ui import written

register = template.Library()


@register.filter
def signed_amount(value: float | None, unit: str = "points") -> str:
    """A difference with its sign (a true minus): points with one digit, shares in pp, scales with two."""
    if value is None:
        return "–"
    shown, digits = abs(value) * (100 if unit == "percent" else 1), 2 if unit == "score" else 1
    sign = "±" if round(shown, digits) == 0 else "+" if value > 0 else "−"
    amount = sign + written(shown, digits)
    return _("%(number)s pp") % {"number": amount} if unit == "percent" else amount
