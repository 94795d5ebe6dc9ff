"""From what an address or a command says to a question; one reading for pages, API and commands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from allears.accounts.models import Workspace
from allears.science.scores import METRICS
from allears.understand.metrics import DIMENSIONS, Question

PERIODS = (30, 90, 180, 365)
UNKNOWN = "-"
"""How an address names the answers whose touchpoint, channel or segment is not known."""


class AskingError(ValueError):
    """A question that cannot be understood; the text names the word and what it may be."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The words of an address: ``metric``, ``by`` (with commas), ``since``, ``until`` (a day or ``90d``), filters."""

    metric: str = "nps"
    by: str = ""
    since: str = ""
    until: str = ""
    touchpoint: str = ""
    channel: str = ""
    segment: str = ""

    @classmethod
    def of(cls, words: Mapping[str, str], **unless_given: str) -> "Asked":
        """The words that are ours; empty ones count as not given."""
        given = {name: words[name].strip() for name in cls.__dataclass_fields__ if words.get(name, "").strip()}
        return cls(**{**unless_given, **given})


def question_of(asked: Asked, *, workspace: Workspace, now: datetime) -> Question:
    """Raises AskingError."""
    zone = ZoneInfo(workspace.timezone)
    here = now.astimezone(zone)
    by = tuple(word.strip() for word in asked.by.split(",") if word.strip())
    _allow(asked.metric, METRICS, _("score"))
    for word in by:
        _allow(word, DIMENSIONS, _("cut"))
    return Question(
        workspace_id=workspace.pk,
        metric=asked.metric,  # type: ignore[arg-type]  # allowed above
        by=tuple(dict.fromkeys(by)),  # type: ignore[arg-type]  # allowed above
        since=_day(asked.since, here.date()),
        until=_day(asked.until, here.date()),
        touchpoint=_filter(asked.touchpoint),
        channel=_filter(asked.channel),
        segment=_filter(asked.segment),
        zone=workspace.timezone,
    )


def _allow(word: str, allowed: tuple[str, ...], what: str) -> None:
    if word not in allowed:
        raise AskingError(
            _("“%(word)s” is no %(what)s; there are %(allowed)s.")
            % {"word": word, "what": what, "allowed": ", ".join(allowed)}
        )


def _day(text: str, today: date) -> date | None:
    if not text:
        return None
    if text.endswith("d") and text[:-1].isdecimal():
        return today - timedelta(days=min(int(text[:-1]), 36_500))
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise AskingError(
            _("“%(text)s” is no day. Write it as 2026-11-21, or as 90d for ninety days ago.") % {"text": text}
        ) from error


def _filter(text: str) -> str | None:
    return None if not text else "" if text == UNKNOWN else text
