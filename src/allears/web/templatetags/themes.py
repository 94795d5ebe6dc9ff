"""How much a theme moves a score, in the score's own unit."""

from django import template

from allears.web.templatetags.ui import written

register = template.Library()


@register.filter
def signed_amount(value: float | None, unit: str = "points") -> str:
    """A difference with its sign (a true minus): points with one digit, shares as percent, scales with two."""
    if value is None:
        return "–"
    shown, digits, after = (abs(value) * 100, 1, "%") if unit == "percent" else (abs(value), 1, "")
    if unit == "score":
        digits = 2
    text = written(shown, digits)
    sign = "±" if round(shown, digits) == 0 else "+" if value > 0 else "−"
    return f"{sign}{text}{after}"
