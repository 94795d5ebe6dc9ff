"""The audit log's one door."""

from typing import Any

from allears.accounts.models import AuditEntry


def audit(
    *,
    workspace_id: int,
    actor_id: int | None,
    verb: str,
    subject: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Record that ``actor_id`` (None: the system) did ``verb`` to ``subject``; no personal data in ``detail``."""
    AuditEntry.objects.create(
        workspace_id=workspace_id, actor_id=actor_id, verb=verb, subject=subject, detail=detail or {}
    )
