"""What people decide about themes, and taking it back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from allears.accounts.audit import audit
from allears.jobs.queue import enqueue
from allears.jobs.worker import LONG
from allears.understand.themes import apart, keeping, running
from allears.understand.themes.contracts import LEAST_VOICES, Found, Request, TooFewError
from allears.understand.themes.models import Cell, Place, Theme, ThemeChange, ThemeRun

MOST_THEMES = 60
MOST_PARTS = 8
LONGEST_RUN = timedelta(hours=3)
Kind = ThemeChange.Kind


class ThemeError(ValueError):
    """What was asked of a theme cannot be; the message says why and what to do. Nothing was changed."""


@transaction.atomic
def ask_run(*, workspace_id: int, actor_id: int | None, now: datetime, wanted: int | None = None) -> ThemeRun:
    """Have themes found anew; a search that is under way already is the answer."""
    if wanted is not None and not 2 <= wanted <= MOST_THEMES:
        raise ThemeError(_("Choose a number of themes between 2 and %(most)s.") % {"most": MOST_THEMES})
    live: ThemeRun | None = live_run(workspace_id=workspace_id)
    if live is not None:
        return live
    run: ThemeRun = ThemeRun.objects.create(
        workspace_id=workspace_id, asked_by_id=actor_id, wanted=wanted, started_at=now
    )
    enqueue(
        task="allears.understand.themes.jobs.run",
        arguments={"workspace_id": workspace_id, "run_id": run.pk},
        unique_key=f"themes:{run.pk}",
        queue=LONG,
        max_attempts=3,
    )
    return run


def live_run(*, workspace_id: int) -> ThemeRun | None:
    """The search that waits or works."""
    rows = ThemeRun.objects.in_workspace(workspace_id)
    found: ThemeRun | None = rows.filter(state__in=(ThemeRun.State.QUEUED, ThemeRun.State.RUNNING)).first()
    return found


def give_up(*, workspace_id: int, now: datetime) -> None:
    """A search that has not ended for hours has lost its worker for good; the next one may begin."""
    rows = ThemeRun.objects.in_workspace(workspace_id).filter(
        finished_at__isnull=True, started_at__lt=now - LONGEST_RUN
    )
    rows.update(state=ThemeRun.State.FAILED, finished_at=now, problem="The worker stopped before it was done.")


@transaction.atomic
def rename(*, theme: Theme, en: str | None, zh: str | None, actor_id: int | None, now: datetime) -> ThemeChange | None:
    """Call it by a name of your own in one language or both; empty gives it back the name that was found."""
    given = {name: value.strip() for name, value in (("given_en", en), ("given_zh", zh)) if value is not None}
    changed = {name: value for name, value in given.items() if value != getattr(theme, name)}
    if any(len(value) > 120 for value in changed.values()):
        raise ThemeError(_("A name has at most 120 characters."))
    return _change(theme, Kind.RENAMED, changed, actor_id=actor_id, now=now) if changed else None


@transaction.atomic
def pin(*, theme: Theme, pinned: bool, actor_id: int | None, now: datetime) -> ThemeChange | None:
    """A pinned theme stands first and stays, whatever the next search finds."""
    if pinned == (theme.pinned_at is not None):
        return None
    kind = Kind.PINNED if pinned else Kind.UNPINNED
    return _change(theme, kind, {"pinned_at": now if pinned else None}, actor_id=actor_id, now=now)


@transaction.atomic
def hide(*, theme: Theme, hidden: bool, actor_id: int | None, now: datetime) -> ThemeChange | None:
    """A hidden theme is kept and counted, and not listed."""
    if hidden == (theme.hidden_at is not None):
        return None
    kind = Kind.HIDDEN if hidden else Kind.SHOWN
    return _change(theme, kind, {"hidden_at": now if hidden else None}, actor_id=actor_id, now=now)


@transaction.atomic
def merge(*, theme: Theme, into: Theme, actor_id: int | None, now: datetime) -> ThemeChange:
    """All voices of the theme, now and later, belong to `into`."""
    if theme.pk == into.pk or theme.workspace_id != into.workspace_id:
        raise ThemeError(_("Choose another theme to merge with."))
    if theme.merged_into_id or into.merged_into_id:
        raise ThemeError(_("This theme is part of another one already. Take that back first."))
    cells = Cell.objects.in_workspace(theme.workspace_id).filter(theme=theme)
    before = {"cells": list(cells.values_list("id", flat=True)), "into_touched_at": _json(into.touched_at)}
    cells.update(theme=into)
    into.touched_at = into.touched_at or now
    into.save(update_fields=["touched_at"])
    given = {"merged_into_id": into.pk}
    return _change(theme, Kind.MERGED, given, actor_id=actor_id, now=now, other=into, also=before)


def ask_split(*, theme: Theme, parts: int, actor_id: int | None) -> None:
    """Have the theme split into so many by what its voices say."""
    if not 2 <= parts <= MOST_PARTS:
        raise ThemeError(_("Choose a number of parts between 2 and %(most)s.") % {"most": MOST_PARTS})
    if theme.merged_into_id or theme.gone_at:
        raise ThemeError(_("This theme holds no voices now, so there is nothing to split."))
    have = Place.objects.in_workspace(theme.workspace_id).filter(cell__theme=theme).count()
    if have < LEAST_VOICES:
        raise ThemeError(_("It has %(have)s distinct voices; that is too few to split.") % {"have": have})
    arguments = {"workspace_id": theme.workspace_id, "theme_id": theme.pk, "parts": parts, "actor_id": actor_id}
    task = "allears.understand.themes.jobs.split"
    enqueue(task=task, arguments=arguments, unique_key=f"themes:split:{theme.pk}", queue=LONG, max_attempts=2)


def split(*, theme: Theme, parts: int, actor_id: int | None, now: datetime) -> ThemeChange:
    """Group its voices anew. The greatest part keeps the theme's id; the others begin themes of their own.

    Raises ThemeError where it has too few voices, or they do not fall apart.
    """
    rows = Place.objects.in_workspace(theme.workspace_id).filter(cell__theme=theme).order_by("-voice_id")
    members = list(rows.values_list("voice_id", flat=True)[: running.MOST_VOICES])
    texts: list[str] = []
    for start in range(0, len(members), running.CHUNK):
        texts += running.masked_texts(theme.workspace_id, members[start : start + running.CHUNK])
    try:
        found = apart.find(Request(texts=texts, wanted=parts))
    except TooFewError as error:
        raise ThemeError(
            _("It has %(have)s distinct voices; that is too few to split.") % {"have": error.have}
        ) from error
    if len(found.clusters) < 2:
        raise ThemeError(_("Its voices do not fall apart into several themes."))
    return _part(theme, members, found, actor_id=actor_id, now=now)


@transaction.atomic
def _part(theme: Theme, ids: Sequence[int], found: Found, *, actor_id: int | None, now: datetime) -> ThemeChange:
    greatest = max(range(len(found.clusters)), key=lambda at: found.clusters[at].size)
    made: list[int] = []
    for at, cluster in enumerate(found.clusters):
        if at == greatest:
            continue
        part = Theme(workspace_id=theme.workspace_id, born_at=now, touched_at=now)
        part.name_en, part.name_zh = cluster.named.en[:120], cluster.named.zh[:120]
        part.topic, part.terms = cluster.named.topic or theme.topic, cluster.named.terms
        part.save()
        cell = Cell.objects.create(workspace_id=theme.workspace_id, theme=part)
        voices = [voice for voice, label in zip(ids, found.labels, strict=True) if label == at]
        for start in range(0, len(voices), 900):
            places = Place.objects.in_workspace(theme.workspace_id).filter(voice_id__in=voices[start : start + 900])
            places.update(cell=cell)
        made.append(part.pk)
    return _change(theme, Kind.SPLIT, {}, actor_id=actor_id, now=now, also={"parts": made})


@transaction.atomic
def undo(*, change: ThemeChange, actor_id: int | None, now: datetime) -> None:
    """Take a person's decision back. Raises ThemeError where it was not one, or was taken back, or built upon."""
    if change.undone_at is not None or not change.before:
        raise ThemeError(_("This was taken back already, or was no decision of a person."))
    theme = change.theme
    later = ThemeChange.objects.in_workspace(theme.workspace_id).filter(
        theme=theme, id__gt=change.pk, undone_at__isnull=True, kind=change.kind
    )
    if later.exists():
        raise ThemeError(_("It was decided upon again since. Take the later decision back first."))
    if theme.merged_into_id and change.kind in (Kind.KEPT, Kind.SPLIT):
        raise ThemeError(_("This theme is part of another one already. Take that back first."))
    before = dict(change.before)
    _move_back(change, before)
    if change.kind == Kind.KEPT:
        keeping.give_back(change=change, now=now)
    for name in ("pinned_at", "hidden_at", "touched_at", "given_en", "given_zh", "merged_into_id"):
        if name in before:
            setattr(theme, name, _time(before[name]) if name.endswith("_at") else before[name])
    theme.save()
    change.undone_at = now
    change.save(update_fields=["undone_at"])
    audit(workspace_id=theme.workspace_id, actor_id=actor_id, verb="theme.undone", subject=f"theme:{theme.pk}")


def _move_back(change: ThemeChange, before: dict[str, Any]) -> None:
    workspace_id = change.workspace_id
    cells = Cell.objects.in_workspace(workspace_id)
    if change.kind == Kind.MERGED and change.other is not None:
        cells.filter(id__in=before.pop("cells"), theme=change.other).update(theme=change.theme)
        touched = _time(before.pop("into_touched_at"))
        Theme.objects.in_workspace(workspace_id).filter(pk=change.other.pk).update(touched_at=touched)
        if not cells.filter(theme=change.theme).exists():
            raise ThemeError(
                _("The themes have been found anew since, and cannot be told apart any more. Split instead.")
            )
    if change.kind == Kind.SPLIT:
        parts = Theme.objects.in_workspace(workspace_id).filter(id__in=before.pop("parts"))
        cells.filter(theme__in=parts).update(theme=change.theme)
        parts.update(merged_into=change.theme, touched_at=timezone.now())


def _change(
    theme: Theme,
    kind: str,
    values: dict[str, Any],
    *,
    actor_id: int | None,
    now: datetime,
    other: Theme | None = None,
    also: dict[str, Any] | None = None,
) -> ThemeChange:
    """Keep what was, set what is, and remember that people decided on it."""
    before = {name: _json(getattr(theme, name)) for name in (*values, "touched_at")}
    for name, value in values.items():
        setattr(theme, name, value)
    theme.touched_at = theme.touched_at or now
    theme.save()
    workspace_id = theme.workspace_id
    audit(workspace_id=workspace_id, actor_id=actor_id, verb=f"theme.{kind}", subject=f"theme:{theme.pk}")
    made: ThemeChange = ThemeChange.objects.create(
        workspace_id=workspace_id,
        theme=theme,
        other=other,
        kind=kind,
        before=before | (also or {}),
        by_id=actor_id,
        at=now,
    )
    return made


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _time(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
