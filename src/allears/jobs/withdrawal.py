"""Taking rows back, out of the operational store and the lake in the same instant.

Rows that an import brought and an undo removes may have been flushed already. They are deleted from the lake's newest
version under the flusher's lease, which readers do not see yet; then one transaction deletes the rows and moves the
head. A crash between the two is mended by doing it again: the lake has nothing left to delete.
"""

from collections.abc import Callable, Sequence
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from allears.jobs.dirty import mark_dirty
from allears.jobs.hot import HotSource, source_of
from allears.jobs.models import LakeHead
from allears.jobs.rewriting import FlusherBusyError, rewriting
from allears.jobs.sources import Leaning, leaning_on

__all__ = ["FlusherBusyError", "withdraw"]
MOST_IDS = 900  # parameters of one statement


def withdraw(
    *, source: HotSource, workspace_id: int, ids: Sequence[int], delete: Callable[[], None], owner: str
) -> None:
    """Remove these rows from the lake and call ``delete`` for the operational rows, as one change for readers."""
    with rewriting(owner=owner) as holder:
        days = _days(source, workspace_id, ids)
        version = _remove_from_lake(source, workspace_id, ids)
        moved = {each.table: _remove_leaning(each, workspace_id, ids) for each in leaning_on(source.spec.name)}
        with transaction.atomic():
            holder.prove(timezone.now())
            delete()
            for table, version_there in moved.items():
                if version_there is not None:
                    LakeHead.objects.filter(table=table).update(version=version_there, moved_at=timezone.now())
            if version is not None:
                LakeHead.objects.filter(table=source.spec.name).update(version=version, moved_at=timezone.now())
                mark_dirty(table=source.spec.name, days={(workspace_id, day) for day in days})


def _remove_leaning(leaning: Leaning, workspace_id: int, ids: Sequence[int]) -> int | None:
    keys = import_string(leaning.keys)(workspace_id, ids)
    return _remove_from_lake(source_of(leaning.table), workspace_id, keys) if keys else None


def _days(source: HotSource, workspace_id: int, ids: Sequence[int]) -> set[date]:
    """UTC days of these rows."""
    rows = source.model.objects.in_workspace(workspace_id)
    found: set[date] = set()
    for start in range(0, len(ids), MOST_IDS):
        moments = rows.filter(id__in=ids[start : start + MOST_IDS]).values_list(source.ts, flat=True)
        found |= {moment.date() for moment in moments}
    return found


def _remove_from_lake(source: HotSource, workspace_id: int, ids: Sequence[int]) -> int | None:
    from allears.lake import store

    head = LakeHead.objects.filter(table=source.spec.name).first()
    if head is None or head.version is None:
        return None
    return store.remove(root=settings.LAKE_ROOT, spec=source.spec, workspace_id=workspace_id, keys=ids)
