"""`allears annotate-voices`: read the voices of the past."""

import json
from pathlib import Path
from typing import Annotated

import typer

from allears.cli.commands.score import chosen_workspace, open_data
from allears.cli.words import gettext as _


def annotate_voices(
    workspace: Annotated[str, typer.Option(help="Short name of the workspace; the only one if there is one.")] = "",
    later: Annotated[bool, typer.Option("--later", help="Leave it to the running server and return at once.")] = False,
    data: Annotated[Path, typer.Option(envvar="ALLEARS_DATA", help="The data folder.")] = Path("data"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Read every voice (again) by the models in force, the newest first. Run again, it stores nothing twice."""
    open_data(data)
    from django.utils import timezone

    from allears.understand import reading
    from allears.understand.models import BackFill
    from allears.understand.service import Service

    past = reading.start_back_fill(workspace_id=chosen_workspace(workspace).pk, actor_id=None, now=timezone.now())

    def tell(state: BackFill) -> None:
        if not as_json:
            typer.echo(_("{done} of {total} read").format(done=state.done, total=state.total))

    if not later:
        reading.read_past_here(past=past, ask=Service().annotations, tell=tell)
    if as_json:
        finished = past.finished_at.isoformat() if past.finished_at else None
        typer.echo(json.dumps({"total": past.total, "done": past.done, "finished_at": finished}))
    elif later:
        typer.echo(_("{n} voices will be read by the running server; see Settings, Reading.").format(n=past.total))


def register(app: typer.Typer) -> None:
    app.command("annotate-voices")(annotate_voices)
