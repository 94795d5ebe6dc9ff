"""Undoing an import: what it would take away, told exactly, and taking it away, from the lake too."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from allears.accounts.audit import audit
from allears.customers.memory import lock_identity, new_epoch
from allears.customers.models import ConsentRecord, Customer, Identifier, Merge
from allears.events.imports.errors import ImportUseError
from allears.events.imports.files import forget_files
from allears.events.imports.kinds import kind_named
from allears.events.imports.marks import marked, marked_model
from allears.events.models import Import, ImportMark, QuarantinedRow
from allears.jobs.hot import source_of
from allears.jobs.lease import worker_name
from allears.jobs.queue import enqueue
from allears.jobs.withdrawal import withdraw
from allears.store.scope import ScopedQuerySet

SLICE = 20_000
UNDOABLE = (Import.State.DONE, Import.State.FAILED, Import.State.RUNNING, Import.State.STOPPED)
# What belongs to a customer and goes with it; anything else that names the customer keeps it.
OF_THE_CUSTOMER = (Identifier, ConsentRecord, Merge, Customer)


def losses(row: Import) -> dict[str, int]:
    """What undoing the import would remove, by name; customers and touchpoints only where nothing else needs them."""
    kind = kind_named(row.kind)
    counted = {table: rows.count() for table, rows in kind.rows(row.workspace_id, row.pk).items()}
    counted |= _followers(row)
    own = list(kind.rows(row.workspace_id, row.pk).values())
    counted["customers"] = sum(len(ids) for ids in _lonely(row, "customer", beside=own))
    counted["touchpoints"] = sum(len(ids) for ids in _lonely(row, "touchpoint", beside=own))
    counted["rows in quarantine"] = (
        QuarantinedRow.objects.in_workspace(row.workspace_id).filter(import_file=row).count()
    )
    return {name: count for name, count in counted.items() if count}


def _followers(row: Import) -> dict[str, int]:
    """Rows of other rooms that are removed together with the import's rows."""
    counted: dict[str, int] = {}
    tables = kind_named(row.kind).rows(row.workspace_id, row.pk)
    own = {rows.model for rows in tables.values()}
    for rows in tables.values():
        for relation in rows.model._meta.related_objects:
            if relation.on_delete is models.CASCADE and relation.related_model not in own:
                found = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": rows.values("pk")})
                if count := _count(found):
                    counted[str(relation.related_model._meta.verbose_name_plural)] = count
    return counted


def _count(rows: models.QuerySet[Any]) -> int:
    scoped = rows.across_workspaces() if hasattr(rows, "across_workspaces") else rows
    return scoped.count()


@transaction.atomic
def ask_undo(*, row: Import, actor_id: int | None, now: datetime) -> None:
    """Have the worker undo the import; a running one stops at its next chunk."""
    changed = (
        Import.objects.in_workspace(row.workspace_id)
        .filter(pk=row.pk, state__in=UNDOABLE)
        .update(state=Import.State.UNDONE, finished_at=now)
    )
    if not changed:
        raise ImportUseError("state", _("This import has not begun, or is undone already."))
    audit(
        workspace_id=row.workspace_id,
        actor_id=actor_id,
        verb="events.import.undone",
        subject=f"import:{row.pk}",
        detail={"kind": row.kind, "rows": row.rows_good},
    )
    enqueue(
        task="allears.events.imports.jobs.undo_import",
        arguments={"workspace_id": row.workspace_id, "import_id": row.pk},
        unique_key=f"import-undo:{row.pk}",
        queue="long",
    )


def undo(*, row: Import) -> None:
    """Remove what the import brought. It may be done again from the start after a crash."""
    for table, rows in kind_named(row.kind).rows(row.workspace_id, row.pk).items():
        _withdraw_all(table, rows, row.workspace_id)
    _remove_marked(row)
    QuarantinedRow.objects.in_workspace(row.workspace_id).filter(import_file=row).delete()
    forget_files(row)


def _withdraw_all(table: str, rows: ScopedQuerySet[Any], workspace_id: int) -> None:
    source, model = source_of(table), rows.model
    while ids := list(rows.order_by("id").values_list("id", flat=True)[:SLICE]):

        def delete(ids: Sequence[int] = ids) -> None:
            for start in range(0, len(ids), 900):
                model._default_manager.in_workspace(workspace_id).filter(id__in=ids[start : start + 900]).delete()

        withdraw(source=source, workspace_id=workspace_id, ids=ids, delete=delete, owner=f"{worker_name()}:undo")


def _remove_marked(row: Import) -> None:
    for ids in _lonely(row, "customer"):
        with transaction.atomic():
            lock_identity(workspace_id=row.workspace_id)
            Customer.objects.in_workspace(row.workspace_id).filter(id__in=ids).delete()
            new_epoch(workspace_id=row.workspace_id)
    for ids in _lonely(row, "touchpoint"):
        marked_model("touchpoint").objects.in_workspace(row.workspace_id).filter(id__in=ids).delete()
    ImportMark.objects.in_workspace(row.workspace_id).filter(import_file=row).delete()


def _lonely(row: Import, subject: str, *, beside: Sequence[ScopedQuerySet[Any]] = ()) -> Iterator[list[int]]:
    """The import's own customers or touchpoints that nothing refers to, besides the rows given."""
    ids = marked(workspace_id=row.workspace_id, import_id=row.pk, subject=subject)
    model = marked_model(subject)
    for start in range(0, len(ids), 500):
        part = set(ids[start : start + 500])
        for relation in model._meta.related_objects:
            if relation.related_model not in OF_THE_CUSTOMER and not relation.many_to_many:
                part -= _referred(relation, part, beside)
        if part:
            yield sorted(part)


def _referred(relation: Any, ids: set[int], beside: Sequence[ScopedQuerySet[Any]]) -> set[int]:
    name = relation.field.attname
    rows = relation.related_model._base_manager.filter(**{f"{name}__in": ids})
    for own in beside:
        if own.model is relation.related_model:
            rows = rows.exclude(pk__in=own.values("pk"))
    scoped = rows.across_workspaces() if hasattr(rows, "across_workspaces") else rows
    return set(scoped.values_list(name, flat=True))
