"""`allears erase`: a customer goes from every place we keep, and a certificate stays."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from allears.cli.main import set_up
from allears.cli.words import gettext as _
from allears.cli.words import padded

if TYPE_CHECKING:
    from allears.customers.rights.erasing import Preview

WRONG_USE = 2


def erase(
    customer: Annotated[str, typer.Argument(help="Key, #id, e-mail address, phone number or user id.")],
    workspace: Annotated[str, typer.Option("--workspace", help="Short name of the workspace.")] = "default",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would go, and change nothing.")] = False,
    may_return: Annotated[
        bool, typer.Option("--may-return", help="Keep no fingerprint: a later import may bring the person back.")
    ] = False,
    strike_name: Annotated[
        bool,
        typer.Option("--strike-name", help="Strike the name out of what staff typed, too; see --dry-run."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write the certificate to this file.")] = None,
    data: Annotated[Path | None, typer.Option(envvar="ALLEARS_DATA", help="The data folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the certificate, or the counts, as JSON.")] = False,
) -> None:
    """Erase a customer everywhere: database, intake log, uploads, outbox, lake and the key of back-ups.

    Scores and counts stay as they are. It cannot be undone.
    """
    set_up(str(data) if data else None)
    from django.utils import timezone

    from allears.accounts.models import Workspace
    from allears.customers.rights import UnknownPersonError, find_customer
    from allears.customers.rights import erase as erase_now
    from allears.customers.rights.erasing import certificate, preview

    place = Workspace.objects.filter(slug=workspace).first()
    if place is None:
        _wrong(_("there is no workspace “{workspace}”").format(workspace=workspace), as_json)
        return
    try:
        found = find_customer(workspace_id=place.pk, known_by=customer)
    except UnknownPersonError as error:
        _wrong(str(error), as_json)
        return
    if dry_run:
        _tell_preview(preview(workspace_id=place.pk, customer_id=found.pk), as_json)
        return
    if not yes and not as_json:
        typer.confirm(_("This cannot be undone. Erase this customer?"), abort=True)
    done = erase_now(
        workspace_id=place.pk,
        customer_id=found.pk,
        actor_id=None,
        via="cli",
        never_again=not may_return,
        strike_name=strike_name,
        now=timezone.now(),
    )
    _tell(certificate(done), as_json, out)


def _wrong(says: str, as_json: bool) -> None:
    typer.echo(json.dumps({"error": says}, ensure_ascii=False) if as_json else says, err=not as_json)
    raise typer.Exit(WRONG_USE)


def _tell_preview(found: "Preview", as_json: bool) -> None:
    if as_json:
        typed = [asdict(place) for place in found.typed]
        told = {"dry_run": True, "own": found.own, "mentioned": found.mentioned, "partly": found.partly, "typed": typed}
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for title, counts in ((_("Rows of this customer"), found.own), (_("Mentions elsewhere"), found.mentioned)):
        typer.echo(title)
        for model, count in counts.items():
            typer.echo(f"  {count:>8}  {model}")
    if found.partly:
        says = _("  of these only the newest {rows} rows were looked through; the real run looks through all: {tables}")
        typer.echo(says.format(rows=f"{found.looked_at:,}", tables=", ".join(found.partly)))
    if found.typed:
        typer.echo(_("Typed by staff"))
    for place in found.typed:
        fate = _("stays") if place.a_rule else _("with --strike-name") if place.by_name else _("struck out")
        typer.echo(f"  {padded(fate, 18, right=True)}  {place.model} {place.row} {place.column}: {place.text}")
    typer.echo(_("Nothing was changed. Files, the lake and the key of back-ups follow in the real run."))


def _tell(paper: dict[str, Any], as_json: bool, out: Path | None) -> None:
    text = json.dumps(paper, indent=2, ensure_ascii=False)
    if out is not None:
        out.write_text(text + "\n", encoding="utf-8")
    if as_json:
        typer.echo(text)
        return
    for each in paper["removed"]:
        typer.echo(f"{each['count']:>8}  {each['what']:<10}  {each['where']}")
    for each in paper.get("not_looked_into", ()):
        ids = ", ".join(map(str, each["ids"]))
        says = _("not looked into ({why})").format(why=each["why"])
        typer.echo(f"{each['count']:>8}  {says}  {each['where']}: {ids}")
    typer.echo(_("Certificate {certificate}, hash {digest}").format(**paper))


def register(app: typer.Typer) -> None:
    app.command("erase")(erase)
