"""`allears doctor`: what is wrong with this installation, and what to do."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from allears.cli.main import set_up
from allears.cli.words import gettext as _
from allears.cli.words import gettext_noop

MARKS = {"ok": gettext_noop("ok     "), "warning": gettext_noop("warning"), "error": gettext_noop("ERROR  ")}

# What findings are about. They keep these names in JSON, where scripts look for them.
SUBJECTS = (
    gettext_noop("settings"),
    gettext_noop("data folder"),
    gettext_noop("database"),
    gettext_noop("lake"),
    gettext_noop("engine"),
    gettext_noop("sentence model"),
    gettext_noop("mail"),
    gettext_noop("jobs"),
    gettext_noop("clocks"),
    gettext_noop("intake"),
    gettext_noop("queue"),
    gettext_noop("outbox"),
    gettext_noop("lake heads"),
    gettext_noop("webhooks"),
    gettext_noop("back-up"),
)


def doctor(
    data: Annotated[Path, typer.Option(envvar="ALLEARS_DATA", help="The data folder.")] = Path("data"),
    before_start: Annotated[
        bool, typer.Option("--before-start", help="Only what must be right before a start; says errors only.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Examine settings, data folder, database, lake, mail and jobs; exit code 1 when something will not work."""
    set_up(str(data), examines=True)
    from allears.cli import diagnosis

    findings = list(diagnosis.before_start() if before_start else diagnosis.everything())
    shown = [each for each in findings if not before_start or each.level == "error"]
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in shown], ensure_ascii=False))
    else:
        for each in shown:
            line = _("{mark}  {subject}: {says}")
            typer.echo(line.format(mark=_(MARKS[each.level]), subject=_(each.subject), says=each.says))
            if each.do:
                typer.echo(f"         → {each.do}")
    if any(each.level == "error" for each in findings):
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    app.command()(doctor)
