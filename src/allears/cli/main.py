"""`allears`: every command is a module of ``cli.commands``."""

import os
import sys
from importlib import import_module
from pkgutil import iter_modules

import typer

from allears.cli import commands, words
from allears.kit.processes import name_process, point_at_settings

app = typer.Typer(
    cls=words.RootGroup,
    no_args_is_help=True,
    add_completion=False,
    help="All Ears: listen to every customer, respond, prove it.",
)


def set_up(data: str | None = None, *, examines: bool = False) -> None:
    """Point the process at a data folder and load Django, speaking as the terminal asks; call first in each command.

    A setting that cannot be meant is told and ends the command, unless the command ``examines`` them itself.
    """
    if data:
        os.environ["ALLEARS_DATA"] = data
    name_process(sys.argv[1] if len(sys.argv) > 1 else "command")
    point_at_settings()
    import django

    django.setup()
    if (language := words.language()) != words.ENGLISH:
        from django.utils import translation

        translation.activate(language)
    if not examines:
        _refuse_mistakes()


def _refuse_mistakes() -> None:
    from django.conf import settings

    for says, do in settings.PROBLEMS:
        typer.echo(f"{says}\n  {do}", err=True)
    if settings.PROBLEMS:
        raise typer.Exit(2)


for _module in sorted(module.name for module in iter_modules(commands.__path__)):
    import_module(f"allears.cli.commands.{_module}").register(app)


@app.callback()
def _root() -> None:
    """All Ears."""


words.speak(app)
