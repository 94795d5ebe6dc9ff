"""`allears sign-in-link`: the first way in, and the way back for someone who lost every other."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from allears.cli.main import set_up
from allears.cli.words import gettext as _


def sign_in_link(
    email: Annotated[str, typer.Argument(help="Who signs in. A new address becomes an admin of the workspace.")],
    data: Annotated[Path, typer.Option(envvar="ALLEARS_DATA", help="The data folder.")] = Path("data"),
    workspace: Annotated[str, typer.Option(help="Short name of the workspace.")] = "default",
    hours: Annotated[int, typer.Option(min=1, max=168, help="How long the link works.")] = 24,
) -> None:
    """Print a link that signs one person in once."""
    set_up(str(data))
    from django.conf import settings
    from django.core.exceptions import ValidationError
    from django.core.validators import validate_email
    from django.utils import timezone

    from allears.accounts.actions import ensure_member, make_sign_in_link
    from allears.accounts.models import Role, Workspace

    try:
        validate_email(email.strip())
    except ValidationError as error:
        typer.echo(_("“{email}” is no e-mail address. Nothing was made.").format(email=email), err=True)
        raise typer.Exit(2) from error
    place = Workspace.objects.filter(slug=workspace).first()
    if place is None:
        says = _("There is no workspace {workspace}. Nothing was made; `allears init` makes one.")
        typer.echo(says.format(workspace=workspace), err=True)
        raise typer.Exit(2)
    user = ensure_member(workspace=place, email=email, role=Role.ADMIN, now=timezone.now())
    token = make_sign_in_link(user=user, now=timezone.now(), life=timedelta(hours=hours))
    typer.echo(f"{settings.PUBLIC_URL}/sign-in/{token}")


def register(app: typer.Typer) -> None:
    app.command("sign-in-link")(sign_in_link)
