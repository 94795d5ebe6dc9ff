"""`allears decisions`: the ledger checked against the raw history."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from allears.cli.commands.import_ import find_workspace, wrong_use
from allears.cli.main import set_up
from allears.cli.words import gettext as _

if TYPE_CHECKING:
    from allears.outreach.recomputing import Audit

app = typer.Typer(no_args_is_help=True, help="The governor's ledger: who was asked, who was not, and why.")
DISAGREED = 1


@app.command()
def recompute(
    sample: Annotated[int, typer.Option(help="How many decisions to draw; 0 takes all.")] = 200,
    seed: Annotated[int, typer.Option(help="The same seed draws the same ones.")] = 0,
    workspace: Annotated[
        str, typer.Option("--workspace", help="Short name of the workspace; the only one if there is one.")
    ] = "",
    data: Annotated[Path | None, typer.Option(envvar="ALLEARS_DATA", help="The data folder.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Work random verdicts out again from the raw history and compare. Exit code 1 when one differs."""
    set_up(str(data) if data else None)
    from allears.outreach.recomputing import audit

    with wrong_use(as_json=as_json):
        place = find_workspace(workspace)
        found = audit(workspace_id=place.pk, sample=sample or 10**12, seed=seed)
    _tell(found, as_json=as_json)
    raise typer.Exit(DISAGREED if found.disagreements else 0)


def _tell(found: "Audit", *, as_json: bool) -> None:
    wrong = [
        {
            "decision": each.decision_id,
            "verdict": each.verdict.name,
            "rule": each.verdict.rule,
            "intact": each.intact,
            "differences": sorted(each.differences),
        }
        for each in found.disagreements
    ]
    if as_json:
        typer.echo(json.dumps({**vars(found), "disagreements": wrong}, ensure_ascii=False))
        return
    says = _("{checked} verdicts recomputed from the raw history, {agreed} agree.")
    typer.echo(says.format(checked=found.checked, agreed=found.agreed))
    if found.erased:
        typer.echo(_("{n} more belong to erased customers, whose facts are gone.").format(n=found.erased))
    if found.facts_differ:
        typer.echo(_("{n} rest on facts that the history tells differently today.").format(n=found.facts_differ))
    for each in wrong:
        typer.echo(_("  decision {decision}: {verdict} ({rule}); {differences}").format(**each))


def register(parent: typer.Typer) -> None:
    parent.add_typer(app, name="decisions")
