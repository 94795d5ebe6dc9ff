"""Scoped reads of who works here and which machines may enter."""

from hashlib import sha256

from allears.accounts.models import AccessKey, AuditEntry, MemberInvite, Membership
from allears.store.scope import ScopedQuerySet


def members(*, workspace_id: int) -> ScopedQuerySet[Membership]:
    """Who works here now, by name."""
    rows = Membership.objects.in_workspace(workspace_id).filter(ended_at__isnull=True)
    return rows.select_related("user").order_by("user__name", "user__email")


def open_invites(*, workspace_id: int) -> ScopedQuerySet[MemberInvite]:
    """Offers neither accepted nor withdrawn, the newest first."""
    rows = MemberInvite.objects.in_workspace(workspace_id)
    return rows.filter(accepted_at__isnull=True, revoked_at__isnull=True).order_by("-created_at")


def access_member(*, workspace_id: int, member_id: int) -> Membership:
    """One present or former member of this workspace; raises DoesNotExist."""
    member: Membership = Membership.objects.in_workspace(workspace_id).select_related("user").get(pk=member_id)
    return member


def access_invite(*, workspace_id: int, invite_id: int) -> MemberInvite:
    """One open invitation of this workspace; raises DoesNotExist."""
    return open_invites(workspace_id=workspace_id).get(pk=invite_id)


def keys(*, workspace_id: int) -> ScopedQuerySet[AccessKey]:
    """Keys that work, the newest first."""
    rows = AccessKey.objects.in_workspace(workspace_id).filter(revoked_at__isnull=True)
    return rows.select_related("created_by").order_by("kind", "-created_at")


def access_key(*, workspace_id: int, key_id: int) -> AccessKey:
    """One working key of this workspace; raises DoesNotExist."""
    return keys(workspace_id=workspace_id).get(pk=key_id)


def workspace_of_write_key(*, key: str) -> int | None:
    """The workspace that a write key opens; None when it opens none. The key itself says whose it is."""
    rows = AccessKey.objects.across_workspaces().filter(kind=AccessKey.Kind.WRITE, revoked_at__isnull=True)
    digest = sha256(key.encode()).hexdigest()
    found: int | None = rows.filter(key_hash=digest).values_list("workspace_id", flat=True).first()
    return found


def audit_log(*, workspace_id: int, before: int | None, limit: int) -> tuple[list[AuditEntry], int | None]:
    """Newest entries before the given id, and the cursor of the next page."""
    rows = AuditEntry.objects.in_workspace(workspace_id).select_related("actor").order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None
