"""The console's components as template tags (``{% load ui %}``): shown on /settings/components, told in frontend.md."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from allears.kit.charts import Chart
from allears.kit.numbers import compact as compact_number
from allears.kit.numbers import percent, tidy_percent
from allears.web.context import exists
from allears.web.own_style import built, own_style

register = template.Library()


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An icon of the sprite, silent to screen readers: the word stands beside it or in aria-label."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" viewBox="0 0 24 24"><use href="{}#{}"></use></svg>',
        extra,
        static("dist/icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def own_sheet(context: template.Context, name: str) -> SafeString:
    """A built style sheet inside the page, for pages that are met on slow telephones."""
    return own_style(context["request"], built(name))


@register.simple_tag(takes_context=True, name="own_style")
def own_style_tag(context: template.Context, style: str) -> SafeString:
    """A computed style sheet inside the page."""
    return own_style(context["request"], style)


# Numbers and times


@register.filter
def compact(value: float | None) -> str:
    """12,345 → 12.3k, 1.2万; None → –."""
    return compact_number(value, language=get_language() or "en")


def written(value: float, digits: int = 0) -> str:
    """Rounded first, because ``number_format`` cuts a float off (66.67 → 66.6), and with a true minus."""
    return formats.number_format(round(value, digits), digits, force_grouping=True).replace("-", "−")


@register.filter
def amount(value: float | None, unit: str = "count") -> str:
    """A figure in its unit: ``percent`` takes shares between 0 and 1."""
    if value is None:
        return "–"
    if unit == "percent":
        return percent(value)
    if unit == "score":
        return written(value, 2)
    if abs(value) >= 10_000:
        return compact_number(value, language=get_language() or "en")
    if unit == "points" and isinstance(value, float):
        return written(value, 1)  # one under the other, an estimate of 25.0 stands beside one of 22.9
    return _shortest(value)


def _shortest(value: float) -> str:
    """With one digit after the point where that says more."""
    return written(value, 0 if float(round(value, 1)).is_integer() else 1)


@register.filter
def set_share(value: float) -> str:
    """A share that a person set: 50%, 12.5%."""
    return tidy_percent(value)


@register.filter
def every(span: timedelta) -> str:
    """How long between two runs: 30 s, 10 min, 24 h."""
    seconds = int(span.total_seconds())
    if seconds % 3600 == 0:
        return _("%(hours)s h") % {"hours": seconds // 3600}
    if seconds % 60 == 0:
        return _("%(minutes)s min") % {"minutes": seconds // 60}
    return _("%(seconds)s s") % {"seconds": seconds}


@register.filter
def rounded(value: float | None, unit: str = "points") -> float | None:
    """A figure as precise as it is meant to be read: points whole, the rest as it is."""
    return round(value) if value is not None and unit == "points" else value


@register.filter
def signed(value: float | None) -> str:
    """A difference with its sign (a true minus)."""
    if value is None:
        return "–"
    text = written(abs(value), 1) if isinstance(value, float) else _shortest(abs(value))
    return f"+{text}" if value > 0 else f"−{text}" if value < 0 else "±0"


@register.simple_tag
def when(moment: datetime | None, style: str = "ago") -> SafeString | str:
    """``ago`` (3 minutes ago), ``date`` (2026年11月21日) or ``full``; the exact time is always in the title."""
    if moment is None:
        return "–"
    here = timezone.localtime(moment)
    full = formats.date_format(here, "DATETIME_FORMAT")
    shown = {"ago": lambda: _ago(moment), "date": lambda: formats.date_format(here, "DATE_FORMAT")}
    text = shown.get(style, lambda: full)()
    live = mark_safe(" data-ago") if style == "ago" else ""
    return format_html('<time datetime="{}" title="{}"{}>{}</time>', moment.isoformat(), full, live, text)


def _ago(moment: datetime) -> str:
    """In the largest unit that fits; the exact time is in the title."""
    days = (timezone.now() - moment).days
    if days < 1:
        return str(naturaltime(moment))
    if days < 14:
        return ngettext("%(number)s day ago", "%(number)s days ago", days) % {"number": days}
    if days < 60:
        return ngettext("%(number)s week ago", "%(number)s weeks ago", days // 7) % {"number": days // 7}
    months = days * 12 // 365
    if months < 24:
        return ngettext("%(number)s month ago", "%(number)s months ago", months) % {"number": months}
    return ngettext("%(number)s year ago", "%(number)s years ago", months // 12) % {"number": months // 12}


# Marks: a shape and a word beside every colour

FEELINGS = {
    "positive": ("good", gettext_lazy("Positive")),
    "neutral": ("fair", gettext_lazy("Neutral")),
    "negative": ("bad", gettext_lazy("Negative")),
    "mixed": ("mixed", gettext_lazy("Mixed")),
}
STATES = {
    "open": ("open", pgettext_lazy("case", "Open")),
    "waiting": ("waiting", gettext_lazy("Waiting for the customer")),
    "closed": ("done", pgettext_lazy("case", "Closed")),
    "late": ("late", gettext_lazy("Overdue")),
}
SOURCES = {
    "survey": gettext_lazy("Survey"),
    "complaint": gettext_lazy("Complaint"),
    "praise": gettext_lazy("Praise"),
    "request": gettext_lazy("Request"),
    "review": gettext_lazy("Review"),
    "social": gettext_lazy("Social media"),
    "chat": gettext_lazy("Chat"),
    "call": gettext_lazy("Call"),
    "media": gettext_lazy("Media"),
    "regulator": gettext_lazy("Regulator"),
}
BANDS: Mapping[str, tuple[tuple[int, str, Any], ...]] = {  # metric: (from this score on, tone, word)
    "nps": (
        (9, "good", gettext_lazy("Promoter")),
        (7, "fair", gettext_lazy("Passive")),
        (0, "bad", gettext_lazy("Detractor")),
    ),
    "csat": (
        (4, "good", gettext_lazy("Satisfied")),
        (3, "fair", gettext_lazy("In between")),
        (0, "bad", gettext_lazy("Dissatisfied")),
    ),
    "ces": (
        (5, "good", gettext_lazy("Easy")),
        (4, "fair", gettext_lazy("In between")),
        (0, "bad", gettext_lazy("Hard")),
    ),
}


@register.simple_tag
def mark(tone: str, text: str, plain: bool = False) -> SafeString:
    """``tone``: good, fair, bad, mixed, open, doing, waiting, done, late, none."""
    return format_html('<span class="mark mark-{}{}">{}</span>', tone, " mark-plain" if plain else "", text)


@register.simple_tag
def feeling(sentiment: str, plain: bool = False) -> SafeString:
    tone, text = FEELINGS.get(sentiment, ("none", gettext_lazy("Not yet understood")))
    return mark(tone, str(text), plain)


@register.simple_tag
def case_state(state: str) -> SafeString:
    tone, text = STATES.get(state, ("none", state))
    return mark(tone, str(text))


def band_of(metric: str, score: int | None) -> tuple[str, Any] | None:
    """(tone, word) of one answer."""
    if score is None or metric not in BANDS:
        return None
    return next((tone, text) for least, tone, text in BANDS[metric] if score >= least)


@register.simple_tag
def score_mark(metric: str, score: int | None, plain: bool = False) -> SafeString | str:
    """NPS 3 → ▼ 3 Detractor."""
    band = band_of(metric, score)
    return mark(band[0], f"{score} {band[1]}", plain) if band else ""


@register.filter
def voice_tone(voice: Any) -> str:
    """good, fair, bad, mixed or empty: by the feeling, else by the score."""
    if voice.sentiment in FEELINGS:
        return FEELINGS[voice.sentiment][0]
    band = band_of(voice.metric, voice.score)
    return band[0] if band else ""


@register.filter
def local_name(thing: Any) -> str:
    """``name_zh`` for Chinese readers where there is one."""
    chinese = str(getattr(thing, "name_zh", "") or "")
    return chinese if chinese and (get_language() or "").startswith("zh") else str(getattr(thing, "name", thing) or "")


@register.filter
def source_name(kind: str) -> str:
    """survey → Survey, 问卷."""
    return str(SOURCES.get(kind, kind))


@register.filter
def page_of(prefix: str, key: object) -> str:
    """The address of one thing where such a page exists, else nothing."""
    href = f"{prefix}{key}"
    return href if exists(href) else ""


# Blocks


def _component(name: str, **context: Any) -> SafeString:
    return mark_safe(render_to_string(f"components/{name}.html", context))  # noqa: S308 – our own template, escaped


@register.simple_block_tag
def page_head(content: str, title: str, question: str = "", back: str = "", back_label: str = "") -> SafeString:
    """Title and the question the page answers; the content is its actions."""
    return _component("page_head", title=title, question=question, back=back, back_label=back_label, actions=content)


@register.simple_block_tag
def panel(content: str, title: str = "", note: str = "", flush: bool = False, id: str = "") -> SafeString:  # noqa: A002
    """The one box there is; ``flush`` for tables and lists that reach its edges."""
    return _component("panel", title=title, note=note, flush=flush, id=id, content=content)


@register.simple_block_tag
def notice(content: str, tone: str = "info") -> SafeString:
    """info, success, warning or error: what happened, what was kept, what to do."""
    return _component("notice", tone=tone, content=content)


@register.simple_block_tag
def dialog(content: str, id: str, title: str) -> SafeString:  # noqa: A002
    """A modal opened by ``<button data-open="#id">``; the content is a form."""
    return _component("dialog", id=id, title=title, content=content)


@register.simple_tag
def stat(
    label: str,
    value: float | None,
    *,
    unit: str = "points",
    low: float | None = None,
    high: float | None = None,
    n: int | None = None,
    level: float = 0.95,
    low_base: int = 30,
    change: float | None = None,
    caveat: str = "",
    href: str = "",
    sign: bool = False,
) -> SafeString:
    """A number with its interval and n; hatched under ``low_base``. ``change`` is shown only when it can be claimed."""
    return _component(
        "stat",
        label=label,
        value=value,
        unit=unit,
        low=low,
        high=high,
        n=n,
        level=round(level * 100),
        is_low=n is not None and n < low_base,
        change=change,
        caveat=caveat,
        href=href,
        sign=sign,
    )


@register.simple_tag
def empty(title: str, text: str = "", *, icon: str = "ear", action: str = "", href: str = "") -> SafeString:
    """What will be here, and the one button that makes it so."""
    return _component("empty", title=title, text=text, icon=icon, action=action, href=href)


@register.simple_tag
def chart(spec: Chart, size: str = "") -> SafeString:
    """The picture, its caveat, and the table behind it. ``size``: small, tall or nothing."""
    return _component("chart", spec=spec, size=size, data=json_script(spec.as_dict()))


@register.simple_tag
def progress(value: float, maximum: float = 1, label: str = "", tone: str = "") -> SafeString:
    share = value / maximum if maximum else 0.0
    return _component("progress", value=value, maximum=maximum, label=label, tone=tone, share=share)


@register.simple_tag(takes_context=True)
def pager(context: template.Context, following: str | None, target: str = "") -> SafeString:
    """Older rows by cursor; the filters in the address are kept. ``target`` makes htmx put them in place."""
    request = context["request"]
    query = request.GET.copy()
    cursor = query.pop("cursor", None)
    first = f"?{query.urlencode()}" if query else request.path
    query["cursor"] = following or ""
    return _component(
        "pager",
        following=f"?{query.urlencode()}" if following else "",
        first=first if cursor else "",
        target=target,
    )


@register.simple_tag
def whisker(low: float, value: float, high: float, minimum: float = -100, maximum: float = 100) -> SafeString:
    """An estimate and its interval as a small picture for table rows."""
    span = (maximum - minimum) or 1

    def at(number: float) -> str:
        return f"{max(0.0, min(100.0, (number - minimum) / span * 100)):.1f}%"

    return _component("whisker", low=at(low), value=at(value), high=at(high), zero=at(0), text=_range_text(low, high))


def _range_text(low: float, high: float) -> str:
    return _("from %(low)s to %(high)s") % {"low": amount(low), "high": amount(high)}


@register.filter
def axis_label(value: str, axis: str) -> str:
    """An axis value for the table: ISO dates as the language writes them."""
    if axis != "time":
        return value
    return formats.date_format(datetime.fromisoformat(value), "DATE_FORMAT")
