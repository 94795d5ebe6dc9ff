"""Small builders of rows, keyword-only, with sensible defaults."""

from typing import Any

from allears.accounts.models import Membership, User, Workspace
from allears.customers.models import Customer
from allears.journeys.models import Touchpoint


def workspace(*, slug: str = "acme", **fields: Any) -> Workspace:
    return Workspace.objects.create(slug=slug, name=fields.pop("name", slug.title()), **fields)


def member(*, workspace: Workspace, email: str, role: str) -> tuple[User, Membership]:
    user = User.objects.create_user(email, "a long enough password")
    return user, Membership.objects.create(workspace=workspace, user=user, role=role)


def customer(*, workspace: Workspace, email: str = "zoe@example.test", **fields: Any) -> Customer:
    return Customer.objects.create(workspace=workspace, email=email, **fields)


def touchpoint(*, workspace: Workspace, key: str = "delivery", **fields: Any) -> Touchpoint:
    return Touchpoint.objects.create(workspace=workspace, key=key, name=fields.pop("name", key.title()), **fields)
