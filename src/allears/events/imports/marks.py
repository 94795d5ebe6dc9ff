"""What an import makes besides its own rows: remembered, so that undoing it is whole."""

from collections.abc import Sequence

from allears.events.models import ImportMark
from allears.store.bulk import insert_rows


def mark(*, workspace_id: int, import_id: int, subject: str, ids: Sequence[int]) -> None:
    """Remember that the import made these; a trial run (import 0) makes nothing that stays."""
    if import_id and ids:
        columns = ["workspace_id", "import_file_id", "subject", "object_id"]
        insert_rows(ImportMark, columns, [(workspace_id, import_id, subject, each) for each in ids])


def marked(*, workspace_id: int, import_id: int, subject: str) -> list[int]:
    """What the import made of this subject."""
    marks = ImportMark.objects.in_workspace(workspace_id).filter(import_file_id=import_id, subject=subject)
    return list(marks.values_list("object_id", flat=True))
