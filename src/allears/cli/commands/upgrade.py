"""`allears upgrade`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from allears.cli.main import set_up
from allears.cli.words import gettext as _


def upgrade(
    data: Annotated[Path, typer.Option(envvar="ALLEARS_DATA", help="The data folder.")] = Path("data"),
    despite_others: Annotated[
        bool, typer.Option("--despite-others", help="Also while others work on the PostgreSQL database.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")] = False,
) -> None:
    """Bring the database up to this version: a back-up first, and all as before when it fails. Stop `serve` before."""
    if not data.is_dir():
        raise typer.BadParameter(_("there is no data folder {data}").format(data=data))
    set_up(str(data))
    from django.utils import timezone

    from allears.operations.backups.errors import BackupError
    from allears.operations.upgrading import UpgradeError
    from allears.operations.upgrading import upgrade as bring_up

    try:
        done = bring_up(now=timezone.now(), despite_others=despite_others)
    except (BackupError, UpgradeError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    if as_json:
        typer.echo(json.dumps(asdict(done)))
    elif not done.applied:
        typer.echo(_("Up to date: nothing to do."))
    else:
        says = _("Upgraded: {n} changes made and checked.\nThe back-up of before: {archive}")
        typer.echo(says.format(n=len(done.applied), archive=done.archive))


def register(app: typer.Typer) -> None:
    app.command()(upgrade)
