"""`allears evaluate text`: how good reading is, on our own test part and on public data, beside peers."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from allears.cli.commands.annotate import wrong_use
from allears.cli.main import set_up
from allears.cli.words import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console
    from rich.table import Table

    from allears.understand.text.annotation import Annotator
    from allears.understand.text.evaluation.running import Evaluation, Line

MISSED = 1
WIDE = 150  # columns that the table takes


def text(
    data: Annotated[
        Path | None, typer.Option(help="Folder of the public data sets; see docs/text-accuracy.md.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A sample of each set, one fold: a minute or two.")] = False,
    with_peers: Annotated[bool, typer.Option("--peers", help="VADER, SnowNLP and tf-idf linear beside us.")] = False,
    untrained: Annotated[bool, typer.Option("--untrained", help="Only the built-in model; nothing is learnt.")] = False,
    only: Annotated[str, typer.Option(help="Only the data sets whose names hold this.")] = "",
    file: Annotated[Path | None, typer.Option(help="A data set of your own instead, with --text and --label.")] = None,
    text_column: Annotated[str, typer.Option("--text", help="Its column with the words.")] = "text",
    label_column: Annotated[str, typer.Option("--label", help="Its column with scores or labels.")] = "label",
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Print macro-F1, accuracy, calibration error and abstention by task, language and data set, and the throughput."""
    set_up()
    from rich.console import Console as Screen

    from allears.understand.text import builtin
    from allears.understand.text.evaluation import peers
    from allears.understand.text.evaluation.running import Evaluation

    console = Screen(stderr=as_json, width=None if as_json else max(WIDE, Screen().width))
    with wrong_use(as_json=as_json, learning="label"):
        python = peers.interpreter() if with_peers else None
        if with_peers and python is None:
            console.print(peers.HOW, markup=False)
        evaluation = Evaluation(
            annotator=builtin.annotator(),
            folder=None if file else _folder(data, console),
            quick=quick,
            python=python,
            plain=with_peers,
            learn=not untrained,
            only=only,
        )
        lines = _of_file(evaluation, file, text_column, label_column) if file else evaluation.lines()
        document = _shown(console, evaluation, lines, as_json=as_json)
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
    raise typer.Exit(0 if all(each["reached"] for each in document["bars"]) or quick else MISSED)


def _folder(given: Path | None, console: "Console") -> Path | None:
    """The public data: what was named, else ALLEARS_TEST_DATA, else ../shared/data."""
    from allears.understand.text.annotating import AnnotateError

    folder = given or Path(os.environ.get("ALLEARS_TEST_DATA") or "../shared/data")
    if (folder / "chnsenticorp").is_dir():
        return folder
    if given:
        says = _("{folder} holds no data sets. docs/text-accuracy.md says which and where from.")
        raise AnnotateError("data", says.format(folder=folder))
    says = _("No public data sets in {folder} (--data names their folder): only our own test part.")
    console.print(says.format(folder=folder), markup=False)
    return None


def _of_file(evaluation: "Evaluation", file: Path, text_column: str, label_column: str) -> "Iterable[Line]":
    from allears.events.imports.reading import open_table
    from allears.kit.script import language_of
    from allears.understand.text.annotating import count_of, lesson_of, place_of

    table = open_table(file)
    words, labels = (
        place_of(table, text_column, option="text"),
        place_of(table, label_column, option="label"),
    )
    lesson = lesson_of(table, words, labels, rows=count_of(table), seed=0)
    chinese = sum(language_of(each) == "zh" for each in lesson.texts[:500]) * 2 > len(lesson.texts[:500])
    return evaluation.given_file(lesson.texts, lesson.cells, name=file.name, language="zh" if chinese else "en")


def _shown(console: "Console", evaluation: "Evaluation", lines: "Iterable[Line]", *, as_json: bool) -> dict[str, Any]:
    from allears.understand.text.evaluation.running import SPEED_BAR

    found = []
    with console.status(_("Evaluating …")) as status:
        for line in lines:
            found.append(line)
            status.update(_("Evaluating … {data}, {task}").format(data=line.data, task=line.task))
        speed = evaluation.throughput()
    bars = [{"data": each.data, "mode": each.mode, **_bar(each)} for each in found if each.bar]
    bars += [
        {"data": f"throughput {language}", "mode": "comments/s of one core", "figure": "per_second",
         "at_least": SPEED_BAR, "value": round(each), "reached": each >= SPEED_BAR}
        for language, each in speed.items()
    ]  # fmt: skip
    if not as_json:
        console.print(_table(found, evaluation.annotator))
        for language, each in speed.items():
            says = _("throughput, {language}, all labels: {n} comments a second of one core")
            console.print(says.format(language=language, n=f"{each:,.0f}"), markup=False)
        for missed in (each for each in bars if not each["reached"]):
            says = _("below its bar: {data} {mode} {value} < {at_least}")
            console.print(says.format(**missed), markup=False)
    return {
        "model": evaluation.annotator.version,
        "quick": evaluation.quick,
        "lines": [each.as_json() for each in found],
        "throughput": {language: round(each) for language, each in speed.items()},
        "bars": bars,
    }


def _bar(line: "Line") -> dict[str, Any]:
    assert line.bar
    figure, least, reached = line.bar
    return {"figure": figure, "at_least": least, "value": round(getattr(line, figure), 4), "reached": reached}


def _table(lines: "list[Line]", annotator: "Annotator") -> "Table":
    from rich import box
    from rich.table import Table as Grid

    grid = Grid(title=f"{annotator.version}", title_justify="left", box=box.SIMPLE)
    for head in (_("data"), "", _("task"), _("how"), _("system")):
        grid.add_column(head, no_wrap=True)
    for head in ("n", _("accuracy"), "macro-F1", "micro-F1", "ECE", _("abstains"), _("bar")):
        grid.add_column(head, justify="right")
    for each in lines:
        bar = f"{'✓' if each.bar[2] else '✗'} ≥ {each.bar[1]:g}" if each.bar else ""
        system = "" if each.mode == "untrained" else each.system
        grid.add_row(each.data, each.language, each.task, each.mode, system, f"{each.n:,}", *_figures(each), bar)
    return grid


def _figures(line: "Line") -> list[str]:
    shares = (line.accuracy, line.macro_f1, line.micro_f1, line.ece)
    abstained = "" if line.abstained is None else f"{line.abstained:.1%}"
    return [*("" if each is None else f"{each:.3f}" for each in shares), abstained]


def register(app: typer.Typer) -> None:
    evaluate = typer.Typer(no_args_is_help=True, help="How good All Ears is at what it claims.")
    evaluate.command("text")(text)
    evaluate.callback()(lambda: None)
    app.add_typer(evaluate, name="evaluate")
