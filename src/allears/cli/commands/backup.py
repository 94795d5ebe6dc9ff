"""`allears backup` and `allears restore`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from allears.cli.main import set_up
from allears.cli.words import gettext as _

DATA = typer.Option(envvar="ALLEARS_DATA", help="The data folder.")


def backup(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The archive to write; unless given, a new one."),
    ] = None,
    data: Annotated[Path, DATA] = Path("data"),
    nightly: Annotated[
        bool, typer.Option("--nightly", help="As the schedule does: older ones beyond the number to keep go.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was written as JSON.")] = False,
) -> None:
    """Write one archive of everything, while All Ears runs; the customers' keys stand in a small file beside it."""
    if not data.is_dir():
        raise typer.BadParameter(_("there is no data folder {data}").format(data=data))
    set_up(str(data))
    from django.utils import timezone

    from allears.operations.backups.errors import BackupError
    from allears.operations.backups.keeping import back_up_and_tidy, new_path
    from allears.operations.backups.keyfile import beside
    from allears.operations.backups.writing import back_up

    now = timezone.now()
    try:
        made = back_up_and_tidy(now=now) if nightly else back_up(target=output or new_path(now=now), now=now)
    except BackupError as error:
        _refuse(str(error))
    told = {"archive": made.path, "keys": str(beside(Path(made.path))), "size": made.size, "rows": made.rows}
    if as_json:
        typer.echo(json.dumps(told))
        return
    says = _(
        "Archive  {archive}  ({size} MB, {rows} rows)\nKeys     {keys}\n"
        "Keep both: without its keys the archive tells nothing personal, and nobody can bring that back."
    )
    size = f"{(made.size or 0) / 1e6:.1f}"
    typer.echo(says.format(archive=told["archive"], size=size, rows=made.rows, keys=told["keys"]))


def restore(
    archive: Annotated[Path, typer.Argument(help="The archive; its keys are looked for beside it.")],
    data: Annotated[Path, DATA] = Path("data"),
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")] = False,
) -> None:
    """Bring an archive back into an empty installation (SQLite in --data, or the empty DATABASE_URL)."""
    data.mkdir(parents=True, exist_ok=True, mode=0o750)
    (data / "static").mkdir(exist_ok=True)
    set_up(str(data))
    from allears.operations.backups.errors import BackupError
    from allears.operations.backups.reading import restore as bring_back

    try:
        report = bring_back(archive=archive)
    except BackupError as error:
        _refuse(str(error))
    if as_json:
        typer.echo(json.dumps(asdict(report)))
        return
    says = _(
        "Restored {archive} of {created_at} ({from_engine}) into {to_engine}:\n"
        "  {rows} rows in {tables} tables, counts and contents compared\n"
        "  {unread} unread requests, {lake_files} lake files, {files} other files"
    )
    typer.echo(says.format(**asdict(report) | {"archive": archive}))
    if report.forgotten:
        says = _("  {n} came back without what people who were erased since had said")
        typer.echo(says.format(n=report.forgotten))
    for note in report.notes:
        typer.echo(f"  {note}")
    typer.echo(_("\nNext: allears serve --data {data}").format(data=data))


def _refuse(text: str) -> NoReturn:
    typer.echo(text, err=True)
    raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)
