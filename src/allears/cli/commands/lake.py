"""`allears lake`: the analytics tables from the command line."""

import csv
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from allears.cli.commands.score import chosen_workspace, open_data
from allears.cli.words import gettext as _

lake = typer.Typer(no_args_is_help=True, help="The analytics tables: open files that any engine reads.")


@lake.command()
def sql(
    query: Annotated[
        str, typer.Argument(help="One SELECT over events, responses, decisions, asks, voices, cases, movements.")
    ],
    workspace: Annotated[str, typer.Option(help="Short name of the workspace; the only one if there is one.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many rows.")] = 10_000,
    data: Annotated[Path, typer.Option(envvar="ALLEARS_DATA", help="The data folder.")] = Path("data"),
    as_json: Annotated[bool, typer.Option("--json", help="Print an array of objects instead of CSV.")] = False,
) -> None:
    """Run one read-only query over one workspace, fresh rows included; prints CSV."""
    open_data(data)
    from allears.lake.sql import NotOneSelectError, QueryRefusedError
    from allears.understand.service import Service, SqlQuestion

    question = SqlQuestion(workspace_id=chosen_workspace(workspace).pk, query=query, limit=limit)
    try:
        answer = Service().sql(question)
    except NotOneSelectError as error:
        typer.echo(_("Only one SELECT statement at a time is run here; nothing was changed."), err=True)
        raise typer.Exit(2) from error
    except QueryRefusedError as error:
        typer.echo(_("DuckDB cannot run this query; nothing was changed. It says: {why}").format(why=error), err=True)
        raise typer.Exit(2) from error
    if as_json:
        typer.echo(json.dumps([dict(zip(answer.columns, row, strict=True)) for row in answer.rows], ensure_ascii=False))
        return
    writer = csv.writer(sys.stdout)
    writer.writerow(answer.columns)
    writer.writerows(answer.rows)


@lake.command()
def rebuild(
    table: Annotated[str, typer.Option(help="One roll-up by name; all when left out.")] = "",
    workspace: Annotated[str, typer.Option(help="Short name of one workspace; all when left out.")] = "",
    data: Annotated[Path, typer.Option(envvar="ALLEARS_DATA", help="The data folder.")] = Path("data"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Count roll-ups anew from the rows; figures stay right meanwhile, only slower."""
    open_data(data)
    from django.utils import timezone

    from allears.jobs.lease import worker_name
    from allears.lake.rollups import ROLLUPS
    from allears.understand import rollups
    from allears.understand.service import Service

    if table and table not in ROLLUPS:
        says = _("There is no roll-up {table}; there are {names}.")
        typer.echo(says.format(table=repr(table), names=", ".join(ROLLUPS)), err=True)
        raise typer.Exit(2)
    only = [chosen_workspace(workspace).pk] if workspace else None
    rollups.forget(rollups=[table] if table else ROLLUPS, workspace_ids=only)
    days = rollups.maintain(engine=Service().engine, owner=worker_name(), now=timezone.now())
    says = _("{n} days were counted anew from the rows.").format(n=days)
    typer.echo(json.dumps({"days": days}) if as_json else says)


@lake.command()
def check(
    mend: Annotated[bool, typer.Option(help="Have a wrong roll-up built anew at once.")] = True,
    data: Annotated[Path, typer.Option(envvar="ALLEARS_DATA", help="The data folder.")] = Path("data"),
    as_json: Annotated[bool, typer.Option("--json", help="Print an array of objects.")] = False,
) -> None:
    """Compare every roll-up with the rows, cell by cell; the exit code is 1 when one differs."""
    open_data(data)
    from dataclasses import asdict

    from django.utils import timezone

    from allears.jobs.lease import worker_name
    from allears.understand import rollups
    from allears.understand.service import Service

    service = Service()
    found = rollups.check(engine=service.engine, now=timezone.now(), mend=mend)
    wrong = [each for each in found if each.difference]
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], ensure_ascii=False))
    else:
        for each in found:
            says = _("{rollup}: {cells} cells of {days} days, {finding}")
            finding = each.difference or _("all right")
            typer.echo(says.format(rollup=each.rollup, cells=each.cells, days=each.days, finding=finding))
    if wrong and mend:
        rollups.maintain(engine=service.engine, owner=worker_name(), now=timezone.now())
    raise typer.Exit(1 if wrong else 0)


def register(app: typer.Typer) -> None:
    app.add_typer(lake, name="lake")
