"""`allears backup`: one archive of everything, taken while the installation runs."""

import hashlib
import json
import logging
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, connections, models
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from allears.customers import vault
from allears.customers.models import Customer, CustomerKey
from allears.jobs.models import LakeHead
from allears.kit.lazy import LazyModule
from allears.operations.backups import schema
from allears.operations.backups.errors import BackupError
from allears.operations.backups.keyfile import NewKeyFile, beside
from allears.operations.backups.rows import Digest, Layout, blank, encode, kept_models, layout_of, read_rows
from allears.operations.backups.snapshot import Snapshot, snapshot
from allears.operations.models import Backup

pa = LazyModule("pyarrow")
logger = logging.getLogger(__name__)
FORMAT = 2
TRIES = 3
FOLDERS = ("imports", "models", "run/outbox")  # of the data folder: uploads, trained models, the sender's journal
FILES = ("secret_key",)
SCRATCH = ".backup-"  # begins the name of the folder where an archive is put together


class LakeMovedError(RuntimeError):
    """A file of the lake went away while it was copied; a new moment is needed."""


@dataclass
class Manifest:
    """What an archive says of itself; `restore` compares all of it."""

    created_at: str
    allears: str
    engine: str
    migrations: dict[str, list[str]]
    format: int = FORMAT
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    intake: dict[str, Any] = field(default_factory=dict)
    lake: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(table["rows"] for table in self.tables.values())


def back_up(*, target: Path, now: datetime, cause: str = Backup.Cause.BY_HAND) -> Backup:
    """Write the archive ``target`` and its keys beside it; raises BackupError, then nothing is left behind."""
    if target.exists():
        raise BackupError(_("%(path)s is there already. Nothing was written; name another file.") % {"path": target})
    if not schema.applied():
        raise BackupError(_("There is no All Ears in this database yet, so there is nothing to keep."))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    row = Backup(path=str(target.resolve()), cause=cause, begun_at=now)
    _note(row)
    try:
        manifest = _try_to_write(target)
    except (OSError, sqlite3.Error, DatabaseError, BackupError, LakeMovedError) as error:
        row.error = f"{type(error).__name__}: {error}"
        _note(row)
        says = _("The back-up could not be written: %(error)s. Nothing was left behind.")
        raise BackupError(says % {"error": error}) from error
    from django.utils import timezone

    row.finished_at, row.size, row.rows = timezone.now(), target.stat().st_size, manifest.rows
    _note(row)
    return row


def _note(row: Backup) -> None:
    """Remember it, unless the database is older than that memory."""
    if Backup._meta.db_table in connection.introspection.table_names():
        row.save()


def _try_to_write(target: Path) -> Manifest:
    for attempt in range(1, TRIES + 1):
        scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=target.parent))
        try:
            return _write(target, scratch)
        except LakeMovedError:
            if attempt == TRIES:
                raise
            logger.info("the lake was tidied meanwhile; taking a new moment")
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    raise AssertionError


def _write(target: Path, scratch: Path) -> Manifest:
    part, keys_part = scratch / "archive.tar", scratch / "keys"
    keys = NewKeyFile(keys_part)
    with tarfile.open(part, "w") as tar, snapshot(scratch) as moment:
        old = schema.waiting()
        writer = _Writer(
            tar=tar,
            scratch=scratch,
            keys=keys,
            moment=moment,
            tables=kept_models(schema.models_at(schema.applied()).values() if old else None),
            sealable=CustomerKey._meta.db_table in connection.introspection.table_names(),
        )
        manifest = writer.everything()
        writer.add_bytes("manifest.json", json.dumps(vars(manifest), indent=1, sort_keys=True).encode())
    keys.close()
    for path in (part, keys_part):
        path.chmod(0o600)
        with path.open("rb") as file:
            os.fsync(file.fileno())
    keys_part.rename(beside(target))
    part.rename(target)
    return manifest


@dataclass(kw_only=True)
class _Writer:
    tar: tarfile.TarFile
    scratch: Path
    keys: NewKeyFile
    moment: Snapshot
    tables: Sequence[type[models.Model]]
    sealable: bool = True  # the vault has its table
    _known: dict[int, bytes] = field(default_factory=dict)

    def everything(self) -> Manifest:
        alias = self.moment.alias
        applied: dict[str, list[str]] = {}
        for app, name in sorted(MigrationRecorder(connections[alias]).applied_migrations()):
            applied.setdefault(app, []).append(name)
        from django.utils import timezone

        manifest = Manifest(
            created_at=timezone.now().isoformat(),
            allears=installed_version("allears"),
            engine=connections[alias].vendor,
            migrations=applied,
        )
        for model in self.tables:
            manifest.tables[model._meta.label] = self._table(model)
        manifest.sequences = sequences(alias, self.tables)
        manifest.intake = self._intake()
        manifest.lake = self._lake()
        manifest.files = self._files()
        return manifest

    # Tables

    def _table(self, model: type[models.Model]) -> dict[str, Any]:
        layout, digest = layout_of(model), Digest()
        path = self.scratch / "rows"
        with pa.output_stream(str(path), compression="zstd") as out:
            for chunk in read_rows(model, layout, alias=self.moment.alias):
                out.write(b"".join(encode(line) + b"\n" for line in self._lines(layout, chunk, digest)))
        columns = [each.attname for each in layout.fields]
        return {
            "rows": digest.rows,
            "digest": digest.text(),
            "columns": columns,
            "sealed": [columns[place] for place in layout.sealed],
            **self._add(f"tables/{layout.label}.jsonl.zst", path),
        }

    def _lines(
        self, layout: Layout, chunk: Sequence[tuple[list[Any], int | None]], digest: Digest
    ) -> Iterator[dict[str, Any]]:
        if layout.personal and layout.customer:
            self._learn([owner for _values, owner in chunk if owner is not None])
        for values, owner in chunk:
            line = self._line(layout, values, owner, digest.rows)
            digest.add(values)
            yield line

    def _line(self, layout: Layout, values: list[Any], owner: int | None, number: int) -> dict[str, Any]:
        """One row; a personal one with its columns sealed, ``values`` blanked where nothing can seal them."""
        if not layout.personal:
            return {"r": values}
        hidden = encode([values[place] for place in layout.sealed])
        open_ = [None if place in layout.sealed else value for place, value in enumerate(values)]
        name = f"{layout.label}:{number}"
        if layout.customer and owner is not None:
            key = self._known.get(owner)
            if key is not None:
                sealed = vault.seal_with(vault.key_of_row(key, name), owner, hidden)
                return {"r": open_, "c": owner, "p": name, "s": _text(sealed)}
            for place in layout.sealed:  # the customer was erased since this moment
                values[place] = blank(layout.fields[place])
            return {"r": values}
        return {"r": open_, "p": name, "s": _text(vault.seal_with(self.keys.piece(name), 0, hidden))}

    def _learn(self, owners: Sequence[int]) -> None:
        """Have the keys of these customers at hand, and in the file beside the archive."""
        fresh = sorted({each for each in owners if each not in self._known})
        there = set(Customer.objects.across_workspaces().filter(id__in=fresh).values_list("id", flat=True))
        if not there:
            return
        if not self.sealable:  # an older database: keys of this archive alone
            made = {each: os.urandom(vault.KEY_BYTES) for each in there}
            self._known |= made
            self.keys.customers((each, vault.PLAIN + key) for each, key in made.items())
            return
        self._known |= vault.keys_for(customer_ids=sorted(there))
        self.keys.customers(vault.exported(customer_ids=sorted(there)))

    # The rest

    def _intake(self) -> dict[str, Any]:
        digest = Digest()
        path = self.scratch / "rows"
        with pa.output_stream(str(path), compression="zstd") as out:
            for body in self.moment.unread():
                name = f"intake:{digest.rows}"
                sealed = vault.seal_with(self.keys.piece(name), 0, body.data)
                digest.add([body.workspace_id, body.kind, body.received_us, hashlib.sha256(body.data).hexdigest()])
                line = {"r": [body.workspace_id, body.kind, body.received_us], "p": name, "s": _text(sealed)}
                out.write(encode(line) + b"\n")
        return {"rows": digest.rows, "digest": digest.text(), **self._add("intake.jsonl.zst", path)}

    def _lake(self) -> dict[str, dict[str, Any]]:
        """Each table as its head of this moment names it; a lake elsewhere is named, not copied."""
        from allears.operations.backups import lakes

        found: dict[str, dict[str, Any]] = {}
        heads = LakeHead.objects.using(self.moment.alias).exclude(version=None).order_by("table")
        for table, version in heads.values_list("table", "version"):
            assert version is not None
            about: dict[str, Any] = {"version": version, "files": {}}
            found[table] = about
            if lakes.is_remote():
                continue
            for path in lakes.files_of(table=table, version=version):
                name = f"lake/{table}/{path.relative_to(Path(settings.LAKE_ROOT) / table)}"
                try:
                    about["files"][name] = self._add(name, path, keep=True)
                except FileNotFoundError as error:
                    raise LakeMovedError(str(path)) from error
        return found

    def _files(self) -> dict[str, dict[str, Any]]:
        root = Path(settings.DATA_DIR)
        paths = [root / name for name in FILES if (root / name).is_file()]
        for folder in FOLDERS:
            paths += sorted(each for each in (root / folder).rglob("*") if each.is_file() and not each.is_symlink())
        found = {}
        for path in paths:
            name = f"files/{path.relative_to(root)}"
            try:
                data = path.read_bytes()
            except FileNotFoundError:
                continue  # an upload or a journal that was done with meanwhile
            sealed = self.scratch / "sealed"
            sealed.write_bytes(vault.seal_with(self.keys.piece(name), 0, data))
            found[name] = {"bytes": len(data), **self._add(name, sealed)}
        return found

    def _add(self, name: str, path: Path, *, keep: bool = False) -> dict[str, Any]:
        """Put a file into the archive; its place, size and hash there."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            info = self.tar.gettarinfo(arcname=name, fileobj=file)
            info.uid = info.gid = 0
            info.uname = info.gname = ""
            info.type = tarfile.REGTYPE  # a second name of one file is a whole file here
            info.size = os.fstat(file.fileno()).st_size
            self.tar.addfile(info, file)
        if not keep:
            path.unlink()
        return {"file": name, "size": info.size, "sha256": digest}

    def add_bytes(self, name: str, data: bytes) -> None:
        path = self.scratch / "bytes"
        path.write_bytes(data)
        self._add(name, path)


def _text(data: bytes) -> str:
    import base64

    return base64.b64encode(data).decode()


def sequences(alias: str, models: Sequence[type[models.Model]]) -> dict[str, int]:
    """The last number given out for each table, so that no id of a deleted row comes back."""
    with connections[alias].cursor() as cursor:
        if connections[alias].vendor == "sqlite":
            cursor.execute("SELECT name, seq FROM sqlite_sequence")
            return {str(name): int(seq) for name, seq in cursor.fetchall()}
        found = {}
        for model in models:
            field_ = model._meta.pk
            if field_ is None or not field_.get_internal_type().endswith("AutoField"):
                continue
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [model._meta.db_table, field_.column])
            (name,) = cursor.fetchone()
            cursor.execute(f"SELECT last_value, is_called FROM {name}")  # noqa: S608 - the database's own name
            last, called = cursor.fetchone()
            if called:
                found[model._meta.db_table] = int(last)
        return found
