"""What is done with files: prepared, tried, carried in, undone."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from allears.accounts.audit import audit
from allears.accounts.models import Workspace
from allears.events.imports import files, mapping, saving, staging
from allears.events.imports.acquaintance import Acquaintance
from allears.events.imports.converting import Converter, file_moment
from allears.events.imports.errors import ImportUseError
from allears.events.imports.kinds import BadRow, Chunk, Kind, Outcome, kind_named
from allears.events.imports.mapping import FieldMap
from allears.events.imports.mapping import Mapping as ColumnMapping
from allears.events.imports.profiling import Profile, profile
from allears.events.imports.proposing import propose
from allears.events.imports.queries import same_file, saved_mapping
from allears.events.imports.reading import open_table
from allears.events.imports.running import BROUGHT_BY, CHUNK_ROWS, KEYED
from allears.events.imports.staging import Staged
from allears.events.models import Import, QuarantinedRow
from allears.jobs.queue import enqueue

PREVIEW_ROWS = 20
MOST_REASONS = 50


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A file that has been read and understood; nothing is in the database yet."""

    workspace: Workspace
    kind: Kind
    filename: str
    digest: str
    file_time: datetime
    folder: Path
    staged: Staged
    profiles: list[Profile]
    mapping: ColumnMapping
    warnings: list[str]
    problem: ImportUseError | None = None  # why it cannot run as it is mapped now


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What an import would do. ``reasons`` counts (field, reason) of the rows that would go to quarantine."""

    rows: int
    good: int
    repeated: int
    bad: int
    reasons: list[tuple[str, str, int]] = field(default_factory=list)


def prepare(
    *,
    workspace: Workspace,
    kind_name: str,
    path: Path,
    filename: str,
    given: Mapping[str, Any] | None = None,
    file_time: datetime | None = None,
    on_progress: Callable[[int], None] | None = None,
    strict: bool = True,
    mapping_name: str = "",
) -> Prepared:
    """Read the file into a folder of its own and decide on a mapping; raises ``ImportUseError``.

    The mapping is, in this order: what ``given`` says, the one saved as ``mapping_name`` or for these columns, what was
    used last for a file with these columns, the proposal.
    With ``strict`` a mapping that lacks what every row needs is an error; without, it is told in ``problem``.
    """
    kind = kind_named(kind_name)
    options = mapping.format_options(given or {})
    table = open_table(path, options, of_turns=kind.of_turns)
    folder = files.folder_named(uuid4().hex)
    staged = staging.stage(table, folder / "staged", on_progress=on_progress)
    try:
        chosen = choose(
            workspace=workspace,
            kind=kind,
            staged=staged,
            filename=filename,
            given=given or {},
            strict=strict,
            mapping_name=mapping_name,
        )
    except ImportUseError:
        discard(folder=folder)
        raise
    return Prepared(
        workspace=workspace,
        kind=kind,
        filename=filename[:255],
        digest=files.digest_of(path),
        file_time=file_time or datetime.fromtimestamp(path.stat().st_mtime, UTC),
        folder=folder,
        staged=staged,
        profiles=chosen.profiles,
        mapping=chosen.mapping,
        warnings=chosen.warnings,
        problem=chosen.problem,
    )


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The mapping decided on for a staged file."""

    profiles: list[Profile]
    mapping: ColumnMapping
    warnings: list[str]
    problem: ImportUseError | None


def choose(
    *,
    workspace: Workspace,
    kind: Kind,
    staged: Staged,
    filename: str,
    given: Mapping[str, Any],
    strict: bool,
    mapping_name: str = "",
) -> Choice:
    """Decide on a mapping of a staged file, see ``prepare``."""
    profiles = profile(staged)
    proposal = propose(kind, staged, profiles, filename=filename, timezone=workspace.timezone)
    chosen, warnings, problem = proposal.mapping, list(proposal.warnings), None
    warnings += _of_the_file(staged)
    named = saving.for_columns(workspace_id=workspace.pk, kind=kind, columns=staged.columns, name=mapping_name)
    if named:
        chosen = named
        warnings.insert(0, _("The mapping saved for a file with these columns is used."))
    elif used := saved_mapping(workspace_id=workspace.pk, kind=kind, columns=staged.columns):
        chosen = used
        warnings.insert(0, _("The mapping used last for a file with these columns is used again."))
    try:
        chosen = mapping.parse(dict(given), kind=kind, columns=staged.columns, proposed=chosen) if given else chosen
        mapping.check(chosen, kind)
    except ImportUseError as error:
        if strict:
            raise
        problem = error
    return Choice(profiles=profiles, mapping=chosen, warnings=warnings, problem=problem)


def _of_the_file(staged: Staged) -> list[str]:
    """What was left aside when the file was read, and the way to it."""
    found = []
    if (others := staged.about.get("others")) and not staged.about.get("chosen"):
        message = _(
            "The sheet “%(sheet)s” was read. The workbook also has: %(others)s. To import one of these as well, send "
            "the file again and choose that sheet, or name it as “sheet” under “format” in a mapping."
        )
        found.append(message % {"sheet": staged.about.get("sheet"), "others": ", ".join(others)})
    if totals := staged.about.get("totals"):
        message = ngettext(
            "The last row sums the table up and was left out.",
            "The last %(n)d rows sum the table up and were left out.",
            totals,
        )
        found.append(message % {"n": totals})
    if merged := staged.about.get("merged"):
        message = ngettext(
            "%(n)d cell within one merged over several rows was filled with its value, as the sheet shows it.",
            "%(n)d cells within ones merged over several rows were filled with their value, as the sheet shows them.",
            merged,
        )
        found.append(message % {"n": merged})
    return found


def discard(*, folder: Path) -> None:
    """Forget a prepared file."""
    files.remove_folder(folder)


def attempt(*, prepared: Prepared, now: datetime) -> Trial:
    """Run everything and keep nothing: the same code as the import, each chunk rolled back."""
    staged, counts, reasons = prepared.staged, Counter[str](), Counter[tuple[str, str]]()
    moment = file_moment(prepared.mapping, prepared.file_time)
    converter = Converter(kind=prepared.kind, mapping=prepared.mapping, staged=staged, moment=moment)
    for start in range(0, staged.rows, CHUNK_ROWS):
        rows = staged.block(start=start, count=CHUNK_ROWS)
        good, bad = converter.convert(rows)
        chunk = Chunk(
            workspace_id=prepared.workspace.pk,
            import_id=0,
            rows=good,
            now=now,
            file_time=moment,
            source=prepared.filename,
            announce=False,
            acquaintance=Acquaintance(),
        )
        outcome = _rolled_back(prepared.kind, chunk) if good else Outcome()
        everything: list[BadRow] = [*bad, *outcome.bad]
        counts.update(rows=len(rows), bad=len(everything), repeated=outcome.repeated)
        reasons.update((each.field, each.reason) for each in everything)
    good_rows = counts["rows"] - counts["bad"] - counts["repeated"]
    told = [(name, reason, count) for (name, reason), count in reasons.most_common(MOST_REASONS)]
    return Trial(rows=counts["rows"], good=good_rows, repeated=counts["repeated"], bad=counts["bad"], reasons=told)


def _rolled_back(kind: Kind, chunk: Chunk) -> Outcome:
    with transaction.atomic():
        outcome = kind.load(chunk)
        transaction.set_rollback(True)
    return outcome


def document_of(*, chosen: ColumnMapping, staged: Staged, warnings: list[str]) -> dict[str, Any]:
    """What an import keeps of its mapping and its file."""
    return chosen.to_json() | {
        "origin": chosen.origin,
        "signature": mapping.signature(staged.columns),
        "columns": staged.columns,
        "warnings": warnings,
        "first": staged.about["first"],
        "keyed": KEYED,
        "said_in": get_language() or "en",  # warnings are written for whoever brought the file
        "about": {name: value for name, value in staged.about.items() if name != "first"},
    }


@transaction.atomic
def register(
    *, prepared: Prepared, actor_id: int | None, now: datetime, started: bool = True, brought_by: int | None = None
) -> Import:
    """Make the prepared file an import of the workspace. Rows that an earlier run of the same file left in
    quarantine are judged anew by this one, so they are closed there. A source that reads rows time and again
    is named by ``brought_by``: its bad rows wait once."""
    document = document_of(chosen=prepared.mapping, staged=prepared.staged, warnings=prepared.warnings)
    document["file_moment"] = prepared.file_time.isoformat()
    if brought_by is not None:
        document[BROUGHT_BY] = brought_by
    row: Import = Import.objects.create(
        workspace_id=prepared.workspace.pk,
        kind=prepared.kind.name,
        filename=prepared.filename,
        path=prepared.folder.name,
        digest=prepared.digest,
        mapping=document,
        state=Import.State.RUNNING if started else Import.State.UPLOADED,
        rows_total=prepared.staged.rows,
        created_by_id=actor_id,
        created_at=now,
    )
    if started:
        _begin(row, actor_id=actor_id, now=now)
    return row


def _begin(row: Import, *, actor_id: int | None, now: datetime) -> None:
    earlier = same_file(workspace_id=row.workspace_id, kind=row.kind, digest=row.digest).exclude(pk=row.pk)
    QuarantinedRow.objects.in_workspace(row.workspace_id).filter(
        import_file__in=earlier, resolved_at__isnull=True
    ).update(resolved_at=now)
    audit(
        workspace_id=row.workspace_id,
        actor_id=actor_id,
        verb="events.import.started",
        subject=f"import:{row.pk}",
        detail={"kind": row.kind, "rows": row.rows_total},
    )


@transaction.atomic
def start(*, row: Import, actor_id: int | None, now: datetime) -> None:
    """Have the worker carry an uploaded file in."""
    started = (
        Import.objects.in_workspace(row.workspace_id)
        .filter(pk=row.pk, state=Import.State.UPLOADED)
        .update(state=Import.State.RUNNING)
    )
    if not started:
        raise ImportUseError("state", _("This import has been started already."))
    files.upload_of(row).unlink(missing_ok=True)  # what is carried in is staged beside it
    _begin(row, actor_id=actor_id, now=now)
    queue_run(row=row)


@transaction.atomic
def stop(*, row: Import, actor_id: int | None, now: datetime) -> None:
    """Have a running import stop after its present chunk; what came in stays, and it may go on or be undone."""
    stopped = (
        Import.objects.in_workspace(row.workspace_id)
        .filter(pk=row.pk, state=Import.State.RUNNING)
        .update(state=Import.State.STOPPED, finished_at=now)
    )
    if not stopped:
        raise ImportUseError("state", _("This import does not run now."))
    subject = f"import:{row.pk}"
    audit(workspace_id=row.workspace_id, actor_id=actor_id, verb="events.import.stopped", subject=subject)


@transaction.atomic
def go_on(*, row: Import, actor_id: int | None, queued: bool = True) -> None:
    """Let a stopped import go on where it stands."""
    resumed = (
        Import.objects.in_workspace(row.workspace_id)
        .filter(pk=row.pk, state=Import.State.STOPPED)
        .update(state=Import.State.RUNNING, finished_at=None)
    )
    if not resumed:
        raise ImportUseError("state", _("This import was not stopped."))
    subject = f"import:{row.pk}"
    audit(workspace_id=row.workspace_id, actor_id=actor_id, verb="events.import.resumed", subject=subject)
    if queued:
        queue_run(row=row)


def queue_run(*, row: Import) -> None:
    """Queue the import's run; it goes on where it stands."""
    enqueue(
        task="allears.events.imports.jobs.run_import",
        arguments={"workspace_id": row.workspace_id, "import_id": row.pk},
        unique_key=f"import:{row.pk}",
        queue="long",
    )


@transaction.atomic
def change_mapping(*, row: Import, changed: ColumnMapping) -> None:
    """Replace the mapping of an import that has not started."""
    row.mapping = row.mapping | changed.to_json() | {"origin": changed.origin}
    changed_rows = (
        Import.objects.in_workspace(row.workspace_id)
        .filter(pk=row.pk, state=Import.State.UPLOADED)
        .update(mapping=row.mapping)
    )
    if not changed_rows:
        raise ImportUseError("state", _("This import has started; undo it to import the file with another mapping."))


def same_meaning(*, stored: Mapping[str, Any], wanted: ColumnMapping) -> bool:
    """Whether a stored mapping reads rows as ``wanted`` does."""
    return _bare(dict(stored)) == _bare(wanted.to_json())


def _bare(document: dict[str, Any]) -> dict[str, Any]:
    fields = {
        name: {key: value for key, value in each.items() if key not in {"confidence", "reason"}}
        for name, each in document.get("fields", {}).items()
    }
    return {
        "fields": fields,
        "rest": document.get("rest"),
        "timezone": document.get("timezone"),
        "file_time": document.get("file_time", ""),
    }


__all__ = ["FieldMap", "Prepared", "Trial", "attempt", "discard", "prepare", "register", "start"]
