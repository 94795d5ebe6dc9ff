"""Erasing a person from what stands outside the database: bodies in the intake log, and uploads not yet read."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from allears.customers.rights.person import STRUCK_OUT, Person
from allears.events.imports import files, staging
from allears.events.intake.log import intake_path, open_file
from allears.events.models import Import, Upload

BLOCK = 1 << 22
SHOWN = {"samples", "trial"}  # of an import's mapping
ENDINGS = {
    ".csv", ".tsv", ".txt", ".xlsx", ".xls", ".parquet", ".json", ".jsonl", ".ndjson", ".xes", ".xml", ".gz", ".zip",
}  # fmt: skip
BETWEEN_WORDS = re.compile(r"[\s_.+-]+")  # in the name of a file


class ImportRunningError(RuntimeError):
    """A file that may name the person is being imported; the erasure goes on when it has ended."""


def erase_intake(*, person: Person, now: datetime) -> int:
    """Take the person's calls out of every body, read or unread; the number of bodies changed."""
    return _erase_table(person) if settings.DATABASE_URL else _erase_file(person, intake_path())


def find_intake(*, person: Person) -> list[tuple[str, bytes]]:
    """The person's calls that nobody has read yet."""
    calls = [call for data in _waiting(person) for call in _calls(data) if person.is_in(call)]
    return [("intake.json", msgspec.json.format(msgspec.json.encode(calls)))] if calls else []


def _waiting(person: Person) -> Iterator[bytes]:
    if settings.DATABASE_URL:
        with connection.cursor() as cursor:
            cursor.execute("SELECT body FROM events_intakerow WHERE workspace_id = %s", [person.workspace_id])
            yield from (bytes(body) for (body,) in cursor.fetchall() if person.may_be_in(bytes(body)))
    elif intake_path().exists():
        file = open_file(intake_path())
        try:
            rows = file.execute("SELECT body FROM intake WHERE workspace_id = ?", (person.workspace_id,))
            yield from (bytes(body) for (body,) in rows if person.may_be_in(bytes(body)))
        finally:
            file.close()


def _calls(data: bytes) -> list[Any]:
    try:
        body = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return [data.decode("utf-8", "replace")]
    batch = body.get("batch") if isinstance(body, dict) else None
    return batch if isinstance(batch, list) else [body]


def without(person: Person, data: bytes) -> bytes | None:
    """The body without the person's calls; None when nothing is left of it, the same object when it has none."""
    if not person.may_be_in(data):
        return data
    try:
        body = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None  # broken, and it mentions the person
    batch = body.get("batch") if isinstance(body, dict) else None
    if not isinstance(batch, list):
        return None if person.is_in(body) else data
    kept = [call for call in batch if not person.is_in(call)]
    rest = person.strike({name: value for name, value in body.items() if name != "batch"})
    if len(kept) == len(batch) and not person.is_in({name: body[name] for name in body if name != "batch"}):
        return data
    return msgspec.json.encode({**rest, "batch": kept}) if kept else None


def _erase_file(person: Person, path: Path) -> int:
    if not path.exists():
        return 0
    file = open_file(path)
    try:
        file.execute("PRAGMA secure_delete=ON")
        found = _changes(
            person,
            file.execute("SELECT id, body FROM intake WHERE workspace_id = ? ORDER BY id", (person.workspace_id,)),
        )
        for number, data in found:
            if data is None:
                file.execute("DELETE FROM intake WHERE id = ?", (number,))
            else:
                file.execute("UPDATE intake SET body = ? WHERE id = ?", (data, number))
        file.execute("VACUUM")
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return 0
        raise
    finally:
        file.close()
    return len(found)


def _erase_table(person: Person) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, body FROM events_intakerow WHERE workspace_id = %s FOR UPDATE", [person.workspace_id]
        )
        found = _changes(person, iter(cursor.fetchall()))
        for number, data in found:
            if data is None:
                cursor.execute("DELETE FROM events_intakerow WHERE id = %s", [number])
            else:
                cursor.execute("UPDATE events_intakerow SET body = %s WHERE id = %s", [data, number])
    return len(found)


def _changes(person: Person, rows: Iterator[Any]) -> list[tuple[int, bytes | None]]:
    found = []
    for number, body in rows:
        data = bytes(body)
        left = without(person, data)
        if left is not data:
            found.append((number, left))
    return found


def erase_uploads(*, person: Person, now: datetime) -> int:
    """Drop waiting uploads that name the person: a file is sent again without them. The number dropped.

    Raises ImportRunningError while such a file is being imported.
    """
    dropped = 0
    for row in Import.objects.in_workspace(person.workspace_id).exclude(path=""):
        if files.folder_of(row).is_dir() and _names(person, row):
            if row.state == Import.State.RUNNING:
                raise ImportRunningError(f"import {row.pk} is running and may name the person; trying again later")
            files.forget_files(row)
            if row.state == Import.State.UPLOADED:
                says = _("A person in this file was erased. Send the file again without them.")
                waiting = Import.objects.in_workspace(person.workspace_id).filter(pk=row.pk)
                named = _struck_out(row.filename)  # files are named after people, too
                waiting.update(state=Import.State.FAILED, error=says, finished_at=now, filename=named)
            dropped += 1
    _erase_samples(person.workspace_id)
    return dropped + _erase_left_over(person) + _erase_names(person)


def _erase_names(person: Person) -> int:
    """Files are named after people, and a name of one that was read long ago serves nobody."""
    done = 0
    for model in (Import, Upload):
        rows = model.objects.in_workspace(person.workspace_id)
        for pk, filename in rows.values_list("pk", "filename"):
            if _is_named_after(person, filename):
                done += rows.filter(pk=pk).update(filename=_struck_out(filename))
    return done


def _struck_out(filename: str) -> str:
    """What is left of a file's name: its ending, where it is one. In report.zoe it is the person's name."""
    ending = Path(filename).suffix
    return STRUCK_OUT + (ending if ending.lower() in ENDINGS else "")


def _is_named_after(person: Person, filename: str) -> bool:
    spaced = BETWEEN_WORDS.sub(" ", filename)
    return person.is_in(filename) or person.is_called_in(filename) or person.is_called_in(spaced)


def _erase_samples(workspace_id: int) -> None:
    """Values shown while a mapping is chosen are of no use once the rows are read, and may be the person's."""
    rows = Import.objects.in_workspace(workspace_id).exclude(state=Import.State.UPLOADED)
    for pk, mapping in rows.values_list("pk", "mapping"):
        if mapping.keys() & SHOWN:
            left = {name: value for name, value in mapping.items() if name not in SHOWN}
            rows.filter(pk=pk).update(mapping=left)


def _erase_left_over(person: Person) -> int:
    """Drop what no import names and the person may stand in: pages of a source being read, which is read again, and
    what a killed process left.
    """
    known = set(Import.objects.across_workspaces().exclude(path="").values_list("path", flat=True))
    strays = [each for each in files.root().glob("*") if each.is_dir() and each.name not in known]
    named = [each for each in strays if any(_bytes_name(person, path) for path in each.rglob("*") if path.is_file())]
    for each in named:
        files.remove_folder(each)
        for half in Upload.objects.in_workspace(person.workspace_id).filter(path=each.name):
            half.filename = _struck_out(half.filename)  # files are named after people, too
            half.save(update_fields=["filename"])
    return len(named)


def find_uploads(*, person: Person) -> list[tuple[str, bytes]]:
    """Rows of waiting uploads that name the person."""
    found = []
    for row in Import.objects.in_workspace(person.workspace_id).exclude(path=""):
        staged = staging.find(files.staged_folder(row)) if files.folder_of(row).is_dir() else None
        rows = [cells for cells in _cells(staged) if person.is_in(cells)] if staged else []
        if rows:
            found.append((f"upload-{row.pk}.json", msgspec.json.format(msgspec.json.encode(rows))))
    return found


def _names(person: Person, row: Import) -> bool:
    """Whether the file names the person. A file that cannot be looked into is taken to do so."""
    staged = staging.find(files.staged_folder(row))
    if staged is not None and any(person.is_in(cells) for cells in _cells(staged)):
        return True
    upload = files.upload_of(row)
    return upload.exists() and _bytes_name(person, upload)


def _cells(staged: staging.Staged) -> Iterator[list[str | None]]:
    for batch in staged.batches([*(f"c{place}" for place in range(len(staged.columns))), "raw"]):
        yield from (list(cells) for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True))


_PACKED: tuple[Callable[[bytes], bool], ...] = (
    lambda head: head[:2] == b"\x1f\x8b",  # gzip
    lambda head: head[:2] == b"PK",  # Excel and other archives
    lambda head: head[:4] == b"PAR1",
    lambda head: b"\x00" in head[:64],  # UTF-16
)


def may_name(person: Person, data: bytes) -> bool:
    """Whether these bytes may name the person: what is packed cannot be looked into, and is taken to do so."""
    return any(packed(data) for packed in _PACKED) or person.may_be_in(data)


def _bytes_name(person: Person, path: Path) -> bool:
    tail = b""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            if not tail and any(packed(block) for packed in _PACKED):
                return True
            if person.may_be_in(tail + block):
                return True
            tail = block[-512:]
    return False
