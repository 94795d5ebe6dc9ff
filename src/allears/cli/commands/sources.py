"""`allears sources`: what is fetched from where, and looking at one now."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from allears.cli.commands.import_ import find_workspace, wrong_use
from allears.cli.main import set_up
from allears.cli.words import gettext as _
from allears.cli.words import gettext_noop, language_for, padded

if TYPE_CHECKING:
    from allears.listen.models import Source, SourceRun

app = typer.Typer(no_args_is_help=True, help="Mailboxes, feeds, databases and folders that All Ears reads by itself.")
Slug = Annotated[str, typer.Option("--workspace", help="Short name of the workspace; the only one if there is one.")]
Data = Annotated[Path | None, typer.Option(envvar="ALLEARS_DATA", help="The data folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
# How a source does. It keeps these names in JSON.
HEALTHS = (
    gettext_noop("paused"),
    gettext_noop("stopped"),
    gettext_noop("trouble"),
    gettext_noop("running"),
    gettext_noop("late"),
    gettext_noop("works"),
)
NEW = gettext_noop("not run yet")  # "new" alone is what a theme is


@app.command("list")
def list_sources(workspace: Slug = "", data: Data = None, as_json: AsJson = False) -> None:
    """Every source with its health. Exit code 1 when one has stopped."""
    set_up(str(data) if data else None)
    from django.utils import timezone, translation

    from allears.listen.sources import queries

    with wrong_use(as_json=as_json):
        place = find_workspace(workspace)
    told = []
    with translation.override(language_for(place.language)):
        for each in queries.sources_of(place.pk):
            health = queries.health_of(each, now=timezone.now())
            told.append(
                {"id": each.pk, "name": each.name, "kind": each.kind, "state": each.state, "health": health.word,
                 "trouble": health.what, "last_run_at": each.last_run_at, "next_run_at": each.next_run_at}
            )  # fmt: skip
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, default=str))
    for line in [] if as_json else told:
        shown = NEW if line["health"] == "new" else str(line["health"])
        typer.echo(
            f"{line['id']:>4}  {line['kind']:<7} {padded(_(shown), 11)} {line['name']}  {line['trouble']}".rstrip()
        )
    raise typer.Exit(1 if any(each["state"] == "stopped" for each in told) else 0)


@app.command()
def run(
    number: Annotated[int, typer.Argument(help="The source's number.")],
    workspace: Slug = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Look at one source now and wait for it. Exit code 1 when it has trouble."""
    set_up(str(data) if data else None)
    from django.utils import timezone, translation

    from allears.jobs.lease import worker_name
    from allears.listen.sources import queries, running
    from allears.listen.sources.troubles import told

    with wrong_use(as_json=as_json):
        place = find_workspace(workspace)
        row = _find(place.pk, number)
    now = timezone.now()
    begun = None if row.lease_until and row.lease_until > now else _begin(row, worker_name())
    if begun is None:
        typer.echo(_("A worker is looking at it at this moment; see its runs with: allears sources list"), err=True)
        raise typer.Exit(1)
    done = running.perform(begun, now=timezone.now)
    with translation.override(language_for(place.language)):
        what, advice = told(done.trouble)
    counts = queries.counts_of([done])[done.pk]
    if as_json:
        typer.echo(json.dumps({**vars(counts), "trouble": what, "imports": done.import_ids}, ensure_ascii=False))
    else:
        says = _("read {read}, new {taken}, there already {known}, left aside {aside}")
        typer.echo(says.format(**vars(counts)))
        if done.import_ids:
            says = _("carried in by the worker as import {ids}")
            typer.echo(says.format(ids=", ".join(map(str, done.import_ids))))
    if what:
        typer.echo(f"{what} {advice}", err=True)
    raise typer.Exit(1 if what else 0)


def _begin(row: "Source", owner: str) -> "SourceRun | None":
    from django.utils import timezone

    from allears.listen.sources import actions, running

    actions.run_now(source=row, actor_id=None, now=timezone.now())
    return running.begin(row, owner=owner, now=timezone.now())


def _find(workspace_id: int, number: int) -> "Source":
    from allears.events.imports.errors import ImportUseError
    from allears.listen.sources.queries import sources_of

    row = sources_of(workspace_id).filter(pk=number).first()
    if row is None:
        raise ImportUseError("source", _("there is no source {number} in this workspace.").format(number=number))
    return row


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="sources")
