"""What an import makes besides its own rows: remembered, so that undoing it is whole."""

from collections.abc import Sequence

from django.utils.module_loading import import_string

from allears.events.models import ImportMark
from allears.store.bulk import insert_rows
from allears.store.models import ScopedModel


def mark(*, workspace_id: int, import_id: int, subject: str, ids: Sequence[int]) -> None:
    """Remember that the import made these; a trial run (import 0) makes nothing that stays."""
    if import_id and ids:
        columns = ["workspace_id", "import_file_id", "subject", "object_id"]
        insert_rows(ImportMark, columns, [(workspace_id, import_id, subject, each) for each in ids])


def marked(*, workspace_id: int, import_id: int, subject: str) -> list[int]:
    """What the import made of this subject."""
    marks = ImportMark.objects.in_workspace(workspace_id).filter(import_file_id=import_id, subject=subject)
    return list(marks.values_list("object_id", flat=True))


_models: dict[str, str] = {"customer": "allears.customers.models.Customer"}


def register_marked(subject: str, model: str) -> None:
    """Say, by dotted path, which model the marks of a subject name."""
    _models[subject] = model


def marked_model(subject: str) -> type[ScopedModel]:
    """The model that the marks of this subject name."""
    found: type[ScopedModel] = import_string(_models[subject])
    return found
