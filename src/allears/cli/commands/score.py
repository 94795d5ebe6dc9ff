"""`allears score`: NPS, CSAT or CES with interval and base, by any cut."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from allears.cli.main import set_up
from allears.cli.words import gettext as _
from allears.kit.numbers import percent

if TYPE_CHECKING:
    from allears.accounts.models import Workspace


def score(
    metric: Annotated[str, typer.Argument(help="nps, csat or ces")],
    by: Annotated[str, typer.Option(help="touchpoint, channel, segment, week; several with commas.")] = "",
    since: Annotated[str, typer.Option(help="First day: 2026-11-21, or 90d for ninety days ago.")] = "",
    until: Annotated[str, typer.Option(help="Last day, likewise.")] = "",
    touchpoint: Annotated[str, typer.Option(help="Only this touchpoint (its key; - for not known).")] = "",
    channel: Annotated[str, typer.Option(help="Only this channel.")] = "",
    segment: Annotated[str, typer.Option(help="Only this segment.")] = "",
    workspace: Annotated[str, typer.Option(help="Short name of the workspace; the only one if there is one.")] = "",
    data: Annotated[Path, typer.Option(envvar="ALLEARS_DATA", help="The data folder.")] = Path("data"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Print a score with its interval, base and cuts."""
    open_data(data)
    from django.utils import timezone

    from allears.lake.engine import EngineError
    from allears.understand.asking import Asked, AskingError, question_of
    from allears.understand.service import Service
    from allears.understand.shapes import score_json

    asked = Asked(
        metric=metric, by=by, since=since, until=until, touchpoint=touchpoint, channel=channel, segment=segment
    )
    try:
        question = question_of(asked, workspace=chosen_workspace(workspace), now=timezone.now())
    except AskingError as error:
        raise typer.BadParameter(str(error)) from error
    try:
        found = score_json(Service().report(question))
    except EngineError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        _tell(found, by)


def open_data(data: Path) -> None:
    """Load Django on a data folder that is there; a usage error otherwise."""
    if not data.is_dir():
        says = _("there is no data folder {data}. Make one: allears init --data {data}")
        raise typer.BadParameter(says.format(data=data))
    set_up(str(data))


def chosen_workspace(slug: str) -> "Workspace":
    """The workspace named, or the only one there is; a usage error otherwise."""
    from allears.accounts.models import Workspace

    names = list(Workspace.objects.order_by("slug").values_list("slug", flat=True))
    wanted = slug or (names[0] if len(names) == 1 else "")
    if wanted not in names:
        says = _("name one of the workspaces with --workspace: {names}")
        raise typer.BadParameter(says.format(names=", ".join(names) or _("there is none")))
    return Workspace.objects.get(slug=wanted)


def _tell(found: dict[str, Any], by: str) -> None:
    from rich.console import Console
    from rich.table import Table

    title = _("{metric}, {level} intervals").format(metric=found["metric"].upper(), level=f"{found['level']:.0%}")
    table = Table(title=title, title_justify="left")
    table.add_column(by or _("cut"))
    for head in (_("score"), _("from"), _("to"), "n"):
        table.add_column(head, justify="right")
    table.add_column(_("method"))
    table.add_column(_("warnings"))
    for row in [{**found, "key": _("all")}, *found["groups"]]:
        numbers = [_number(row[name], found["metric"]) for name in ("estimate", "low", "high")]
        table.add_row(row["key"] or _("not known"), *numbers, str(row["n"]), row["method"], ", ".join(row["warnings"]))
    Console().print(table)


def _number(value: float | None, metric: str) -> str:
    if value is None:
        return "–"
    return {"nps": f"{value:+.1f}", "csat": percent(value)}.get(metric, f"{value:.2f}")


def register(app: typer.Typer) -> None:
    app.command()(score)
