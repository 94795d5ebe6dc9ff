"""`allears init`: a data folder with its database, a workspace and its first keys."""

import json
from pathlib import Path
from typing import Annotated

import typer

from allears.cli.main import set_up
from allears.cli.words import gettext as _
from allears.cli.words import language


def init(
    data: Annotated[Path, typer.Option(envvar="ALLEARS_DATA", help="The data folder to make.")] = Path("data"),
    workspace: Annotated[str, typer.Option(help="Short name of the workspace.")] = "default",
    as_json: Annotated[bool, typer.Option("--json", help="Print what was made as JSON.")] = False,
) -> None:
    """Make a data folder (or bring one up to date) with a workspace and its keys."""
    data.mkdir(parents=True, exist_ok=True, mode=0o750)
    (data / "static").mkdir(exist_ok=True)
    set_up(str(data))
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    made = {"data": str(data.resolve()), "workspace": workspace, **_first_keys(workspace)}
    if as_json:
        typer.echo(json.dumps(made))
    else:
        _tell(made)


def _first_keys(slug: str) -> dict[str, str | None]:
    """The keys of a new workspace; of one that was there already they cannot be read again."""
    from django.utils import timezone

    from allears.accounts.actions import make_key
    from allears.accounts.models import AccessKey, Workspace

    workspace, created = Workspace.objects.get_or_create(
        slug=slug, defaults={"name": slug.title(), "language": language()}
    )
    if not created:
        return {"write_key": None, "api_key": None}

    def key(kind: AccessKey.Kind, name: str, *scopes: str) -> str:
        return make_key(workspace=workspace, kind=kind, name=name, actor=None, now=timezone.now(), scopes=scopes)[1]

    return {
        "write_key": key(AccessKey.Kind.WRITE, _("First write key")),
        "api_key": key(AccessKey.Kind.API, _("First API key"), AccessKey.Scope.EXPORT),
    }


def _tell(made: dict[str, str | None]) -> None:
    typer.echo(_("Data folder  {data}\nWorkspace    {workspace}").format(**made))
    if made["write_key"] is None:
        typer.echo(_("The workspace was there already; its keys are as they were (make new ones under Settings)."))
    else:
        typer.echo(_("Write key    {write_key}\nAPI key      {api_key}").format(**made))
        typer.echo(_("Keep both now: only their hashes are stored."))
    typer.echo(
        _(
            "\nNext: allears serve --data {data}\n"
            "Then: allears sign-in-link you@example.com --data {data}   (a new address becomes an admin)"
        ).format(**made)
    )


def register(app: typer.Typer) -> None:
    app.command()(init)
