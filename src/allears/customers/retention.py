"""How long each kind of data is kept. Facts without words (scores, times, verdicts) stay; words and raw data go.

The defaults are long; a workspace shortens them at ``/settings/retention``. ``None`` keeps a kind for ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_noop

from allears.accounts.audit import audit
from allears.customers.models import Retention

SHORTEST_DAYS, LONGEST_DAYS = 1, 36_500


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of data that a period can be set for."""

    name: str
    title: str
    explained: str
    days: int | None  # unless the workspace says otherwise


KINDS = (
    Kind(
        name="events",
        title=gettext_noop("Details of events"),
        explained=gettext_noop("What events carry with them. That they happened still counts afterwards."),
        days=1825,
    ),
    Kind(
        name="voices",
        title=gettext_noop("Words of voices and answers"),
        explained=gettext_noop("Comments and free answers. Scores, times and touchpoints still count afterwards."),
        days=3650,
    ),
    Kind(
        name="cases",
        title=gettext_noop("Notes and replies of closed cases"),
        explained=gettext_noop("What was written on cases. Their clocks, owners and causes still count afterwards."),
        days=3650,
    ),
    Kind(
        name="messages",
        title=gettext_noop("Messages that we sent"),
        explained=gettext_noop("Mails and their addresses. That and when we asked still counts afterwards."),
        days=1825,
    ),
    Kind(
        name="attributes",
        title=gettext_noop("Earlier attributes"),
        explained=gettext_noop("What attributes were before they changed. The present ones stay."),
        days=3650,
    ),
    Kind(
        name="facts",
        title=gettext_noop("Whose facts are in the analytics tables"),
        explained=gettext_noop(
            "Afterwards the rows still count, but no longer say which customer they are about. Counted in whole months."
        ),
        days=None,
    ),
    Kind(
        name="raw",
        title=gettext_noop("Raw data that could not be taken"),
        explained=gettext_noop("Rows in quarantine and unread originals, whether mended or not."),
        days=365,
    ),
    Kind(
        name="audit",
        title=gettext_noop("Audit log"),
        explained=gettext_noop("Who did what in the console."),
        days=None,
    ),
)
BY_NAME = {kind.name: kind for kind in KINDS}


def periods(*, workspace_id: int) -> dict[str, int | None]:
    """Days by kind, for every kind there is; None: for ever."""
    row = Retention.objects.filter(workspace_id=workspace_id).first()
    told: Mapping[str, int | None] = row.days if row else {}
    return {kind.name: told.get(kind.name, kind.days) for kind in KINDS}


def border(*, workspace_id: int, kind: str, now: datetime) -> datetime | None:
    """What happened before this moment goes; None when this kind is kept for ever."""
    days = periods(workspace_id=workspace_id)[kind]
    return None if days is None else now - timedelta(days=days)


def keep_for(*, workspace_id: int, days: Mapping[str, int | None], actor_id: int | None, now: datetime) -> None:
    """Set the periods of a workspace; kinds not named keep their default."""
    wrong = [name for name, number in days.items() if name not in BY_NAME or (number or SHORTEST_DAYS) < SHORTEST_DAYS]
    if wrong:
        raise ValueError(f"no such kind of data, or too short a period: {', '.join(wrong)}")
    with transaction.atomic():
        Retention.objects.update_or_create(workspace_id=workspace_id, defaults={"days": dict(days), "changed_at": now})
        audit(workspace_id=workspace_id, actor_id=actor_id, verb="customers.retention.changed", detail=dict(days))
