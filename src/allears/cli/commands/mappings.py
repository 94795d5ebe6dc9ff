"""`allears mappings`: the mappings kept under a name, by which files of known columns come in."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from allears.cli.commands.import_ import find_workspace, wrong_use
from allears.cli.main import set_up
from allears.cli.words import gettext as _

if TYPE_CHECKING:
    from allears.events.models import SavedMapping

app = typer.Typer(no_args_is_help=True, help="Saved mappings of files.")
Name = Annotated[str, typer.Argument(help="The mapping's name.")]
Kind = Annotated[str, typer.Option("--as", help="voices, responses, events or customers.")]
Slug = Annotated[str, typer.Option("--workspace", help="Short name of the workspace; the only one if there is one.")]
Data = Annotated[Path | None, typer.Option(envvar="ALLEARS_DATA", help="The data folder.")]


@app.command("list")
def list_(
    workspace: Slug = "",
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the mappings as JSON.")] = False,
) -> None:
    """Every saved mapping."""
    set_up(str(data) if data else None)
    from allears.events.imports import saving

    with wrong_use(as_json=as_json):
        rows = list(saving.saved(find_workspace(workspace).pk))
    if as_json:
        found = [{"kind": row.kind, "name": row.name, "columns": row.columns, "mapping": row.mapping} for row in rows]
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for row in rows:
        typer.echo(f"{row.kind}\t{row.name}\t{', '.join(row.columns)[:80]}")


@app.command()
def rename(
    name: Name,
    to: Annotated[str, typer.Argument(help="The new name.")],
    kind: Kind,
    workspace: Slug = "",
    data: Data = None,
) -> None:
    """Call a saved mapping otherwise."""
    set_up(str(data) if data else None)
    from allears.events.imports import saving

    with wrong_use(as_json=False):
        saving.rename(row=_find(workspace, kind, name), name=to)


@app.command()
def remove(name: Name, kind: Kind, workspace: Slug = "", data: Data = None) -> None:
    """Forget a saved mapping; imports that used it stay as they are."""
    set_up(str(data) if data else None)
    from allears.events.imports import saving

    with wrong_use(as_json=False):
        saving.remove(row=_find(workspace, kind, name), actor_id=None)


def _find(workspace: str, kind: str, name: str) -> "SavedMapping":
    from allears.events.imports import saving
    from allears.events.imports.errors import ImportUseError

    row = saving.saved(find_workspace(workspace).pk, kind=kind).filter(name=name).first()
    if row is None:
        says = _("there is no saved mapping “{name}” for {kind}. See: allears mappings list")
        raise ImportUseError("name", says.format(name=name, kind=kind))
    return row


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="mappings")
