"""Small builders of rows, keyword-only, with sensible defaults."""

from typing import Any

from django.utils import timezone

from allears.accounts.models import Membership, User, Workspace
from allears.customers.models import Customer
from allears.events.batch import EventRow
from allears.journeys.models import Touchpoint
from allears.listen import actions as listen_actions
from allears.listen import probing
from allears.listen.models import Probe
from allears.outreach import actions as outreach_actions
from allears.outreach.governor import Policy as Rules
from allears.outreach.models import Policy


def workspace(*, slug: str = "acme", **fields: Any) -> Workspace:
    return Workspace.objects.create(slug=slug, name=fields.pop("name", slug.title()), **fields)


def member(*, workspace: Workspace, email: str, role: str) -> tuple[User, Membership]:
    user = User.objects.create_user(email, "a long enough password")
    return user, Membership.objects.create(workspace=workspace, user=user, role=role)


def customer(*, workspace: Workspace, email: str = "zoe@example.test", **fields: Any) -> Customer:
    return Customer.objects.create(workspace=workspace, email=email, **fields)


def probe(*, workspace: Workspace, key: str = "after-delivery", survey: str = "nps-why", **fields: Any) -> Probe:
    """A running probe on ``order_delivered`` with a ready-made survey; quiet hours and rests are the policy's."""
    now = fields.pop("now", timezone.now())
    at = fields.pop("touchpoint", None) or touchpoint(workspace=workspace, key=f"at-{key}")
    probing.forget()  # tests go back in time
    asked = listen_actions.ensure_ready_made(workspace_id=workspace.id, key=survey, now=now)
    values = {"key": key, "name": key.title(), "event_name": "order_delivered", **fields}
    spec = listen_actions.ProbeSpec(touchpoint_id=at.id, survey_id=asked.id, **values)
    return listen_actions.create_probe(workspace_id=workspace.id, spec=spec, now=now)


def event_row(*, customer: Customer, id: int = 1, name: str = "order_delivered", **fields: Any) -> EventRow:  # noqa: A002
    """An event as the consumer hands it to its subscribers."""
    now = fields.pop("ts", timezone.now())
    given = {"type": "track", "ts": now, "received_at": now, "properties": {}, "context": {}, **fields}
    return EventRow(id=id, workspace_id=customer.workspace_id, customer_id=customer.id, name=name, **given)


def open_policy(*, workspace: Workspace, **rules: Any) -> Policy:
    """A policy without quiet hours, so that a test passes at night as well."""
    return outreach_actions.publish_policy(
        workspace_id=workspace.id, rules=Rules(**{"quiet": None, **rules}), now=timezone.now()
    )


def touchpoint(*, workspace: Workspace, key: str = "delivery", **fields: Any) -> Touchpoint:
    return Touchpoint.objects.create(workspace=workspace, key=key, name=fields.pop("name", key.title()), **fields)
