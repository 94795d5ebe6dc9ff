"""Which days of a lake table changed since its roll-ups were worked out; marked with the head that changed them."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from allears.jobs.models import LakeDirty

if TYPE_CHECKING:
    import pyarrow as pa


def mark_dirty(*, table: str, days: Collection[tuple[int, date]]) -> None:
    """Inside the transaction that moves the head: roll-ups of these (workspace, UTC day) no longer hold."""
    LakeDirty.objects.bulk_create(
        [LakeDirty(table=table, workspace_id=workspace_id, day=day) for workspace_id, day in sorted(days)]
    )


def days_of(rows: "pa.Table") -> set[tuple[int, date]]:
    """(workspace, UTC day) of lake rows."""
    found = rows.group_by(["workspace_id", "day"], use_threads=False).aggregate([])
    pairs = zip(found["workspace_id"].to_pylist(), found["day"].to_pylist(), strict=True)
    return {(workspace_id, date.fromisoformat(day)) for workspace_id, day in pairs}
