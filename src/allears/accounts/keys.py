"""Machines' keys: shown once, kept as a hash."""

import hashlib
import secrets

from django.db import transaction

from allears.accounts.audit import audit
from allears.accounts.models import AccessKey

STARTS = {AccessKey.Kind.WRITE: "ae_write_", AccessKey.Kind.API: "ae_api_"}
SHOWN_LETTERS = 12


def digest(key: str) -> str:
    """What is stored of a key; 256 random bits need no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def create_key(*, workspace_id: int, kind: AccessKey.Kind, name: str, created_by_id: int | None = None) -> str:
    """Make a key and return it; it cannot be read again."""
    key = STARTS[kind] + secrets.token_urlsafe(32)
    AccessKey.objects.create(
        workspace_id=workspace_id,
        kind=kind,
        name=name,
        prefix=key[:SHOWN_LETTERS],
        key_hash=digest(key),
        created_by_id=created_by_id,
    )
    audit(
        workspace_id=workspace_id,
        actor_id=created_by_id,
        verb="accounts.key.created",
        subject=f"key:{key[:SHOWN_LETTERS]}",
        detail={"kind": kind.value, "name": name},
    )
    return key
