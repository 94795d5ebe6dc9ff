"""Builders for cases: voices of every kind, a case, and a fixed Monday morning at Acme."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests import builders

from allears.accounts.models import Membership, Role, Workspace
from allears.listen.models import Voice
from allears.respond import actions
from allears.respond.models import Case

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # Acme works in UTC: 09–12 and 13–18
BEFORE = MONDAY - timedelta(days=1)


def voice(*, workspace: Workspace, key: str = "v1", said_at: datetime = MONDAY, **fields: Any) -> Voice:
    """A survey answer unless told otherwise."""
    defaults = {"initiator": "company", "source_kind": "survey", "channel": "email", "received_at": said_at}
    return Voice.objects.create(workspace=workspace, key=key, said_at=said_at, **(defaults | fields))


def detractor(*, workspace: Workspace, score: int = 4, **fields: Any) -> Voice:
    return voice(workspace=workspace, metric="nps", score=score, **fields)


def opened(heard: Voice, *, now: datetime = MONDAY) -> Case:
    case = actions.open_case(workspace_id=heard.workspace_id, voice_id=heard.pk, now=now)
    assert case is not None
    return case


def case_of(*, workspace: Workspace, now: datetime = MONDAY, score: int = 4, **fields: Any) -> Case:
    """An open case of a reachable customer."""
    if "customer" not in fields:
        fields["customer"] = builders.customer(workspace=workspace, name="Zoe")
    return opened(detractor(workspace=workspace, score=score, said_at=now, **fields), now=now)


def agent(*, workspace: Workspace, name: str, role: str = Role.AGENT) -> Membership:
    return builders.member(workspace=workspace, email=f"{name}@{workspace.slug}.test", role=role)[1]


def kinds(case: Case) -> list[str]:
    return list(case.entries.order_by("id").values_list("kind", flat=True))
