"""`allears lake`: the analytics tables from the command line."""

import csv
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from allears.cli.commands.score import chosen_workspace, open_data

lake = typer.Typer(no_args_is_help=True, help="The analytics tables: open files that any engine reads.")


@lake.command()
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT over events, responses, decisions, asks, voices, cases.")],
    workspace: Annotated[str, typer.Option(help="Short name of the workspace; the only one if there is one.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many rows.")] = 10_000,
    data: Annotated[Path, typer.Option(envvar="ALLEARS_DATA", help="The data folder.")] = Path("data"),
    as_json: Annotated[bool, typer.Option("--json", help="Print an array of objects instead of CSV.")] = False,
) -> None:
    """Run one read-only query over one workspace, fresh rows included; prints CSV."""
    open_data(data)
    from allears.lake.sql import QueryRefusedError
    from allears.understand.service import Service, SqlQuestion

    question = SqlQuestion(workspace_id=chosen_workspace(workspace).pk, query=query, limit=limit)
    try:
        answer = Service().sql(question)
    except QueryRefusedError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    if as_json:
        typer.echo(json.dumps([dict(zip(answer.columns, row, strict=True)) for row in answer.rows], ensure_ascii=False))
        return
    writer = csv.writer(sys.stdout)
    writer.writerow(answer.columns)
    writer.writerows(answer.rows)


def register(app: typer.Typer) -> None:
    app.add_typer(lake, name="lake")
