"""A person who is erased is forgotten in every archive: his key goes, and the keys of the pieces that mention him.

Where another customer's row mentions him, that customer's key goes too, and the keys of all their other rows take its
place: what they said of themselves can still be restored.
"""

import base64
import re
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from allears.customers import vault
from allears.customers.personal import Erase, personal_tables
from allears.customers.rights.packed import is_named_in
from allears.customers.rights.person import Person
from allears.events.erasing import may_name
from allears.kit.lazy import LazyModule
from allears.operations.backups.keeping import SUFFIX, folder
from allears.operations.backups.keyfile import KeyFile, beside
from allears.operations.backups.reading import key_of, opened
from allears.operations.backups.rows import decode
from allears.operations.backups.writing import SCRATCH
from allears.operations.models import Backup

pa = LazyModule("pyarrow")
PACKED = ("listen.Enclosure:", "listen.VoiceFile:")  # tables with files in their rows
# tables whose rows are sealed in the store as well
SEALED = ("listen.VoiceOriginal:", "listen.ResponseOriginal:", "listen.TurnOriginal:")
UPLOADED = ("events.Import:", "events.Upload:")
_FOLDER = re.compile(r"[0-9a-f]{32}")  # of one uploaded file
_BASE64 = re.compile(r"[A-Za-z0-9+/]{8,}={0,2}")


def forget(*, person: Person, now: datetime) -> int:
    """Remove keys beside every archive this installation knows of; how many were removed.

    A back-up under way holds a moment before the erasure: it is stopped, and fails with nothing left behind.
    """
    for scratch in _scratch_folders():
        shutil.rmtree(scratch, ignore_errors=True)
    return sum(_forget_in(path, person) for path in archives())


def _scratch_folders() -> list[Path]:
    """Of back-ups under way, and what killed ones left."""
    unfinished = Backup.objects.filter(finished_at__isnull=True).values_list("path", flat=True)
    homes = {folder(), *(Path(path).parent for path in unfinished)}
    return sorted(each for home in homes for each in home.glob(f"{SCRATCH}*") if each.is_dir())


def archives() -> list[Path]:
    """Those written here and still in their place, and whatever else stands in the folder of back-ups."""
    known = {Path(path) for path in Backup.objects.filter(removed_at__isnull=True).values_list("path", flat=True)}
    return sorted(path for path in {*known, *folder().glob(f"*{SUFFIX}")} if path.is_file() and beside(path).is_file())


def _forget_in(archive: Path, person: Person) -> int:
    keys = KeyFile(beside(archive))
    try:
        found = _look_for(archive, keys, person)
        instead = _kept_rows(archive, keys, found) if found.others else []
        return keys.forget(customers={*person.ids, *found.others}, pieces=found.names, instead=instead)
    finally:
        keys.close()


@dataclass
class _Found:
    """Rows and files that are the person's or name him, and the other customers to whom such rows belong."""

    names: set[str] = field(default_factory=set)
    others: set[int] = field(default_factory=set)


def _look_for(archive: Path, keys: KeyFile, person: Person) -> _Found:
    found = _Found()
    anyone = {table.model for table in personal_tables() if table.erase is Erase.ALL}
    for member, data in _files(archive):
        key = keys.piece(member)
        if key is not None and may_name(person, vault.open_with(key, 0, data)):
            found.names.add(member)
    folders = {part for name in found.names for part in name.split("/") if _FOLDER.fullmatch(part)}
    for data in _tables(archive):
        for line in _lines(data):
            owner = line.get("c")
            if owner in person.ids or line.get("p", "").partition(":")[0] in anyone:
                found.names.update([line["p"]] if "p" in line else [])
            elif _mentions(line, keys, person) or _came_with(line, folders):
                found.names.update([line["p"]] if "p" in line else [])
                found.others.update([owner] if owner is not None else [])
    return found


def _kept_rows(archive: Path, keys: KeyFile, found: _Found) -> list[tuple[str, bytes]]:
    """The single keys of what else those others have in the archive, before their one key for all goes."""
    kept = []
    for data in _tables(archive):
        for line in _lines(data):
            if line.get("c") in found.others and "p" in line and line["p"] not in found.names:
                key = key_of(line, keys)
                kept += [(line["p"], key)] if key is not None else []
    return kept


def _files(archive: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(archive, "r:") as tar:
        for member in tar:
            if member.name.startswith("files/") and (file := tar.extractfile(member)):
                yield member.name, file.read()


def _tables(archive: Path) -> Iterator[bytes]:
    with tarfile.open(archive, "r:") as tar:
        for member in tar:
            if member.name.endswith(".jsonl.zst") and (file := tar.extractfile(member)):
                yield pa.input_stream(pa.BufferReader(file.read()), compression="zstd").read()


def _came_with(line: dict[str, Any], folders: set[str]) -> bool:
    """Whether the row is of an uploaded file that names him: the file may be called after him, too."""
    return line.get("p", "").startswith(UPLOADED) and any(folder in str(line) for folder in folders)


def _lines(plain: bytes) -> Iterator[dict[str, Any]]:
    return (decode(text) for text in plain.split(b"\n") if b'"s":' in text)


def _mentions(line: dict[str, Any], keys: KeyFile, person: Person) -> bool:
    body = opened(line, keys)
    if body is None:
        return False
    name = line.get("p", "")
    if name.startswith(SEALED):
        return _in_sealed(body, line.get("c"), keys, person)
    return person.may_be_in(body) or (name.startswith(PACKED) and _in_packed(body, person))


def _in_sealed(body: bytes, owner: int | None, keys: KeyFile, person: Person) -> bool:
    """Words that were sealed before they came into the archive, by whichever key of theirs is at hand."""
    stored = keys.customer(owner) if owner is not None else None
    key = vault.unwrap_exported(stored) if stored else vault.workspace_key(workspace_id=person.workspace_id)
    for sealed in (base64.b64decode(value) for value in decode(body) if isinstance(value, str)):
        try:
            if person.may_be_in(vault.open_with(key, (owner or 0) if stored else 0, sealed)):
                return True
        except vault.ShreddedError:
            continue
    return False


def _in_packed(body: bytes, person: Person) -> bool:
    """Bytes of a row stand there as base64."""
    texts = (value for value in decode(body) if isinstance(value, str))
    return any(is_named_in(base64.b64decode(text), person=person) for text in texts if _BASE64.fullmatch(text))
