"""`allears export`: a table as CSV, Excel, Parquet or SPSS."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from allears.cli.commands.import_ import find_workspace, wrong_use
from allears.cli.main import set_up
from allears.cli.words import gettext as _
from allears.cli.words import language_for

if TYPE_CHECKING:
    from allears.accounts.models import Workspace

WRONG_USE = 2
SUFFIXES = {".csv": "csv", ".xlsx": "xlsx", ".parquet": "parquet", ".sav": "sav"}


def export(
    table: Annotated[str, typer.Argument(help="voices, responses, cases, customers, decisions or events.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")],
    format_name: Annotated[
        str, typer.Option("--format", help="csv, xlsx, parquet or sav; else by FILE's ending.")
    ] = "",
    where: Annotated[list[str] | None, typer.Option("--where", help="A filter as name=value; may be repeated.")] = None,
    since: Annotated[str, typer.Option(help="From this day or time on.")] = "",
    until: Annotated[str, typer.Option(help="Up to this day (with it) or time.")] = "",
    workspace: Annotated[str, typer.Option(help="Short name of the workspace; the only one if there is one.")] = "",
    labels: Annotated[bool, typer.Option("--labels", help="Headings for people instead of names.")] = False,
    bom: Annotated[bool, typer.Option("--bom/--no-bom", help="Begin a CSV with the mark that Excel needs.")] = True,
    language: Annotated[str, typer.Option(help="Of headings and labels; else the workspace's.")] = "",
    data: Annotated[Path | None, typer.Option(envvar="ALLEARS_DATA", help="The data folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Write a table to a file. Exit code 2: wrong use, nothing was written."""
    set_up(str(data) if data else None)
    from django.utils import translation

    from allears.events.exports import actions, writers
    from allears.events.exports.errors import ExportUseError

    with wrong_use(as_json=as_json):
        place = find_workspace(workspace)
        filters = _filters(where or []) | {"since": since, "until": until}
        ending = out.suffix.lower()
        name = format_name or SUFFIXES.get(ending) or ending[1:] or "csv"  # an ending of none is told as what it is
        try:
            with translation.override(language_for(place.language)):  # what is wrong is told to whoever types
                writers.check_format(name)
                actions.selection(workspace_id=place.pk, table=table, filters=filters)
            with translation.override(language or place.language):
                rows = _write(place, table, name, filters, out, labels=labels, bom=bom)
        except ExportUseError as error:
            typer.echo(f"{error.field}: {error}", err=True)
            raise typer.Exit(WRONG_USE) from error
    document = {"table": table, "format": name, "rows": rows, "file": str(out), "bytes": out.stat().st_size}
    told = _("{n} rows of {table} in {out}").format(n=f"{rows:,}", table=table, out=out)
    typer.echo(json.dumps(document) if as_json else told)


def _filters(given: list[str]) -> dict[str, str]:
    wrong = [each for each in given if "=" not in each]
    if wrong:
        says = _("{given}: write a filter as name=value, such as metric=nps")
        raise typer.BadParameter(says.format(given=repr(wrong[0])))
    return {name.strip(): value for name, _sign, value in (each.partition("=") for each in given)}


def _write(
    place: "Workspace", table: str, name: str, filters: dict[str, str], out: Path, *, labels: bool, bom: bool
) -> int:
    """Write beside the file and move it there, so that a broken run leaves the old one; how many rows."""
    from collections.abc import Iterator
    from typing import Any

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from allears.events.exports import actions, writers

    format_name = writers.check_format(name)
    chosen = actions.selection(workspace_id=place.pk, table=table, filters=filters)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(_("Exporting"), total=chosen.count())
        done = 0

        def counted() -> Iterator[list[tuple[Any, ...]]]:
            nonlocal done
            for batch in chosen.batches(writers.BATCH):
                yield batch
                done += len(batch)
                progress.update(bar, completed=done)

        part = out.with_name(f".{out.name}.part")
        try:
            actions.WRITERS[format_name](part, chosen.columns, counted(), labels=labels, mark=bom)
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
    given = {name: value for name, value in filters.items() if value}
    actions.note(workspace_id=place.pk, actor_id=None, table=table, format_name=format_name, filters=given)
    return done


def register(app: typer.Typer) -> None:
    app.command()(export)
