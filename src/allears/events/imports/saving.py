"""Mappings kept under a name: the next file of the kind with the same columns takes its own by itself."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from allears.accounts.audit import audit
from allears.events.imports.errors import ImportUseError
from allears.events.imports.kinds import Kind
from allears.events.imports.mapping import Mapping, from_json, signature
from allears.events.models import Import, SavedMapping
from allears.store.scope import ScopedQuerySet

MOST = 80  # characters of a name


def saved(workspace_id: int, *, kind: str = "") -> ScopedQuerySet[SavedMapping]:
    """The workspace's named mappings, by kind and name."""
    rows = SavedMapping.objects.in_workspace(workspace_id).order_by("kind", "name")
    return rows.filter(kind=kind) if kind else rows


def for_columns(*, workspace_id: int, kind: Kind, columns: Sequence[str], name: str = "") -> Mapping | None:
    """The mapping of this name, else the one changed last for these columns; raises where a name fits no columns."""
    rows = saved(workspace_id, kind=kind.name)
    found = rows.filter(name=name) if name else rows.filter(signature=signature(columns)).order_by("-changed_at")
    row = found.first()
    if row is None:
        if name:
            message = _("There is no saved mapping “%(name)s” for “%(kind)s”. There are: %(names)s.")
            names = ", ".join(rows.values_list("name", flat=True)[:20]) or "–"
            raise ImportUseError("mapping", message % {"name": name, "kind": kind.name, "names": names})
        return None
    try:
        return from_json({**row.mapping, "origin": "saved"}, kind=kind, columns=columns)
    except ImportUseError:
        if name:
            raise
        return None  # made by an older version: the proposal serves


def save(*, row: Import, name: str, actor_id: int | None, now: datetime) -> SavedMapping:
    """Keep the import's mapping under this name; a name of the same kind that is there already gets the new one."""
    name = _good(name)
    known, _made = SavedMapping.objects.in_workspace(row.workspace_id).update_or_create(
        kind=row.kind,
        name=name,
        defaults={
            "workspace_id": row.workspace_id,
            "signature": row.mapping["signature"],
            "columns": row.mapping["columns"],
            "mapping": _bare(row),
            "created_by_id": actor_id,
            "changed_at": now,
        },
    )
    detail = {"kind": row.kind}
    subject = f"mapping:{known.pk}"
    audit(workspace_id=row.workspace_id, actor_id=actor_id, verb="events.mapping.saved", subject=subject, detail=detail)
    found: SavedMapping = known
    return found


def _bare(row: Import) -> dict[str, object]:
    names = ("kind", "fields", "rest", "timezone", "open_cases", "format")
    return {name: row.mapping[name] for name in names if name in row.mapping}


def _good(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > MOST:
        raise ImportUseError("name", _("Give the mapping a name of at most %(most)d characters.") % {"most": MOST})
    return name


def rename(*, row: SavedMapping, name: str) -> None:
    """Call a mapping otherwise; two of a kind may not have one name."""
    row.name = _good(name)
    try:
        with transaction.atomic():
            row.save(update_fields=["name"])
    except IntegrityError as error:
        message = _("Another mapping is called “%(name)s” already. Choose another name.")
        raise ImportUseError("name", message % {"name": row.name}) from error


def remove(*, row: SavedMapping, actor_id: int | None) -> None:
    """Forget a mapping; imports that used it stay as they are."""
    audit(workspace_id=row.workspace_id, actor_id=actor_id, verb="events.mapping.removed", subject=f"mapping:{row.pk}")
    row.delete()
