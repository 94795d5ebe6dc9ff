"""Exported files are copies that are kept for a day: where a person is erased, those of his workspace go at once."""

from datetime import datetime

from allears.customers.rights.person import Person
from allears.events.exports.actions import part_of, path_of
from allears.events.models import Export


def erase_exports(*, person: Person, now: datetime) -> int:
    """Remove every exported file of the workspace, finished or not; the number removed. It can be made again.

    An export that is being written notices at its next batch, or at its end, and leaves no file.
    """
    rows = Export.objects.in_workspace(person.workspace_id).exclude(state=Export.State.EXPIRED)
    paths = [path for row in rows for path in (path_of(row=row), part_of(row=row))]
    rows.update(state=Export.State.EXPIRED, expires_at=now)
    found = [path for path in paths if path.exists()]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
