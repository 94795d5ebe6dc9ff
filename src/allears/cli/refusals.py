"""What Typer refuses, in the terminal's language.

Typer says most of this in its own English and passes it through no catalogue; its sentences are few. Each is known
here by its pattern; `{why}` may be another of them. What is not known stays as Typer says it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from typer.exceptions import TyperException

from allears.cli.words import gettext, gettext_noop

NESTED: Final = "why"
HEARD: Final = tuple(
    (re.compile(pattern, re.DOTALL), says)
    for pattern, says in (
        (r"(?P<why>.+?)[.]? Did you mean (?P<names>.+)\?", gettext_noop("{why} Did you mean {names}?")),
        (
            r"Invalid value for (?P<name>'[^']+'(?: / '[^']+')*(?: \(env var: '\w+'\))?): (?P<why>.+)",
            gettext_noop("Invalid value for {name}: {why}"),
        ),
        (r"Invalid value: (?P<why>.+)", gettext_noop("Invalid value: {why}")),
        (r"Missing argument(?P<name>[^.]*)\.(?P<why>.*)", gettext_noop("Missing argument{name}. {why}")),
        (r"Missing option(?P<name>[^.]*)\.(?P<why>.*)", gettext_noop("Missing option{name}. {why}")),
        (r"Missing parameter: (?P<name>.+)", gettext_noop("Missing parameter: {name}")),
        (
            r"No such option: (?P<name>.+?) \(Possible options: (?P<names>.+)\)",
            gettext_noop("No such option: {name}. There is: {names}"),
        ),
        (r"No such option: (?P<name>.+)", gettext_noop("No such option: {name}")),
        (r"Option (?P<name>.+) does not take a value\.", gettext_noop("Option {name} does not take a value.")),
        (r"Option (?P<name>.+) requires an argument\.", gettext_noop("Option {name} requires a value.")),
        (r"Option (?P<name>.+) requires (?P<n>\d+) arguments\.", gettext_noop("Option {name} requires {n} values.")),
        (r"Argument (?P<name>.+) takes (?P<n>\d+) values\.", gettext_noop("Argument {name} takes {n} values.")),
        (r"Got unexpected extra argument\(s\) \((?P<names>.*)\)", gettext_noop("Too many arguments: {names}")),
        (r"\s*Choose from:\s*(?P<names>.+)", gettext_noop("Choose from: {names}")),
        (r"(?P<name>.+) is not one of (?P<names>.+)\.", gettext_noop("{name} is not one of {names}.")),
        (r"\w+ (?P<name>'.+') does not exist\.", gettext_noop("{name} does not exist.")),
        (r"\w+ (?P<name>'.+') is a file\.", gettext_noop("{name} is a file, not a folder.")),
        (r"\w+ (?P<name>'.+') is a directory\.", gettext_noop("{name} is a folder, not a file.")),
        (r"\w+ (?P<name>'.+') is not readable\.", gettext_noop("{name} cannot be read.")),
        (r"\w+ (?P<name>'.+') is not writable\.", gettext_noop("{name} cannot be written.")),
        (r"Could not open file (?P<name>'.+'): (?P<why>.+)", gettext_noop("Could not open file {name}: {why}")),
        (r"Input should be a valid integer.*", gettext_noop("it must be a whole number")),
        (r"Input should be a valid number.*", gettext_noop("it must be a number")),
        (r"Input should be a valid boolean.*", gettext_noop("it must be true or false")),
        (r"Input should be a valid (?:date|datetime)\b.*", gettext_noop("it must be a date such as 2026-11-21")),
        (r"Input should be greater than or equal to (?P<n>\S+)", gettext_noop("it must be {n} or more")),
        (r"Input should be less than or equal to (?P<n>\S+)", gettext_noop("it must be {n} or less")),
        (r"Input should be (?P<names>'.+')", gettext_noop("it must be one of {names}")),
    )
)


NO_DATABASE: Final = re.compile(r"no such table|unable to open database file|relation \"\w+\" does not exist")


def says_no_database(text: str) -> bool:
    """Whether a database's own words mean that nobody has made All Ears' tables there."""
    return NO_DATABASE.search(text) is not None


def said(text: str) -> str:
    """A refusal of Typer's in the terminal's language."""
    for pattern, says in HEARD:
        if found := pattern.fullmatch(text):
            parts = {name: _with_variable(value) for name, value in found.groupdict().items()}
            return gettext(says).format(**parts | {NESTED: said(found.groupdict().get(NESTED, ""))}).rstrip()
    return text


def _with_variable(name: str) -> str:
    """The name of an option, with the variable that may stand for it."""
    return re.sub(r" \(env var: ('\w+')\)", gettext(r" (environment variable \1)"), name)


@contextmanager
def in_the_terminals_language() -> Iterator[None]:
    """Refusals from within are shown translated; a refusal that passes two of these is translated once."""
    try:
        yield
    except TyperException as refusal:
        shown = said(refusal.format_message())
        setattr(refusal, "format_message", lambda: shown)  # noqa: B010 – a method, of this refusal alone
        raise
