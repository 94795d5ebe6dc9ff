"""`allears import`: a file of voices, responses, events or customers."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from allears.cli.main import set_up
from allears.cli.words import gettext as _
from allears.cli.words import language_for
from allears.kit.numbers import percent

if TYPE_CHECKING:
    from rich.console import Console

    from allears.accounts.models import Workspace
    from allears.events.imports.actions import Prepared, Trial
    from allears.events.models import Import

WRONG_USE = 2
QUARANTINED = 1


def import_(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, Excel, JSON Lines, Parquet or XES, plain or .gz.")],
    kind: Annotated[
        str, typer.Option("--as", help="What a row is: voices, transcripts, responses, events, customers.")
    ],
    workspace: Annotated[str, typer.Option(help="Short name of the workspace; the only one if there is one.")] = "",
    mapping: Annotated[Path | None, typer.Option("--map", help="JSON that overrides the proposed mapping.")] = None,
    mapping_name: Annotated[str, typer.Option("--mapping", help="A saved mapping to take, by its name.")] = "",
    save_as: Annotated[str, typer.Option("--save-mapping", help="Keep the mapping under this name.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count and judge every row, write nothing.")] = False,
    open_cases: Annotated[bool, typer.Option("--open-cases", help="Let these rows open cases and probes.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before importing.")] = False,
    data: Annotated[Path | None, typer.Option(envvar="ALLEARS_DATA", help="The data folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Import a file. Exit code 0: every row is in; 1: some rows wait in quarantine; 2: wrong use."""
    set_up(str(data) if data else None)
    from django.utils import translation

    with wrong_use(as_json=as_json):
        place = find_workspace(workspace)
        with translation.override(language_for(place.language)):
            given = _read_map(mapping) | ({"open_cases": True} if open_cases else {})
            result = _Command(place, file, kind, as_json=as_json, ask=not yes, names=(mapping_name, save_as)).run(
                given, dry_run=dry_run
            )
    raise typer.Exit(QUARANTINED if result else 0)


class _Command:
    """One call: what is shown goes to the terminal, or to standard error where figures are asked for as JSON."""

    def __init__(
        self, workspace: "Workspace", file: Path, kind: str, *, as_json: bool, ask: bool, names: tuple[str, str]
    ) -> None:
        from rich.console import Console as Screen

        self.mapping_name, self.save_as = names
        self.workspace, self.file, self.kind, self.as_json = workspace, file, kind, as_json
        self.console: Console = Screen(stderr=as_json)
        self.ask = ask and not as_json and sys.stdin.isatty() and self.console.is_terminal

    def run(self, given: dict[str, Any], *, dry_run: bool) -> bool:
        """Whether rows are in quarantine (or would be)."""
        from django.utils import timezone

        from allears.events.imports import actions, saving

        if not dry_run and (unfinished := self._unfinished()):
            return self._carry(unfinished, resumed=True)
        prepared = self._prepare(given)
        self._show_mapping(prepared)
        if dry_run:
            trial = actions.attempt(prepared=prepared, now=timezone.now())
            actions.discard(folder=prepared.folder)
            self._show_trial(prepared, trial)
            return trial.bad > 0
        if earlier := self._done_before(prepared):
            actions.discard(folder=prepared.folder)
            return tell_result(earlier, self.console, prepared, as_json=self.as_json, repeated=True)
        if self.ask and not typer.confirm(_("Import?"), default=True):
            actions.discard(folder=prepared.folder)
            raise typer.Exit(WRONG_USE)
        row = actions.register(prepared=prepared, actor_id=None, now=timezone.now())
        if self.save_as:
            saving.save(row=row, name=self.save_as, actor_id=None, now=timezone.now())
        return self._carry(row, prepared)

    def _unfinished(self) -> "Import | None":
        """An import of this very file that was interrupted."""
        from allears.events.imports import actions, files, kinds, queries

        kinds.kind_named(self.kind)
        if not self.file.is_file():
            return None
        digest = files.digest_of(self.file)
        earlier = queries.same_file(workspace_id=self.workspace.pk, kind=self.kind, digest=digest)
        found: Import | None = earlier.filter(state__in=["running", "stopped"]).first()
        if found is not None and found.state == "stopped":
            actions.go_on(row=found, actor_id=None, queued=False)
            found.refresh_from_db()
        return found

    def _prepare(self, given: dict[str, Any]) -> "Prepared":
        from allears.events.imports import actions

        with self.console.status(_("Reading …")) as status:
            return actions.prepare(
                workspace=self.workspace,
                kind_name=self.kind,
                path=self.file,
                filename=self.file.name,
                given=given,
                mapping_name=self.mapping_name,
                on_progress=lambda rows: status.update(_("Reading … {n} rows").format(n=f"{rows:,}")),
            )

    def _done_before(self, prepared: "Prepared") -> "Import | None":
        """The finished import of these bytes with this mapping: running it again could change nothing."""
        from allears.events.imports import actions, queries

        earlier = queries.same_file(workspace_id=self.workspace.pk, kind=self.kind, digest=prepared.digest).first()
        if (
            earlier
            and earlier.state == "done"
            and actions.same_meaning(stored=earlier.mapping, wanted=prepared.mapping)
        ):
            return earlier
        return None

    def _carry(self, row: "Import", prepared: "Prepared | None" = None, *, resumed: bool = False) -> bool:
        from django.utils import timezone
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        from allears.cli.progress import RateColumn
        from allears.events.imports import running
        from allears.events.imports.errors import ImportUseError

        if resumed:
            self.console.print(_("Going on with import {id} after row {n}.").format(id=row.pk, n=f"{row.rows_read:,}"))
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            RateColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=self.console, transient=True) as progress:
            bar = progress.add_task(_("Importing"), total=row.rows_total, completed=row.rows_read)
            try:
                row = running.run(
                    row, now=timezone.now, on_progress=lambda each: progress.update(bar, completed=each.rows_read)
                )
            except running.ImportTakenOverError as error:
                row.refresh_from_db()
                says = _("import {id} was stopped after row {n}; give the command again to go on")
                raise ImportUseError("import", says.format(id=row.pk, n=f"{row.rows_read:,}")) from error
        return tell_result(row, self.console, prepared, as_json=self.as_json)

    def _show_mapping(self, prepared: "Prepared") -> None:
        from rich.markup import escape
        from rich.table import Table

        about = ", ".join(
            f"{name} {value!r}" for name, value in prepared.staged.about.items() if name not in {"first", "types"}
        )
        says = _("{file}: {n} rows ({about})")
        self.console.print(
            says.format(file=escape(prepared.filename), n=f"{prepared.staged.rows:,}", about=escape(about))
        )
        table = Table(_("field"), _("column"), _("sure"), _("why"))
        for name, each in prepared.mapping.fields.items():
            source = ", ".join(each.columns) or (f"= {each.value}" if each.value is not None else "")
            meaning = f" {each.metric}" if each.metric else ""
            table.add_row(f"{name}{meaning}", escape(source), percent(each.confidence, digits=0), escape(each.reason))
        self.console.print(table)
        for warning in prepared.warnings:
            self.console.print(f"[yellow]![/] {escape(warning)}")

    def _show_trial(self, prepared: "Prepared", trial: "Trial") -> None:
        from allears.events.imports.reasons import in_words

        reasons = [(field, in_words(reason), count) for field, reason, count in trial.reasons]
        document = {
            "dry_run": True,
            "file": prepared.filename,
            "kind": prepared.kind.name,
            "rows": trial.rows,
            "good": trial.good,
            "repeated": trial.repeated,
            "bad": trial.bad,
            "quarantine": [{"field": field, "reason": why, "count": count} for field, why, count in reasons],
            "mapping": prepared.mapping.to_json(),
            "warnings": prepared.warnings,
        }
        if self.as_json:
            typer.echo(json.dumps(document, ensure_ascii=False))
            return
        says = _(
            "Dry run, nothing was written: {good} rows would come in, {repeated} are there already, "
            "{bad} would go to quarantine."
        )
        self.console.print(says.format(good=f"{trial.good:,}", repeated=f"{trial.repeated:,}", bad=f"{trial.bad:,}"))
        _tell_reasons(self.console, reasons)


SHOWN = ("kind", "fields", "rest", "timezone", "open_cases", "format", "file_time")


def tell_result(
    row: "Import",
    console: "Console | None" = None,
    prepared: "Prepared | None" = None,
    *,
    as_json: bool,
    repeated: bool = False,
) -> bool:
    """Print what became of an import; whether rows wait in quarantine."""
    from rich.console import Console as Screen

    from allears.events.imports import queries

    console = console or Screen(stderr=as_json)
    counts, reasons = queries.counts_of(row), queries.reasons_of(row)
    if repeated:
        counts = {**counts, "good": 0, "repeated": counts["good"] + counts["repeated"]}
        console.print(_("This very file was imported before (import {id}): nothing was changed.").format(id=row.pk))
    if as_json:
        typer.echo(json.dumps(_document(row, counts, reasons, prepared), ensure_ascii=False))
        return counts["bad"] > 0
    says = _("Import {id}: {good} rows in, {repeated} were there already, {bad} in quarantine.")
    figures = {name: f"{counts[name]:,}" for name in ("good", "repeated", "bad")}
    console.print(says.format(id=row.pk, **figures))
    _tell_reasons(console, reasons)
    if counts["bad"]:
        says = _("Mend them: {out}, then: {back}")
        out = f"allears quarantine export --import {row.pk} -o rows.csv"
        console.print(says.format(out=out, back=f"allears quarantine resend rows.csv --import {row.pk}"))
    return counts["bad"] > 0


def _document(
    row: "Import", counts: dict[str, int], reasons: list[tuple[str, str, int]], prepared: "Prepared | None"
) -> dict[str, Any]:
    return {
        "import": row.pk,
        "file": row.filename,
        "kind": row.kind,
        "state": row.state,
        **counts,
        "quarantine": [{"field": field, "reason": reason, "count": count} for field, reason, count in reasons],
        "mapping": {name: value for name, value in row.mapping.items() if name in SHOWN},
        "warnings": prepared.warnings if prepared else row.mapping.get("warnings", []),
    }


def _tell_reasons(console: "Console", reasons: list[tuple[str, str, int]]) -> None:
    from rich.markup import escape

    for field, reason, count in reasons[:20]:
        console.print(f"  {count:,} × {escape(f'{field}: ' if field else '')}{escape(reason)}")


@contextmanager
def wrong_use(*, as_json: bool) -> Iterator[None]:
    """Tell an error of use on standard error and leave with code 2."""
    from allears.events.imports.errors import ImportUseError

    try:
        yield
    except ImportUseError as error:
        typer.echo(f"{error.field}: {error}", err=True)
        if as_json:
            typer.echo(json.dumps({"error": {"field": error.field, "message": str(error)}}, ensure_ascii=False))
        raise typer.Exit(WRONG_USE) from error


def find_workspace(slug: str) -> "Workspace":
    """The workspace of this short name; without one the “default”, or the only one there is."""
    from allears.accounts.models import Workspace
    from allears.events.imports.errors import ImportUseError

    every = Workspace.objects.order_by("slug")
    found = every.filter(slug=slug or "default").first() or (every.first() if not slug and every.count() == 1 else None)
    if found is None:
        names = ", ".join(every.values_list("slug", flat=True)[:20])
        says = _("there is no workspace “{slug}”. There are: {names}.")
        raise ImportUseError("workspace", says.format(slug=slug or "default", names=names or _("none yet")))
    return found


def _read_map(path: Path | None) -> dict[str, Any]:
    from allears.events.imports.errors import ImportUseError

    if path is None:
        return {}
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        says = _("{path} cannot be read as JSON: {why}. See docs/import.md for its form.")
        raise ImportUseError("map", says.format(path=path, why=error)) from error
    if not isinstance(document, dict):
        says = _("{path} must hold a JSON object. See docs/import.md for its form.")
        raise ImportUseError("map", says.format(path=path))
    return document


def register(app: typer.Typer) -> None:
    app.command("import")(import_)
