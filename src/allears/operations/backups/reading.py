"""`allears restore`: an archive into an empty installation, on either database; every count and hash is compared."""

import base64
import errno
import hashlib
import json
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from allears.accounts.models import User, Workspace
from allears.customers import vault
from allears.events.intake.log import Body, intake_path, log_id, moment, open_file
from allears.events.models import IntakeRow
from allears.kit.lazy import LazyModule
from allears.operations.backups import lakes
from allears.operations.backups.errors import BackupError
from allears.operations.backups.keyfile import KeyFile, beside
from allears.operations.backups.rows import Digest, Layout, back, blank, columns_of, decode, read_rows
from allears.operations.backups.schema import ends, models_at
from allears.operations.backups.writing import FORMAT
from allears.store import tables
from allears.store.bulk import insert_rows

pa = LazyModule("pyarrow")
BATCH = 2000
READABLE = range(1, FORMAT + 1)
NOT_BEGUN = gettext_lazy("Nothing was restored.")
HALF_DONE = gettext_lazy("What was restored is not to be used: empty the database and the folder before you try again.")
UNUSABLE = gettext_lazy("The archive is not usable; nothing was restored. Take another one.")


@dataclass(kw_only=True)
class Report:
    """What a restore did."""

    archive: str
    created_at: str
    from_engine: str
    to_engine: str
    tables: int = 0
    rows: int = 0
    unread: int = 0
    lake_files: int = 0
    files: int = 0
    forgotten: int = 0  # rows and files whose key was removed since: they came back without their words, or not at all
    notes: list[str] = field(default_factory=list)


def restore(*, archive: Path) -> Report:
    """Bring everything back; raises BackupError and leaves an empty installation empty."""
    if not archive.is_file():
        raise BackupError(_("There is no file %(path)s. Nothing was restored.") % {"path": archive})
    _refuse_unless_empty()
    report = Report(archive=str(archive), created_at="", from_engine="", to_engine=connection.vendor)
    try:
        with _scratch() as scratch, _keys(archive, report) as keys:
            manifest = unpack(archive, scratch)
            _Restorer(scratch=scratch, manifest=manifest, keys=keys, report=report).run()
    except (OSError, DatabaseError, sqlite3.Error, vault.ShreddedError, vault.WrongSecretError) as error:
        why = _("%(path)s could not be restored: %(why)s.") % {"path": archive, "why": _reason(error)}
        raise BackupError(f"{why} {HALF_DONE if report.tables else NOT_BEGUN}") from error
    return report


@contextmanager
def _scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=".restore-", dir=settings.DATA_DIR))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _keys(archive: Path, report: Report) -> Iterator[KeyFile]:
    path = beside(archive)
    if not path.is_file():
        report.notes.append(
            _("%(path)s is not there: nothing personal could be opened, the facts alone came back") % {"path": path}
        )
    keys = KeyFile(path)
    try:
        yield keys
    finally:
        keys.close()


def _reason(error: Exception) -> str:
    """What stood in the way, for whoever runs the machine."""
    if isinstance(error, vault.ShreddedError):
        return _("the keys beside it are those of another archive")
    if isinstance(error, vault.WrongSecretError):
        return _("ALLEARS_SECRET is not the secret that its keys were wrapped with")
    if getattr(error, "errno", None) == errno.ENOSPC or "disk is full" in str(error):
        return _("the disk is full")
    if isinstance(error, PermissionError):
        return _("this user may not open or write %(path)s") % {"path": error.filename}
    if isinstance(error, sqlite3.Error) and not isinstance(error, sqlite3.OperationalError):
        return _("the keys beside it are damaged")
    return str(error)


def _refuse_unless_empty() -> None:
    if connection.introspection.table_names() and _tables_hold_anything():
        raise BackupError(_("This database holds a workspace already. Nothing was changed; restore into an empty one."))
    if intake_path().exists() and not settings.DATABASE_URL:
        with_rows = open_file(intake_path())
        log_id(with_rows)
        full = with_rows.execute("SELECT 1 FROM intake LIMIT 1").fetchone()
        with_rows.close()
        if full:
            raise BackupError(
                _("Events wait in this data folder. Nothing was changed; name an empty folder with --data.")
            )
    root = Path(settings.LAKE_ROOT)
    if not lakes.is_remote() and root.is_dir() and any(root.iterdir()):
        raise BackupError(
            _("There is a lake at %(path)s already. Nothing was changed; name an empty folder.") % {"path": root}
        )


def _tables_hold_anything() -> bool:
    there = set(connection.introspection.table_names())
    tables = {Workspace._meta.db_table, User._meta.db_table}
    if not tables <= there:
        return False
    return Workspace.objects.exists() or User.objects.exists()


def unpack(archive: Path, scratch: Path) -> dict[str, Any]:
    """Every part in ``scratch``, its hash compared; the manifest. Raises BackupError."""
    try:
        with tarfile.open(archive, "r:") as tar:
            tar.extraction_filter = getattr(tarfile, "data_filter", None)  # from 3.11.4 on
            tar.extractall(scratch, members=[_plain(member) for member in tar])  # noqa: S202 - each was looked at
        manifest: dict[str, Any] = json.loads((scratch / "manifest.json").read_bytes())
        written = manifest["format"]
        listed = list(parts(manifest)) if written in READABLE else []
    except (tarfile.TarError, EOFError, FileNotFoundError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(
            _("%(path)s is no archive of `allears backup`, or only a part of one.") % {"path": archive} + f" {UNUSABLE}"
        ) from error
    if not listed:
        raise BackupError(
            _("%(path)s has format %(format)s; this version reads formats 1 to %(last)s.")
            % {"path": archive, "format": written, "last": FORMAT}
        )
    for part in listed:
        path = scratch / part["file"]
        if not path.is_file():
            raise BackupError(_("%(path)s is missing in the archive.") % {"path": part["file"]} + f" {UNUSABLE}")
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != part["sha256"]:
                raise BackupError(
                    _("%(path)s is damaged: its hash is not the one noted.") % {"path": part["file"]} + f" {UNUSABLE}"
                )
    return manifest


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """The member itself; ValueError for what a back-up never holds: a link, a device, a path out of the folder.

    Debian 12 carries Python 3.11.2, whose tarfile has no filter of its own.
    """
    path = PurePosixPath(member.name)
    if not (member.isreg() or member.isdir()) or path.is_absolute() or ".." in path.parts:
        raise ValueError(f"{member.name} is no plain file of the archive")
    return member


def parts(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Everything of the archive that carries a hash."""
    yield from manifest["tables"].values()
    yield manifest["intake"]
    yield from manifest["files"].values()
    for table in manifest["lake"].values():
        yield from table["files"].values()


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of one part."""
    import io

    with pa.input_stream(str(path), compression="zstd") as raw:
        for line in io.BufferedReader(raw, 1 << 20):
            yield decode(line)


def opened(line: dict[str, Any], keys: KeyFile) -> bytes | None:
    """What was sealed in this line; None when its key is gone.

    A customer's row has a key made of the customer's; where the customer's had to go because another row of theirs
    named somebody who was erased, the keys of the other rows stand there one by one (see forgetting).
    """
    key = key_of(line, keys)
    return None if key is None else vault.open_with(key, line.get("c", 0), base64.b64decode(line["s"]))


def key_of(line: dict[str, Any], keys: KeyFile) -> bytes | None:
    """The key that opens this line alone."""
    stored = keys.customer(line["c"]) if "c" in line else None
    if stored is None:
        return keys.piece(line["p"]) if "p" in line else None
    key = vault.unwrap_exported(stored)
    return vault.key_of_row(key, line["p"]) if "p" in line else key  # format 1 had no key for each row


@dataclass(kw_only=True)
class _Restorer:
    scratch: Path
    manifest: dict[str, Any]
    keys: KeyFile
    report: Report
    _lost: dict[str, int] = field(default_factory=dict)

    def run(self) -> None:
        report = self.report
        report.created_at, report.from_engine = self.manifest["created_at"], self.manifest["engine"]
        models = self._schema()
        self._tables(models, report)
        self._compare(models)
        self._lake(report)
        MigrationExecutor(connection).migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
        vault.import_keys(dict(self.keys.all_customers()))
        self._intake(report)
        self._files(report)
        report.forgotten += sum(self._lost.values())

    def _schema(self) -> dict[str, Any]:
        """Tables as they were when the archive was taken; the models of that time, by label."""
        executor = MigrationExecutor(connection)
        applied = {(app, name) for app, names in self.manifest["migrations"].items() for name in names}
        unknown = applied - set(executor.loader.graph.nodes)
        if unknown:
            app, name = min(unknown)
            raise BackupError(
                _(
                    "The archive is of a newer All Ears (%(version)s; it knows %(change)s). "
                    "Nothing was restored; install that version or a newer one first."
                )
                % {"version": self.manifest["allears"], "change": f"{app}.{name}"}
            )
        if tables.make(wanted=applied):
            executor = MigrationExecutor(connection)
        executor.migrate(ends(executor, applied))
        return models_at(applied)

    def _tables(self, models: dict[str, Any], report: Report) -> None:
        with transaction.atomic(), connection.constraint_checks_disabled():
            for label in self.manifest["tables"]:
                models[label]._base_manager.all().delete()
            for label, about in self.manifest["tables"].items():
                report.rows += self._table(models[label], about)
            self._number_on(models)
        report.tables = len(self.manifest["tables"])
        connection.check_constraints()

    def _table(self, model: Any, about: dict[str, Any]) -> int:
        by_name = {each.attname: each for each in columns_of(model)}
        fields = [by_name[name] for name in about["columns"]]
        columns: list[str] = [str(each.column) for each in fields]
        batch: list[list[Any]] = []
        count = 0
        for values in self._rows(about, fields):
            batch.append([_stored(each, value) for each, value in zip(fields, values, strict=True)])
            count += 1
            if len(batch) == BATCH:
                insert_rows(model, columns, batch)
                batch = []
        if batch:
            insert_rows(model, columns, batch)
        return count

    def _rows(self, about: dict[str, Any], fields: Sequence[Any]) -> Iterator[list[Any]]:
        places = [about["columns"].index(name) for name in about["sealed"]]
        layout = Layout(label=about["file"], fields=tuple(fields), sealed=tuple(places), customer="")
        for line in lines(self.scratch / about["file"]):
            if "s" not in line:
                yield line["r"]
                continue
            data = opened(line, self.keys)
            if data is None:
                self._lost[about["file"]] = self._lost.get(about["file"], 0) + 1
                yield layout.opened(line["r"], [blank(fields[place]) for place in places])
            else:
                yield layout.opened(line["r"], decode(data))

    def _number_on(self, models: dict[str, Any]) -> None:
        """Ids go on where they stood, also past rows that were deleted."""
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                for table, last in self.manifest["sequences"].items():
                    cursor.execute("UPDATE sqlite_sequence SET seq = max(seq, %s) WHERE name = %s", [last, table])
                    if not cursor.rowcount:
                        cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])
                return
            kept = [models[label] for label in self.manifest["tables"]]
            for sql in connection.ops.sequence_reset_sql(no_style(), kept):
                cursor.execute(sql)
            for model in kept:
                last = self.manifest["sequences"].get(model._meta.db_table)
                if last is not None:
                    cursor.execute(
                        "SELECT setval(name, greatest(%s, nextval(name) - 1), true) "
                        "FROM pg_get_serial_sequence(%s, %s) AS name",
                        [max(last, 1), model._meta.db_table, model._meta.pk.column],
                    )

    def _compare(self, models: dict[str, Any]) -> None:
        """Read everything back: the same number of rows with the same content, or nothing stays."""
        for label, about in self.manifest["tables"].items():
            by_name = {each.attname: each for each in columns_of(models[label])}
            layout = Layout(
                label=label, fields=tuple(by_name[name] for name in about["columns"]), sealed=(), customer=""
            )
            digest = Digest()
            for chunk in read_rows(models[label], layout, alias="default"):
                for values, _owner in chunk:
                    digest.add(values)
            same = digest.text() == about["digest"] or about["file"] in self._lost
            if digest.rows != about["rows"] or not same:
                raise BackupError(
                    _(
                        "%(table)s: %(rows)s rows came back of %(all)s, or with another content. What was restored is "
                        "not to be used: empty the database and the folder, and take another archive."
                    )
                    % {"table": label, "rows": digest.rows, "all": about["rows"]}
                )

    def _lake(self, report: Report) -> None:
        for table, about in self.manifest["lake"].items():
            if lakes.is_remote() or not about["files"]:
                report.notes.append(
                    _("lake table %(table)s is not in the archive; its head is version %(version)s")
                    % {"table": table, "version": about["version"]}
                )
                continue
            for name in about["files"]:
                target = lakes.folder(table) / Path(name).relative_to(f"lake/{table}")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(self.scratch / name, target)
                report.lake_files += 1
            if lakes.newest(table) != about["version"]:
                raise BackupError(
                    _("The lake table %(table)s did not come back as version %(version)s.")
                    % {"table": table, "version": about["version"]}
                )

    def _intake(self, report: Report) -> None:
        """Unread bodies, in their order, at the end of the new log: the consumer takes them as ever."""
        digest, bodies = Digest(), []
        for line in lines(self.scratch / self.manifest["intake"]["file"]):
            data = opened(line, self.keys)
            if data is None:
                self._lost["intake"] = self._lost.get("intake", 0) + 1
                continue
            workspace_id, kind, received_us = line["r"]
            digest.add([workspace_id, kind, received_us, hashlib.sha256(data).hexdigest()])
            bodies.append(Body(workspace_id=workspace_id, kind=kind, received_us=received_us, data=data))
        if "intake" not in self._lost and digest.text() != self.manifest["intake"]["digest"]:
            raise BackupError(_("The unread events did not come back as they were. Take another archive."))
        put_back(bodies)
        report.unread = len(bodies)

    def _files(self, report: Report) -> None:
        for name in self.manifest["files"]:
            key = self.keys.piece(name)
            if key is None:
                self._lost[name] = 1
                continue
            target = Path(settings.DATA_DIR) / Path(name).relative_to("files")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch(mode=0o600)
            target.write_bytes(vault.open_with(key, 0, (self.scratch / name).read_bytes()))
            report.files += 1


def put_back(bodies: Sequence[Body]) -> None:
    """Append bodies to this installation's intake log."""
    if connection.vendor == "postgresql":
        IntakeRow.objects.bulk_create(
            (
                IntakeRow(
                    workspace_id=each.workspace_id,
                    kind=each.kind,
                    received_at=moment(each.received_us),
                    body=each.data,
                )
                for each in bodies
            ),
            batch_size=500,
        )
        return
    log = open_file(intake_path())
    log_id(log)
    log.execute("BEGIN")
    log.executemany(
        "INSERT INTO intake (workspace_id, kind, received_us, body) VALUES (?, ?, ?, ?)",
        [(each.workspace_id, each.kind, each.received_us, each.data) for each in bodies],
    )
    log.execute("COMMIT")
    log.close()


def _stored(each: Any, value: Any) -> Any:
    """As the database takes it; JSON is text already."""
    found = back(each, value)
    if found is None or each.get_internal_type() in {"JSONField", "DateTimeField"}:
        return found
    return each.get_db_prep_save(found, connection)
