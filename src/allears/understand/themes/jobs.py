"""Themes in the worker."""

from datetime import timedelta

from django.utils import timezone

from allears.accounts.models import Workspace
from allears.jobs.queue import enqueue
from allears.jobs.worker import LONG
from allears.understand.themes import actions, running, within
from allears.understand.themes.contracts import LEAST_VOICES
from allears.understand.themes.models import Theme, ThemeRun

NIGHTLY = timedelta(hours=22)
MUCH = 0.25  # so much came since that the themes of before say too little


def run(*, workspace_id: int, run_id: int) -> None:
    """Find themes, unless that was done."""
    row = ThemeRun.objects.in_workspace(workspace_id).filter(pk=run_id, finished_at__isnull=True).first()
    if row is not None:
        running.run(run=row, now=timezone.now())


def select(*, workspace_id: int, selection_id: int) -> None:
    """Find the themes of a selection, unless that was done."""
    within.run(workspace_id=workspace_id, selection_id=selection_id, now=timezone.now())


def split(*, workspace_id: int, theme_id: int, parts: int, actor_id: int | None) -> None:
    """Split a theme; one that cannot be split stays as it is, and the page says so."""
    theme = Theme.objects.in_workspace(workspace_id).get(pk=theme_id)
    try:
        actions.split(theme=theme, parts=parts, actor_id=actor_id, now=timezone.now())
    except actions.ThemeError:
        return


def take_in() -> None:
    """See in every workspace whether voices came that no theme has seen."""
    for workspace_id in _workspaces():
        last = running.last_done(workspace_id)
        if last is not None and running.unread(last).exists():
            _apart("take_in_one", workspace_id)


def take_in_one(*, workspace_id: int) -> None:
    """Put the new voices of one workspace in their places."""
    running.take_in(workspace_id=workspace_id)


def find_anew() -> None:
    """Once a day, or when much has come, find themes anew; judge every time what is bursting."""
    now = timezone.now()
    for workspace_id in _workspaces():
        actions.give_up(workspace_id=workspace_id, now=now)
        within.tidy(workspace_id=workspace_id, now=now)
        last = running.last_done(workspace_id)
        if _is_due(workspace_id, last):
            actions.ask_run(workspace_id=workspace_id, actor_id=None, now=now)
        elif last is not None and last.added:
            _apart("judge", workspace_id)


def judge(*, workspace_id: int) -> None:
    """Flag what is bursting."""
    running.judge(workspace_id=workspace_id, now=timezone.now())


def _apart(name: str, workspace_id: int) -> None:
    """In the queue of long jobs: no transaction stays open while another process works."""
    task = f"allears.understand.themes.jobs.{name}"
    key = f"themes:{name}:{workspace_id}"
    enqueue(task=task, arguments={"workspace_id": workspace_id}, unique_key=key, queue=LONG, max_attempts=3)


def _is_due(workspace_id: int, last: ThemeRun | None) -> bool:
    if last is None:
        voices = running.words_of(workspace_id).count()
        tried = ThemeRun.objects.in_workspace(workspace_id).order_by("-id").first()
        return bool(voices >= LEAST_VOICES and (tried is None or voices > 1.2 * tried.voices))
    aged = last.started_at <= timezone.now() - NIGHTLY
    return bool(last.added) and (aged or last.added >= max(200, MUCH * last.voices))


def _workspaces() -> list[int]:
    return list(Workspace.objects.order_by("id").values_list("id", flat=True))
