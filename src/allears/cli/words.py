"""The commands' words, in the language that the terminal asks for: Chinese for `zh*`, English for any other.

The language is read as gettext's programs read it: LC_ALL, LC_MESSAGES and LANG name it, the first that is set;
LANGUAGE goes before them as a list of wishes, unless they say C. Help is made before Django is set up, and a command
must start at once, so these words have a small catalogue of their own; `set_up` has the domains speak the same.
"""

import gettext as catalogues
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

FOLDER = Path(__file__).resolve().parent.parent / "locale"
DOMAIN = "commands"
ENGLISH, CHINESE = "en", "zh-hans"
SPOKEN = {"zh": CHINESE, "en": ENGLISH, "c": ENGLISH, "posix": ENGLISH}


def language() -> str:
    """The language to speak, by Django's name."""
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    wishes = [] if _short(locale) in {"c", "posix"} else os.environ.get("LANGUAGE", "").split(":")
    return next((SPOKEN[each] for each in map(_short, [*wishes, locale]) if each in SPOKEN), ENGLISH)


def _short(locale: str) -> str:
    return re.split(r"[-_.@]", locale.lower())[0]


def language_for(others: str) -> str:
    """For what is told, and kept as it was told: a terminal's Chinese, else `others`, a workspace's language."""
    return CHINESE if language() == CHINESE else others


@cache
def _catalogue() -> catalogues.NullTranslations:
    return catalogues.translation(DOMAIN, str(FOLDER), languages=["zh"])


def gettext(text: str) -> str:
    """`text`, a literal, in the terminal's language."""
    return _catalogue().gettext(text) if language() == CHINESE else text


def gettext_noop(text: str) -> str:
    """Marks a text that is translated where it is used."""
    return text


def padded(text: str, width: int, *, right: bool = False) -> str:
    """`text` filled with spaces to `width` cells of a terminal, of which a Chinese character takes two."""
    from rich.cells import cell_len

    space = " " * (width - cell_len(text))
    return space + text if right else text + space


# What Typer itself says through gettext; it looks these up in the domain that `speak` names.
TYPERS = (
    gettext_noop("Arguments"),
    gettext_noop("Options"),
    gettext_noop("Commands"),
    gettext_noop("Error"),
    gettext_noop("Aborted."),
    gettext_noop("[required]"),
    gettext_noop("[default: {}]"),
    gettext_noop("[env var: {}]"),
    gettext_noop("(dynamic)"),
    gettext_noop("Missing command."),
    gettext_noop("No such command {name!r}."),
    gettext_noop("Try [blue]'{command_path} {help_option}'[/] for help."),
)


class _Speaking:
    """A command whose help is in the terminal's language. Typer has no words for these places but its own English."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.help: str | None = translated(named.get("help"))
        for each in named.get("params") or []:
            each.help = translated(getattr(each, "help", None))

    def make_context(self, *given: Any, **named: Any) -> Any:
        from allears.cli.refusals import in_the_terminals_language

        with in_the_terminals_language():
            return super().make_context(*given, **named)  # type: ignore[misc]

    def invoke(self, ctx: Any) -> Any:
        from allears.cli.refusals import in_the_terminals_language

        with in_the_terminals_language():
            return super().invoke(ctx)  # type: ignore[misc]

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, pieces, prefix=gettext("Usage: "))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        _fold_long_words()
        super().format_help(ctx, formatter)  # type: ignore[misc]

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = gettext("Show this message and exit.")
        return option


class SpeakingCommand(_Speaking, TyperCommand):
    """One command."""


class SpeakingGroup(_Speaking, TyperGroup):
    """A command with commands below it."""


class RootGroup(TyperGroup):
    """`allears` itself: where there is no database yet, that is told instead of what the database said."""

    def invoke(self, ctx: Any) -> Any:
        from allears.cli.refusals import says_no_database

        try:
            return super().invoke(ctx)
        except database_errors() as error:
            if not says_no_database(str(error)):
                raise
            says = gettext("data: there is no All Ears database in this data folder. Make one: allears init --data DIR")
            typer.echo(says, err=True)
            raise typer.Exit(2) from error


def database_errors() -> type[Exception]:
    """What Django raises for a database; imported only once something was raised, so that a command starts at once."""
    from django.db import DatabaseError

    return DatabaseError


class SpeakingRoot(_Speaking, RootGroup):
    """The same in the terminal's language."""


def _fold_long_words() -> None:
    """Have help go on in the next line: Chinese has no spaces, and a table of rich cuts a word that is too long."""
    from rich.table import Table
    from rich.text import Text
    from typer import rich_utils

    class Folding(Table):
        def add_row(self, *cells: Any, **named: Any) -> None:
            for each in (part for cell in cells for part in getattr(cell, "renderables", [cell])):
                if isinstance(each, Text):
                    each.overflow = "fold"
            super().add_row(*cells, **named)

    setattr(rich_utils, "Table", Folding)  # noqa: B010 – a name that it takes from rich


def translated(help_text: str | None) -> str | None:
    """A help text, which `scripts/messages.py` finds by walking the commands."""
    return gettext(help_text) if help_text else help_text


def speak(app: typer.Typer) -> None:
    """Have `app`, and all that is registered on it, give its help in the terminal's language."""
    if language() != CHINESE:
        return
    catalogues.bindtextdomain(DOMAIN, str(FOLDER))
    catalogues.textdomain(DOMAIN)
    app.info.cls = SpeakingRoot
    _dress(app)


def _dress(app: typer.Typer) -> None:
    for command in app.registered_commands:
        command.cls = SpeakingCommand
    for group in app.registered_groups:
        group.cls = SpeakingGroup
        if group.typer_instance:
            _dress(group.typer_instance)
