"""`allears quarantine`: rows of a file that wait to be mended, out as a table and back in."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from allears.cli.commands.import_ import QUARANTINED, find_workspace, tell_result, wrong_use
from allears.cli.main import set_up
from allears.cli.words import gettext as _
from allears.cli.words import language_for

if TYPE_CHECKING:
    from allears.accounts.models import Workspace
    from allears.events.models import Import

app = typer.Typer(no_args_is_help=True, help="Rows of imported files that wait to be mended.")
Number = Annotated[int, typer.Option("--import", help="The import's number.")]
Slug = Annotated[str, typer.Option("--workspace", help="Short name of the workspace; the only one if there is one.")]
Data = Annotated[Path | None, typer.Option(envvar="ALLEARS_DATA", help="The data folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


@app.command()
def export(
    number: Number,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The CSV to write; else it is printed.")] = None,
    workspace: Slug = "",
    data: Data = None,
) -> None:
    """Write the waiting rows of an import as CSV, each with its number, its column at fault and the reason."""
    set_up(str(data) if data else None)
    from allears.events.imports import quarantine

    with wrong_use(as_json=False):
        row = _find(find_workspace(workspace), number)
        pieces = quarantine.export(row)
        if out is None:
            for piece in pieces:
                typer.echo(piece, nl=False)
            return
        with out.open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)
        says = _("Mend the rows in {out}, then: {back}")
        typer.echo(says.format(out=out, back=f"allears quarantine resend {out} --import {number}"))


@app.command()
def resend(
    file: Annotated[Path, typer.Argument(help="The exported CSV with its rows mended.")],
    number: Number,
    workspace: Slug = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Import mended rows by the mapping they came with. Exit code 1 when some are still broken."""
    set_up(str(data) if data else None)
    from django.utils import timezone, translation

    from allears.events.imports import quarantine

    with wrong_use(as_json=as_json):
        place = find_workspace(workspace)
        with translation.override(language_for(place.language)):
            mended = quarantine.resend(
                row=_find(place, number), workspace=place, path=file, actor_id=None, now=timezone.now()
            )
            still_bad = tell_result(mended, as_json=as_json)
    raise typer.Exit(QUARANTINED if still_bad else 0)


def _find(workspace: "Workspace", number: int) -> "Import":
    from allears.events.imports.errors import ImportUseError
    from allears.events.imports.queries import imports_of

    row = imports_of(workspace.pk).filter(pk=number).first()
    if row is None:
        says = _("there is no import {number} in the workspace “{workspace}”.")
        raise ImportUseError("import", says.format(number=number, workspace=workspace.slug))
    return row


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="quarantine")
