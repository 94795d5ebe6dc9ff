"""`allears upload`: a file to an All Ears elsewhere, piece by piece; given again, it goes on where it stopped."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from allears.cli.sending import RefusedError, Sender, StoppedError
from allears.cli.words import gettext as _

WRONG_USE = 2
UNFINISHED = 1


def upload(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, Excel, JSON Lines, Parquet or XES, plain or .gz.")],
    kind: Annotated[
        str, typer.Option("--as", help="What a row is: voices, transcripts, responses, events, customers, accounts.")
    ],
    url: Annotated[str, typer.Option(envvar="ALLEARS_URL", help="Address of that All Ears.")],
    key: Annotated[str, typer.Option(envvar="ALLEARS_API_KEY", help="An API key of its workspace.")],
    mapping: Annotated[Path | None, typer.Option("--map", help="JSON that overrides the proposed mapping.")] = None,
    start: Annotated[bool, typer.Option("--start", help="Import it as soon as it has been read.")] = False,
    piece: Annotated[int, typer.Option(min=1, max=1024, help="Mebibytes sent at a time.")] = 8,
    tries: Annotated[int, typer.Option(min=1, help="Failures in a row after which it gives up.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Send a file over any line. Exit code 0: it is there; 1: not whole yet, give the command again; 2: wrong use."""
    if not file.is_file():
        typer.echo(_("file: there is no file {file}. Check the path.").format(file=file), err=True)
        raise typer.Exit(WRONG_USE)
    given = _read_map(mapping)
    sender = Sender(url=url, key=key, piece=piece << 20, tries=tries)
    try:
        with _bar(file, shown=not as_json) as told:
            found = sender.send(file, kind=kind, mapping=given, start=start, on_progress=told)
    except RefusedError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_USE) from error
    except StoppedError as error:
        says = _("{why} What came is kept: give the command again, and it goes on there.")
        typer.echo(says.format(why=error), err=True)
        raise typer.Exit(UNFINISHED) from error
    if as_json:
        typer.echo(json.dumps(found))
        return
    says = _("{file} is there as import {id}: {address}")
    address = f"{url.rstrip('/')}/imports/{found['import']}"
    typer.echo(says.format(file=file.name, id=found["import"], address=address))


def _read_map(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        text = path.read_text(encoding="utf-8-sig")
        json.loads(text)
    except (OSError, ValueError) as error:
        says = _("map: {path} cannot be read as JSON: {why}. See docs/import.md for its form.")
        typer.echo(says.format(path=path, why=error), err=True)
        raise typer.Exit(WRONG_USE) from error
    return text


@contextmanager
def _bar(file: Path, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """A bar in bytes, with the pace and the time left."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    quiet = not shown or not sys.stderr.isatty()
    with Progress(TextColumn(_("Sending")), *columns, console=Console(stderr=True), disable=quiet) as progress:
        bar = progress.add_task(_("Sending"), total=file.stat().st_size)
        yield lambda sent: progress.update(bar, completed=sent)


def register(app: typer.Typer) -> None:
    app.command()(upload)
