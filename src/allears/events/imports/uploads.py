"""Files that come through the console or the API: kept, read by the worker, looked at, then started."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from allears.accounts.models import Workspace
from allears.events.imports import actions, files, mapping, staging
from allears.events.imports.actions import Prepared, Trial
from allears.events.imports.converting import Converter, Score, file_moment
from allears.events.imports.errors import ImportUseError
from allears.events.imports.kinds import Kind, Row, kind_named
from allears.events.imports.mapping import Mapping as ColumnMapping
from allears.events.imports.reading import open_table
from allears.events.imports.reasons import in_words
from allears.events.models import Import
from allears.jobs.queue import enqueue

AT_ONCE_BYTES = 4 << 20  # a smaller file is read while its sender waits
AT_ONCE_ROWS = 20_000
PREVIEW_ROWS = 20
SAMPLES = 3


@dataclass(frozen=True, kw_only=True)
class PreviewRow:
    """One row as it will be understood, in words; or why it cannot be."""

    number: int
    values: dict[str, str] = field(default_factory=dict)
    column: str = ""
    reason: str = ""


@transaction.atomic
def receive(
    *,
    workspace: Workspace,
    kind_name: str,
    filename: str,
    blocks: Iterable[bytes],
    actor_id: int | None,
    now: datetime,
    given: Mapping[str, Any] | None = None,
    file_time: datetime | None = None,
) -> Import:
    """Keep an uploaded file and have it read: at once when it is small, else by the worker."""
    kind = kind_named(kind_name)
    folder = files.folder_named(uuid4().hex)
    files.keep_upload(folder, blocks)
    wanted = {"mapping": dict(given or {}), "modified": (file_time or now).isoformat()}
    return take_in(
        workspace=workspace,
        kind_name=kind.name,
        filename=filename,
        path=folder.name,
        wanted=wanted,
        actor_id=actor_id,
        now=now,
    )


def take_in(
    *,
    workspace: Workspace,
    kind_name: str,
    filename: str,
    path: str,
    wanted: Mapping[str, Any],
    actor_id: int | None,
    now: datetime,
) -> Import:
    """Make the whole file that lies in the folder ``path`` an import.

    ``wanted``: its ``mapping``; ``modified``, the file's own date; ``start``: carry it in when it has been read;
    ``sha256``: what its bytes must be.
    """
    kept = {name: wanted[name] for name in ("start", "sha256") if wanted.get(name)}
    row: Import = Import.objects.create(
        workspace_id=workspace.pk,
        kind=kind_name,
        filename=filename[:255],
        path=path,
        mapping={
            "given": dict(wanted.get("mapping") or {}),
            "file_moment": wanted.get("modified") or now.isoformat(),
            "said_in": get_language() or "en",
            **kept,
        },
        created_by_id=actor_id,
        created_at=now,
    )
    if files.upload_of(row).stat().st_size <= AT_ONCE_BYTES:
        understand(row=row)
    else:
        _queue("read_upload", row)
    return row


def _queue(task: str, row: Import) -> None:
    enqueue(
        task=f"allears.events.imports.jobs.{task}",
        arguments={"workspace_id": row.workspace_id, "import_id": row.pk},
        unique_key=f"import-{task}:{row.pk}",
        queue="long",
    )


def understand(*, row: Import) -> None:
    """Stage the uploaded file and propose its mapping; a file that cannot be read fails the import with its reason."""
    given = row.mapping.get("given", {})
    path = files.upload_of(row)
    try:
        _identify(row, path)
        table = open_table(path, mapping.format_options(given), of_turns=kind_named(row.kind).of_turns)
        staged = staging.stage(table, files.staged_folder(row))
        document = _document(row, staged, given)
    except ImportUseError as error:
        row.state, row.error = Import.State.FAILED, str(error)
        row.save(update_fields=["state", "error", "digest"])
        files.forget_files(row)
        return
    if not staged.about.get("others"):  # a workbook's other sheets may yet be chosen
        path.unlink(missing_ok=True)
    wanted = row.mapping.get("start", False)
    row.rows_total, row.mapping = staged.rows, document
    row.save(update_fields=["rows_total", "mapping", "digest"])
    if wanted:
        _start_or_fail(row)


def _identify(row: Import, path: Path) -> None:
    """The file's digest, by which it is known when it comes again; what it must be, it is."""
    row.digest = files.digest_of(path)
    stated = row.mapping.get("sha256", row.digest)
    if stated != row.digest:
        raise ImportUseError("file", _("The file is not the one that was sent: its checksum differs. Send it again."))


@transaction.atomic
def choose_sheet(*, row: Import, sheet: str) -> None:
    """Read another sheet of the workbook in place of this one; the mapping is proposed anew."""
    path = files.upload_of(row)
    if row.state != Import.State.UPLOADED or row.rows_total is None or not path.exists():
        raise ImportUseError(
            "sheet", _("Another sheet can be chosen only before the import starts. Send the file again.")
        )
    about = row.mapping.get("about", {})
    if sheet not in (offered := [about.get("sheet", ""), *about.get("others", [])]):
        message = _("There is no sheet “%(name)s”. The workbook has: %(names)s.")
        raise ImportUseError("sheet", message % {"name": sheet, "names": ", ".join(offered)})
    files.remove_folder(files.staged_folder(row))
    kept = {name: row.mapping[name] for name in ("file_moment", "said_in")}
    row.mapping, row.rows_total = kept | {"given": {"format": {"sheet": sheet}}}, None
    row.save(update_fields=["mapping", "rows_total"])
    if path.stat().st_size <= AT_ONCE_BYTES:
        understand(row=row)
    else:
        _queue("read_upload", row)


def _start_or_fail(row: Import) -> None:
    """The sender is gone: what cannot start waits with its problem told, for somebody to look at."""
    try:
        start_when_read(row=row, actor_id=None, now=row.created_at)
    except ImportUseError as error:
        row.error = str(error)
        row.save(update_fields=["error"])


def _document(row: Import, staged: staging.Staged, given: Mapping[str, Any]) -> dict[str, Any]:
    workspace = Workspace.objects.get(pk=row.workspace_id)
    chosen = actions.choose(
        workspace=workspace,
        kind=kind_named(row.kind),
        staged=staged,
        filename=row.filename,
        given=given,
        strict=False,
    )
    columns = [
        {"name": each.name, "samples": list(dict.fromkeys(value[:80] for value in each.values))[:SAMPLES]}
        for each in chosen.profiles
    ]
    document = actions.document_of(chosen=chosen.mapping, staged=staged, warnings=chosen.warnings)
    return document | {"file_moment": row.mapping["file_moment"], "samples": columns}


def prepared(row: Import) -> Prepared:
    """An uploaded import as if it had just been prepared."""
    staged = staging.find(files.staged_folder(row))
    if staged is None:
        raise ImportUseError("file", _("The import’s file is gone from the data folder. Send the file again."))
    kind = kind_named(row.kind)
    stored, problem = _stored(row, kind, staged)
    return Prepared(
        workspace=Workspace.objects.get(pk=row.workspace_id),
        kind=kind,
        filename=row.filename,
        digest=row.digest,
        file_time=files.source_time(row),
        folder=files.folder_of(row),
        staged=staged,
        profiles=[],
        mapping=stored,
        warnings=row.mapping.get("warnings", []),
        problem=problem,
    )


def _stored(row: Import, kind: Kind, staged: staging.Staged) -> tuple[ColumnMapping, ImportUseError | None]:
    found = mapping.read(row.mapping, kind=kind, columns=staged.columns)
    try:
        mapping.check(found, kind)
    except ImportUseError as error:
        return found, error
    return found, None


@transaction.atomic
def remap(*, row: Import, given: Mapping[str, Any], replace_all: bool = False) -> ColumnMapping:
    """Lay ``given`` over the stored mapping (or take it alone) and keep the result; raises ``ImportUseError``."""
    ready = prepared(row)
    base = replace(ready.mapping, fields={}) if replace_all else ready.mapping
    changed = mapping.parse(
        dict(given), kind=ready.kind, columns=ready.staged.columns, proposed=base, origin="page", whole=False
    )
    row.mapping = {name: value for name, value in row.mapping.items() if name != "trial"}
    actions.change_mapping(row=row, changed=changed)
    return changed


def preview(row: Import, *, count: int = PREVIEW_ROWS, chosen: bool = True) -> list[PreviewRow]:
    """The first rows as they will be understood; without what was ``chosen`` for entries, as they stand there."""
    ready = prepared(row)
    rows = ready.staged.block(start=0, count=count)
    made = ready.mapping if chosen else _as_they_stand(ready.mapping)
    moment = file_moment(made, ready.file_time)
    good, bad = Converter(kind=ready.kind, mapping=made, staged=ready.staged, moment=moment).convert(rows)
    zone = ZoneInfo(made.timezone or "UTC")
    shown = {each.number: PreviewRow(number=each.number, values=_words(each, zone)) for each in good}
    shown |= {
        each.number: PreviewRow(number=each.number, column=each.field, reason=in_words(each.reason)) for each in bad
    }
    return [shown[number] for number in sorted(shown)]


def _as_they_stand(made: ColumnMapping) -> ColumnMapping:
    return replace(made, fields={name: replace(each, values={}) for name, each in made.fields.items()})


def _words(row: Row, zone: ZoneInfo) -> dict[str, str]:
    return {name: _word(value, zone) for name, value in row.values.items() if not name.endswith("_fallback")}


def _word(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, Score):
        return f"{value.metric.upper()} {value.value}"
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M} {zone.key}"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)[:200]


def ask_trial(*, row: Import, now: datetime) -> None:
    """Judge every row without writing: at once for a small file, else by the worker."""
    if (row.rows_total or 0) <= AT_ONCE_ROWS:
        keep_trial(row=row, now=now)
    else:
        _note(row, {"running": True})
        _queue("try_import", row)


def keep_trial(*, row: Import, now: datetime) -> None:
    """Run the trial and keep its result beside the mapping."""
    found = actions.attempt(prepared=prepared(row), now=now)
    _note(row, trial_document(found))


def trial_document(found: Trial) -> dict[str, Any]:
    reasons = [{"field": name, "reason": reason, "count": count} for name, reason, count in found.reasons]
    return {"rows": found.rows, "good": found.good, "repeated": found.repeated, "bad": found.bad, "reasons": reasons}


def trial_of(row: Import) -> dict[str, Any] | None:
    """The trial that was kept, its reasons in the reader's words."""
    kept: dict[str, Any] | None = row.mapping.get("trial")
    if not kept or "reasons" not in kept:
        return kept
    return {**kept, "reasons": [{**each, "reason": in_words(each["reason"])} for each in kept["reasons"]]}


def _note(row: Import, trial: dict[str, Any]) -> None:
    row.mapping = row.mapping | {"trial": trial}
    Import.objects.in_workspace(row.workspace_id).filter(pk=row.pk, state=Import.State.UPLOADED).update(
        mapping=row.mapping
    )


@transaction.atomic
def start_when_read(*, row: Import, actor_id: int | None, now: datetime) -> None:
    """Start it now, or as soon as the worker has read it; a mapping that lacks what every row needs is refused."""
    if row.rows_total is None:
        row.mapping = row.mapping | {"start": True}
        row.save(update_fields=["mapping"])
        return
    if problem := prepared(row).problem:
        raise problem
    actions.start(row=row, actor_id=actor_id, now=now)


@transaction.atomic
def discard(*, row: Import) -> None:
    """Forget an uploaded file that was never started."""
    removed, _each = (
        Import.objects.in_workspace(row.workspace_id)
        .filter(pk=row.pk, state__in=[Import.State.UPLOADED, Import.State.FAILED], rows_read=0)
        .delete()
    )
    if not removed:
        raise ImportUseError("state", _("This import has started; undo it instead."))
    transaction.on_commit(lambda: files.forget_files(row))
