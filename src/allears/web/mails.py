"""Mails to customers as the demo's post office keeps them: found and removed for whoever asks."""

from datetime import datetime
from pathlib import Path

from django.conf import settings

from allears.customers.rights.packed import is_named_in
from allears.customers.rights.person import Person


def erase_mails(*, person: Person, now: datetime) -> int:
    """Remove every mail that went to the person or names them; the number removed."""
    found = _mails(person)
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def find_mails(*, person: Person) -> list[tuple[str, bytes]]:
    """The mails themselves."""
    return [(f"mail/{path.name}", path.read_bytes()) for path in _mails(person)]


def _mails(person: Person) -> list[Path]:
    folder = Path(settings.DATA_DIR) / "mail"
    return [path for path in sorted(folder.glob("*.eml")) if is_named_in(path.read_bytes(), person=person)]
