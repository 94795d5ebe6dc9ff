"""Members of the workspace."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from allears.accounts import queries
from allears.accounts.models import Membership

router = Router(tags=["members"])


class MemberOut(Schema):
    id: int
    name: str
    email: str
    role: str = Field(description="admin, manager or agent")
    created_at: datetime

    @staticmethod
    def resolve_name(member: Membership) -> str:
        return member.user.name

    @staticmethod
    def resolve_email(member: Membership) -> str:
        return member.user.email


class MemberPage(Schema):
    items: list[MemberOut]
    next: str | None
    count: int | None


class MemberFilters(Schema):
    role: str | None = None
    email: str | None = None
    limit: int = Field(100, ge=1, le=1000)
    cursor: int = Field(0, ge=0, description="as `next` of the page before gave it")
    count: bool = False


def member_of(request: HttpRequest, member_id: int) -> Membership:
    """A present member of the key's workspace; Membership.DoesNotExist, told as 404, for anybody else."""
    found: Membership = queries.members(workspace_id=request.auth.workspace_id).get(pk=member_id)  # type: ignore[attr-defined]
    return found


@router.get("/members", response=MemberPage)
def list_members(request: HttpRequest, filters: Query[MemberFilters]) -> dict[str, Any]:
    """Who works here now, by number."""
    workspace_id: int = request.auth.workspace_id  # type: ignore[attr-defined]
    found = queries.members(workspace_id=workspace_id).order_by("pk")
    if filters.role is not None:
        found = found.filter(role=filters.role)
    if filters.email is not None:
        found = found.filter(user__email=filters.email.lower())
    items = list(found.filter(pk__gt=filters.cursor)[: filters.limit + 1])
    more = len(items) > filters.limit
    return {
        "items": items[: filters.limit],
        "next": str(items[filters.limit - 1].pk) if more else None,
        "count": found.count() if filters.count else None,
    }
