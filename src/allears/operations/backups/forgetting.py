"""A person who is erased is forgotten in every archive: his key goes, and the keys of the pieces that mention him."""

import tarfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from allears.customers import vault
from allears.customers.rights.person import Person
from allears.kit.lazy import LazyModule
from allears.operations.backups.keeping import SUFFIX, folder
from allears.operations.backups.keyfile import KeyFile, beside
from allears.operations.backups.reading import opened
from allears.operations.backups.rows import decode
from allears.operations.models import Backup

pa = LazyModule("pyarrow")


def forget(*, person: Person, now: datetime) -> int:
    """Remove keys beside every archive this installation knows of; how many were removed."""
    return sum(_forget_in(path, person) for path in archives())


def archives() -> list[Path]:
    """Those written here and still in their place, and whatever else stands in the folder of back-ups."""
    known = {Path(path) for path in Backup.objects.filter(removed_at__isnull=True).values_list("path", flat=True)}
    return sorted(path for path in {*known, *folder().glob(f"*{SUFFIX}")} if path.is_file() and beside(path).is_file())


def _forget_in(archive: Path, person: Person) -> int:
    keys = KeyFile(beside(archive))
    try:
        pieces = list(_mentioning(archive, keys, person))
        return keys.forget(customers=person.ids, pieces=pieces)
    finally:
        keys.close()


def _mentioning(archive: Path, keys: KeyFile, person: Person) -> Iterator[str]:
    with tarfile.open(archive, "r:") as tar:
        for member in tar:
            file = tar.extractfile(member)
            if file is None:
                continue
            if member.name.endswith(".jsonl.zst"):
                yield from _rows_mentioning(file.read(), keys, person)
            elif member.name.startswith("files/"):
                key = keys.piece(member.name)
                if key is not None and person.may_be_in(vault.open_with(key, 0, file.read())):
                    yield member.name


def _rows_mentioning(data: bytes, keys: KeyFile, person: Person) -> Iterator[str]:
    plain = pa.input_stream(pa.BufferReader(data), compression="zstd").read()
    for text in plain.split(b"\n"):
        line: dict[str, Any] = decode(text) if b'"p":' in text else {}
        if "p" in line:
            body = opened(line, keys)
            if body is not None and person.may_be_in(body):
                yield line["p"]
