"""What many talk about, and what those with low scores do: both are looked for once the worker runs."""

from datetime import datetime

from allears.accounts.models import Workspace
from allears.understand.themes import actions, within

DETRACTORS = {"since": "90d", "score": "low"}


def write_themes(*, workspace: Workspace, now: datetime) -> None:
    """The lasting themes first: those of the selection say which of them they are in."""
    actions.ask_run(workspace_id=workspace.pk, actor_id=None, now=now)
    within.ask(workspace=workspace, words=DETRACTORS, actor_id=None, now=now)
