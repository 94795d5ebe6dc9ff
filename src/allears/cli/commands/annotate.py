"""`allears annotate`: a file's comments read; a label set of its own learnt from one of its columns."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from allears.cli.main import set_up
from allears.cli.words import gettext as _

if TYPE_CHECKING:
    from rich.console import Console

    from allears.events.imports.tables import Table
    from allears.understand.text.adapting import AdaptedAnnotator
    from allears.understand.text.annotating import Annotating, Lesson, Outcome
    from allears.understand.text.annotation import Annotator
    from allears.understand.text.judging import HeldOutReport
    from allears.understand.text.learning import LabelModel

WRONG_USE = 2
INCOMPLETE = 1


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the command line asks for."""

    file: Path
    text: str
    out: Path | None
    language: str
    train_column: str
    score_column: str
    holdout: float
    seed: int
    model: Path | None
    save: Path | None
    sheet: str


def annotate(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, Excel, JSON Lines or Parquet, plain or .gz.")],
    text: Annotated[str, typer.Option("--text", help="The column with the words, by name or number.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write here; its ending names the format.")] = None,
    language: Annotated[str, typer.Option(help="zh or en for all rows; else each row's is recognised.")] = "",
    train_column: Annotated[str, typer.Option(help="Learn the labels of this column and give them too.")] = "",
    score_column: Annotated[str, typer.Option(help="Adapt the sentiment to the scores in this column.")] = "",
    holdout: Annotated[float, typer.Option(help="Share of labelled rows not learnt from, to be judged by.")] = 0.2,
    seed: Annotated[int, typer.Option(help="Of the split and the learning: the same seed, the same model.")] = 0,
    model: Annotated[Path | None, typer.Option(help="Folder of a model saved before; its labels are added.")] = None,
    save: Annotated[Path | None, typer.Option(help="Learn from every row and keep that in this folder.")] = None,
    sheet: Annotated[str, typer.Option(help="Of a workbook, the sheet to read.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Annotate the comments of a file. Exit code 0: every row; 1: some rows cannot be read; 2: wrong use."""
    set_up()
    asked = Asked(
        file=file,
        text=text,
        out=out,
        language=language,
        train_column=train_column,
        score_column=score_column,
        holdout=holdout,
        seed=seed,
        model=model,
        save=save,
        sheet=sheet,
    )
    with wrong_use(as_json=as_json, learning="score-column" if score_column and not train_column else "train-column"):
        unread = _Command(asked, as_json=as_json).run()
    raise typer.Exit(INCOMPLETE if unread else 0)


class _Command:
    """One call: what is shown goes to the terminal, or to standard error where the result is asked for as JSON."""

    def __init__(self, asked: Asked, *, as_json: bool) -> None:
        from rich.console import Console as Screen

        self.asked, self.as_json = asked, as_json
        self.console: Console = Screen(stderr=as_json)
        self.document: dict[str, Any] = {"file": str(asked.file)}

    def run(self) -> int:
        """How many rows could not be read."""
        from allears.events.imports.reading import FormatOptions, open_table
        from allears.understand.text.annotating import count_of, place_of, writer_of

        _check(self.asked)
        if self.asked.out:
            writer_of(self.asked.out)
        table = open_table(self.asked.file, FormatOptions(sheet=self.asked.sheet))
        words = place_of(table, self.asked.text, option="text")
        with self.console.status(_("Counting rows …")):
            rows = count_of(table)
        from allears.understand.text import builtin

        learnt = _Learnt(builtin.annotator(), builtin.annotator())
        self._load(learnt)
        self._adapt(learnt, table, words, rows)
        self._train(learnt, table, words, rows)
        outcome = self._write(learnt, table, words, rows)
        if self.as_json:
            typer.echo(json.dumps(self.document, ensure_ascii=False))
        return outcome.unread if outcome else 0

    def _load(self, learnt: "_Learnt") -> None:
        from allears.understand.text.adapting import AdaptedAnnotator
        from allears.understand.text.annotating import AnnotateError
        from allears.understand.text.learning import LabelModel, LearningError

        if not self.asked.model:
            return
        try:
            model = LabelModel.load(self.asked.model, annotator=learnt.annotator)
        except LearningError as error:
            raise AnnotateError("model", str(error)) from error
        if model.about.get("adapts"):
            learnt.annotator = AdaptedAnnotator(learnt.annotator, model)
        else:
            learnt.models.append((model.task, model))

    def _adapt(self, learnt: "_Learnt", table: "Table", words: int, rows: int) -> None:
        from allears.understand.text import adapting

        if not self.asked.score_column:
            return
        lesson = self._lesson(table, words, rows, self.asked.score_column, "score-column")
        seed, holdout = self.asked.seed, self.asked.holdout
        with self.console.status(_("Adapting …")):
            adapted, report = adapting.adapt(
                learnt.annotator, lesson.texts, lesson.cells, seed=seed, holdout=holdout, refit=False
            )
            learnt.splits = lesson.splits(
                *_lists(adapting.split_of(lesson.texts, lesson.cells, holdout=holdout, seed=seed))
            )
        self._tell("adapted", report)
        if self.asked.save:
            with self.console.status(_("Adapting …")):
                whole = adapted
                if holdout:
                    whole, _again = adapting.adapt(learnt.annotator, lesson.texts, lesson.cells, seed=seed, holdout=0.0)
            self._keep(whole, int(whole.model.about["rows"]))
        if report.better:
            learnt.annotator = adapted
        else:
            says = _("The adapted model is not better: the sentiment stays the built-in model's.")
            self.console.print(f"[yellow]{says}[/]")

    def _train(self, learnt: "_Learnt", table: "Table", words: int, rows: int) -> None:
        from allears.understand.text import learning

        if not self.asked.train_column:
            return
        lesson = self._lesson(table, words, rows, self.asked.train_column, "train-column")
        seed, holdout = self.asked.seed, self.asked.holdout
        name = table.columns[lesson_column(table, self.asked.train_column)]
        with self.console.status(_("Learning {name} …").format(name=name)):
            model, report = learning.LabelModel.train(
                lesson.texts, lesson.cells, seed=seed, holdout=holdout, task=name, annotator=learnt.builtin
            )
            learnt.splits = lesson.splits(
                *_lists(learning.split_of(lesson.texts, lesson.cells, holdout=holdout, seed=seed))
            )
        self._tell("learnt", report)
        if self.asked.save:
            with self.console.status(_("Learning {name} …").format(name=name)):
                whole = model
                if holdout:
                    whole, _again = learning.LabelModel.train(
                        lesson.texts, lesson.cells, seed=seed, holdout=0.0, task=name, annotator=learnt.builtin
                    )
            self._keep(whole, int(whole.about["rows"]))
        learnt.models.append((name, model))

    def _keep(self, model: "LabelModel | AdaptedAnnotator", rows: int) -> None:
        """Save what has learnt from every row: the held-out ones have done their duty when the report is told."""
        assert self.asked.save
        model.save(self.asked.save)
        self.document["saved"] = {"folder": str(self.asked.save), "rows": rows}
        says = _("Kept in {folder}: a model that has learnt from all {n} rows, those held out for the report too.")
        self.console.print(says.format(folder=self.asked.save, n=f"{rows:,}"), markup=False)

    def _lesson(self, table: "Table", words: int, rows: int, column: str, option: str) -> "Lesson":
        from allears.understand.text.annotating import lesson_of, place_of

        beside = place_of(table, column, option=option)
        with self._bar(_("Reading …"), rows) as told:
            return lesson_of(table, words, beside, rows=rows, seed=self.asked.seed, on_progress=told)

    def _tell(self, name: str, report: "HeldOutReport") -> None:
        self.document[name] = report.as_json()
        if not self.as_json:
            typer.echo(str(report) + "\n")

    def _write(self, learnt: "_Learnt", table: "Table", words: int, rows: int) -> "Outcome | None":
        from allears.understand.text.annotating import Annotating, annotate_file

        if not self.asked.out:
            return None
        job = Annotating(
            table=table,
            text=words,
            annotator=learnt.annotator,
            language="zh" if self.asked.language == "zh" else "en" if self.asked.language == "en" else None,
            learnt=learnt.models,
            splits=learnt.splits,
        )
        mark = table.about.get("encoding") == "utf-8-sig"
        with self._bar(_("Annotating"), rows) as told:
            outcome = annotate_file(job, self.asked.out, mark=mark, on_progress=told)
        self._tell_outcome(job, outcome)
        return outcome

    def _tell_outcome(self, job: "Annotating", outcome: "Outcome") -> None:
        self.document |= {
            "out": str(self.asked.out),
            "rows": outcome.rows,
            "unread": outcome.unread,
            "unread_file": str(outcome.unread_file) if outcome.unread_file else None,
            "model": job.annotator.version,
            "columns": [column.name for column in job.columns[len(job.table.columns) :]],
        }
        says = _("{n} rows annotated by {model} in {out}")
        done = {"n": f"{outcome.rows:,}", "model": job.annotator.version, "out": self.asked.out}
        self.console.print(says.format(**done), markup=False)
        if outcome.unread:
            says = _(
                "{n} rows cannot be read; they are in {file} with the reason. Mend them there and annotate that file."
            )
            self.console.print(says.format(n=f"{outcome.unread:,}", file=outcome.unread_file), markup=False)

    @contextmanager
    def _bar(self, name: str, rows: int) -> Iterator[Callable[[int], None]]:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        from allears.cli.progress import RateColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), RateColumn())
        with Progress(*columns, TimeRemainingColumn(), console=self.console, transient=True) as progress:
            bar = progress.add_task(name, total=rows)
            yield lambda done: progress.update(bar, completed=done)


@dataclass(slots=True)
class _Learnt:
    """Who reads the words by now, and what was learnt of them."""

    annotator: "Annotator"
    builtin: "Annotator"
    models: list[tuple[str, "LabelModel"]] = field(default_factory=list)
    splits: dict[int, str] | None = None


def lesson_column(table: "Table", name: str) -> int:
    """The place of the column to learn."""
    from allears.understand.text.annotating import place_of

    return place_of(table, name, option="train-column")


def _lists(split: tuple[Any, Any]) -> tuple[list[bool], list[bool]]:
    held, used = split
    return held.tolist(), used.tolist()


def _check(asked: Asked) -> None:
    from allears.understand.text.annotating import AnnotateError

    if not asked.out and not (asked.train_column or asked.score_column):
        raise AnnotateError("out", _("Name the file to write with -o, such as -o annotated.csv."))
    if asked.out and asked.out.resolve() == asked.file.resolve():
        says = _("The output is the input file: nothing was written. Name another file with -o.")
        raise AnnotateError("out", says)
    if asked.out and not asked.out.resolve().parent.is_dir():
        says = _("There is no folder {folder}. Make it first.").format(folder=asked.out.resolve().parent)
        raise AnnotateError("out", says)
    if asked.language not in {"", "auto", "zh", "en"}:
        says = _("“{language}” is not read here: take zh or en, or leave it out.").format(language=asked.language)
        raise AnnotateError("language", says)
    if not 0 <= asked.holdout <= 0.9:
        raise AnnotateError("holdout", _("The held-out share must be from 0 (cross-fitted report) to 0.9."))
    if asked.save and bool(asked.train_column) == bool(asked.score_column):
        says = _("--save keeps one model: give it with --train-column or with --score-column.")
        raise AnnotateError("save", says)


@contextmanager
def wrong_use(*, as_json: bool, learning: str = "train-column") -> Iterator[None]:
    """Tell an error of use on standard error and leave with code 2. `learning` names the column learnt from."""
    from allears.events.imports.errors import ImportUseError
    from allears.understand.registry import why_not
    from allears.understand.text.annotating import AnnotateError
    from allears.understand.text.learning import LearningError
    from allears.understand.text.scales import ScaleError

    try:
        yield
    except (ImportUseError, AnnotateError, LearningError, ScaleError) as error:
        place = getattr(error, "field", learning if isinstance(error, LearningError) else "score-column")
        said = (why_not(error.code, error.params) if isinstance(error, LearningError) else "") or str(error)
        typer.echo(f"{place}: {said}", err=True)
        if as_json:
            typer.echo(json.dumps({"error": {"field": place, "message": said}}, ensure_ascii=False))
        raise typer.Exit(WRONG_USE) from error


def register(app: typer.Typer) -> None:
    app.command()(annotate)
