"""`allears evaluate masking`: precision and recall of what masking finds, by kind and language."""

import json
from typing import Annotated, Any

import typer

from allears.cli.words import gettext as _
from allears.kit.numbers import percent


def masking(
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the table of docs/masking.md.")] = False,
) -> None:
    """Print precision and recall of masking on our own labelled texts: those it was fitted to, and those it was not."""
    from allears.understand.text.masking_report import Report, cases, judge, markdown_table

    reports: dict[str, Report] = {part: judge(cases(part=part)) for part in ("held", "fitted")}
    if as_json:
        typer.echo(json.dumps({part: _figures(report) for part, report in reports.items()}))
    elif markdown:
        typer.echo(markdown_table(reports["held"], reports["fitted"]))
    else:
        for part, report in reports.items():
            _tell(part, report)


def _figures(report: Any) -> dict[str, Any]:
    return {
        "texts": report.texts,
        "clean_texts": report.clean_texts,
        "clean_hurt": report.clean_hurt,
        "leaked": report.leaked,
        "rows": [
            {
                "language": row.language,
                "kind": row.kind,
                "right": row.right,
                "wrong": row.wrong,
                "missed": row.missed,
                "precision": row.precision,
                "recall": row.recall,
            }
            for row in report.rows
        ],
    }


def _tell(part: str, report: Any) -> None:
    from rich.console import Console
    from rich.table import Table

    titles = {"held": _("Texts the rules were never fitted to"), "fitted": _("Texts the rules were made with")}
    table = Table(title=f"{titles[part]} ({report.texts:,})", title_justify="left")
    for head in (_("language"), _("kind")):
        table.add_column(head)
    for head in (_("right"), _("wrong"), _("missed"), _("precision"), _("recall"), "95%"):
        table.add_column(head, justify="right")
    for row in report.rows:
        limits = row.recall_limits
        between = "–" if limits is None else f"{limits.low:.2f}–{limits.high:.2f}"
        counts = (str(row.right), str(row.wrong), str(row.missed))
        table.add_row(row.language, row.kind, *counts, _share(row.precision), _share(row.recall), between)
    console = Console()
    console.print(table)
    says = _(
        "Masked in {hurt} of {texts} texts that hold nothing; {leaked} of the marked characters stayed in sight.\n"
    )
    console.print(says.format(hurt=report.clean_hurt, texts=report.clean_texts, leaked=percent(report.leaked)))


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def register(app: typer.Typer) -> None:
    group = next((each.typer_instance for each in app.registered_groups if each.name == "evaluate"), None)
    if group is None:
        group = typer.Typer(no_args_is_help=True, help="How good All Ears is at what it claims.")
        group.callback()(lambda: None)
        app.add_typer(group, name="evaluate")
    group.command("masking")(masking)
