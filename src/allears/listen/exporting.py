"""Voices and responses on their way out as files; a response has one column for each question ever asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext_lazy

from allears.events.exports import filtering
from allears.events.exports.own import with_user_ids
from allears.events.exports.tables import Column, ExportTable, Filters, Measure, Selection, Type, keyed_batches
from allears.listen import logic
from allears.listen.definition import (
    SCALES,
    Choice,
    Choices,
    DefinitionError,
    Matrix,
    Note,
    Number,
    Option,
    Question,
    Ranking,
    Rating,
    Score,
    Text,
    parse,
)
from allears.listen.models import Response, SurveyVersion
from allears.listen.tags.queries import names_on
from allears.listen.wall import WallFilter, chosen

FEELINGS = {
    "positive": gettext_lazy("positive"),
    "neutral": gettext_lazy("neutral"),
    "negative": gettext_lazy("negative"),
    "mixed": gettext_lazy("mixed"),
}
METRICS = {"nps": "NPS 0–10", "csat": "CSAT 1–5", "ces": "CES 1–7"}
WHO = (
    Column(name="user_id", label=gettext_lazy("Customer’s id")),
    Column(name="customer_key", label=gettext_lazy("Customer’s key")),
)
ABOUT = (
    Column(name="metric", label=gettext_lazy("Measure"), values=METRICS),
    Column(name="score", label=gettext_lazy("Score"), type=Type.INTEGER, measure=Measure.ORDINAL),
    Column(name="touchpoint", label=gettext_lazy("Touchpoint")),
    Column(name="channel", label=gettext_lazy("Channel")),
    Column(name="segment", label=gettext_lazy("Segment")),
    Column(name="language", label=gettext_lazy("Language")),
)
VOICE_COLUMNS = (
    Column(name="id", label=gettext_lazy("Row’s own id")),
    Column(name="said_at", label=gettext_lazy("Time"), type=Type.TIME),
    Column(name="text", label=gettext_lazy("Text")),
    Column(name="source_kind", label=gettext_lazy("Kind of voice")),
    Column(name="initiator", label=gettext_lazy("Who began")),
    Column(name="sentiment", label=gettext_lazy("Feeling, as stated"), values=FEELINGS),
    *ABOUT,
    *WHO,
    Column(name="public", label=gettext_lazy("Public"), type=Type.FLAG),
    Column(name="attributes", label=gettext_lazy("Attributes")),
    Column(name="tags", label=gettext_lazy("Tags")),
)
VOICE_NAMES = (
    "key", "said_at", "text", "source_kind", "initiator", "sentiment", "metric", "score", "touchpoint__name",
    "channel", "segment", "language", "customer_id", "customer__key", "public", "attributes", "id",
)  # fmt: skip
RESPONSE_COLUMNS = (
    Column(name="id", label=gettext_lazy("Row’s own id")),
    Column(name="started_at", label=gettext_lazy("Begun"), type=Type.TIME),
    Column(name="completed_at", label=gettext_lazy("Completed"), type=Type.TIME),
    Column(name="survey", label=gettext_lazy("Survey")),
    Column(name="survey_version", label=gettext_lazy("Survey’s version"), type=Type.INTEGER, measure=Measure.ORDINAL),
    *ABOUT,
    *WHO,
    Column(name="outcome", label=gettext_lazy("How it ended")),
    Column(name="marks", label=gettext_lazy("Marks to check")),
)
RESPONSE_NAMES = (
    "key", "started_at", "completed_at", "survey_version__survey__key", "survey_version__number", "metric", "score",
    "touchpoint__name", "channel", "segment", "language", "customer_id", "customer__key", "outcome", "marks",
    "answers",
)  # fmt: skip
MOST_QUESTIONS = 1_000
LOOKED_AT = 20_000  # responses without a survey whose answers are searched for column names


def _voices(workspace_id: int, filters: Filters) -> Selection:
    wall = WallFilter(
        workspace_id=workspace_id,
        feeling=filters.get("feeling", ""),
        touchpoint_id=filtering.whole(filters, "touchpoint"),
        source_kind=filters.get("source", ""),
        text=filters.get("q", ""),
        tag_id=filtering.whole(filters, "tag"),
        survey=filters.get("survey", ""),
        question=filters.get("question", "") if filters.get("survey") else "",
    )
    rows = filtering.spanned(chosen(wall), filters, "said_at")
    if (customer := filtering.whole(filters, "customer_id")) is not None:
        rows = rows.filter(customer_id=customer)
    rows = filtering.of_account(rows, filters, workspace_id)

    def batches(size: int) -> Iterator[list[tuple[Any, ...]]]:
        found = _tagged(workspace_id, keyed_batches(rows, VOICE_NAMES, tuple, size))
        return with_user_ids(found, workspace_id=workspace_id, customer=12, at=12)

    return Selection(columns=VOICE_COLUMNS, count=rows.count, batches=batches)


def _tagged(workspace_id: int, batches: Iterator[list[tuple[Any, ...]]]) -> Iterator[list[tuple[Any, ...]]]:
    """Batches whose last place, the voice's id, becomes its tags in one line."""
    for batch in batches:
        names = names_on(workspace_id=workspace_id, voice_ids=[row[-1] for row in batch])
        yield [(*row[:-1], "; ".join(name for _id, name in names.get(row[-1], []))) for row in batch]


def _responses(workspace_id: int, filters: Filters) -> Selection:
    rows = filtering.spanned(Response.objects.in_workspace(workspace_id), filters, "started_at")
    rows = filtering.equal(rows, filters, "metric", "channel")
    if filters.get("survey"):
        rows = rows.filter(survey_version__survey__key=filters["survey"])
    if (touchpoint := filtering.whole(filters, "touchpoint")) is not None:
        rows = rows.filter(touchpoint_id=touchpoint)
    rows = filtering.of_account(rows, filters, workspace_id)
    questions = _questions(workspace_id, filters.get("survey", ""), rows)
    names = list(questions)

    def spread(row: tuple[Any, ...]) -> tuple[Any, ...]:
        answers = row[-1] if isinstance(row[-1], dict) else {}
        marks = "; ".join(str(each.get("mark", "")) for each in row[-2] or [])
        return (*row[:-2], marks, *(_cell(answers, name) for name in names))

    def batches(size: int) -> Iterator[list[tuple[Any, ...]]]:
        found = keyed_batches(rows, RESPONSE_NAMES, spread, size)
        return with_user_ids(found, workspace_id=workspace_id, customer=11, at=11)

    return Selection(columns=(*RESPONSE_COLUMNS, *questions.values()), count=rows.count, batches=batches)


def _questions(workspace_id: int, survey: str, rows: Any) -> dict[str, Column]:
    """A column for each question, as its latest version words it; answers of files have their own names."""
    rows_of = SurveyVersion.objects.in_workspace(workspace_id).select_related("workspace")
    versions = rows_of.order_by("survey_id", "-number")
    if survey:
        versions = versions.filter(survey__key=survey)
    found: dict[str, Column] = {}
    for version in versions:
        try:
            definition = parse(version.definition)
        except DefinitionError:  # of a draft that an older release kept: its answers still have their names
            continue
        reader = _Reader(language=definition.language_for(get_language() or "en"), company=version.workspace.name)
        for question in definition.questions:
            if isinstance(question, Note):  # nothing is answered there
                continue
            for name, column in _columns(question, reader):
                found.setdefault(name, column)
    for answers in (
        rows.filter(survey_version__isnull=True).order_by("pk").values_list("answers", flat=True)[:LOOKED_AT]
    ):
        for name in answers:
            found.setdefault(name, Column(name=f"answer.{name}", label=name))
        if len(found) > MOST_QUESTIONS:
            break
    return found


def _cell(answers: dict[str, Any], name: str) -> Any:
    """One answer as one cell: several in one line, a row of a matrix by ``question.row``."""
    if name in answers:
        found = answers[name]
    else:
        whole, _dot, part = name.partition(".")
        rows = answers.get(whole)
        found = rows.get(part) if isinstance(rows, dict) else None
    if isinstance(found, list):
        return "; ".join(str(each["name"] if isinstance(each, dict) else each) for each in found)
    if isinstance(found, dict):
        return "; ".join(f"{key}: {value}" for key, value in found.items())
    return found


@dataclass(frozen=True, kw_only=True)
class _Reader:
    """How the words of a survey are read over a column."""

    language: str
    company: str

    def read(self, text: Text, name: str) -> str:
        words = text.get(self.language) or next(filter(None, text.values()), name)
        return logic.read(words, company=self.company)

    def options(self, options: Sequence[Option]) -> dict[Any, Any]:
        return {each.value: self.read(each.text, each.value) for each in options}


def _columns(question: Question, reader: _Reader) -> Iterator[tuple[str, Column]]:
    """The columns of a question: a matrix has one for each row."""
    label = reader.read(question.text, question.name)
    if isinstance(question, Matrix):
        for row in question.rows:
            name = f"{question.name}.{row.value}"
            words = f"{label}: {reader.read(row.text, row.value)}"
            yield name, Column(name=f"answer.{name}", label=words, values=reader.options(question.columns))
        return
    yield question.name, _column(question, label, reader)
    if isinstance(question, Choice | Choices) and any(option.other for option in question.options):
        name = f"{question.name}.other"
        yield name, Column(name=f"answer.{name}", label=f"{label} …")


def _column(question: Question, label: str, reader: _Reader) -> Column:
    name = f"answer.{question.name}"
    if isinstance(question, Score):
        scale = SCALES[question.metric]
        ends = {scale[0]: question.low, scale[-1]: question.high}
        values = {end: f"{end} {reader.read(text, '')}".strip() for end, text in ends.items()}
        return Column(name=name, label=label, type=Type.INTEGER, measure=Measure.ORDINAL, values=values)
    if isinstance(question, Rating):
        return Column(name=name, label=label, type=Type.INTEGER, measure=Measure.ORDINAL)
    if isinstance(question, Number):
        return Column(name=name, label=label, type=Type.NUMBER)
    if isinstance(question, Choices | Ranking):
        options = reader.options(question.options)
        return Column(name=name, label=label, options=options, ranked=isinstance(question, Ranking))
    if isinstance(question, Choice):
        return Column(name=name, label=label, values=reader.options(question.options))
    return Column(name=name, label=label)


VOICES = ExportTable(
    name="voices",
    label=gettext_lazy("Voices"),
    filters=("q", "feeling", "touchpoint", "source", "tag", "customer_id", "account", "survey", "question"),
    select=_voices,
)
RESPONSES = ExportTable(
    name="responses",
    label=gettext_lazy("Survey responses"),
    filters=("survey", "metric", "channel", "touchpoint", "account"),
    select=_responses,
)
