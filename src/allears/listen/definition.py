"""What a survey asks, as open JSON (``docs/survey-definition.md``; JSON Schema from ``json_schema()``).

Every text is given once for each language of the survey, so that one survey has one result in all of them.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args

import msgspec

FORMAT: Literal["allears-survey/1"] = "allears-survey/1"
Text = dict[str, str]  # language → words; {company} stands for the workspace's name
Metric = Literal["nps", "csat", "ces"]
SCALES: Mapping[str, range] = {"nps": range(11), "csat": range(1, 6), "ces": range(1, 8)}
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class DefinitionError(ValueError):
    """A definition that cannot be published; ``place`` says where, the message what to mend."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place


class Option(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One thing to choose."""

    value: str
    text: Text


class Score(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="score"):
    """A question on the scale of a metric: NPS 0–10, CSAT 1–5, CES 1–7."""

    name: str
    metric: Metric
    text: Text
    low: Text  # what the lowest figure means
    high: Text
    required: bool = True


class Choice(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="choice"):
    """One of several."""

    name: str
    text: Text
    options: list[Option]
    required: bool = False


class Words(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, tag_field="type", tag="text"):
    """Free words. ``for_bands`` asks those who gave a low, middle or high score in words of their own."""

    name: str
    text: Text
    for_bands: dict[Literal["low", "middle", "high"], Text] = {}
    placeholder: Text = {}
    max_length: int = 4000
    required: bool = False


Question = Score | Choice | Words


class Mail(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What the mail says around the first question."""

    subject: Text
    intro: Text


class Definition(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One version of a survey."""

    languages: list[str]
    title: Text
    mail: Mail
    questions: list[Question]
    thanks: Text
    intro: Text = {}
    format: Literal["allears-survey/1"] = FORMAT

    @property
    def main(self) -> Score | None:
        """The question whose score the survey is about: the first on a scale."""
        return next((question for question in self.questions if isinstance(question, Score)), None)

    def question(self, name: str) -> Question | None:
        return next((question for question in self.questions if question.name == name), None)

    def language_for(self, *wanted: str) -> str:
        """The first wanted language that the survey speaks, else its own first."""
        for language in wanted:
            if (short := language.lower().split("-")[0]) in self.languages:
                return short
        return self.languages[0]


def parse(stored: Mapping[str, Any]) -> Definition:
    """A checked definition; raises DefinitionError with the place of the first mistake."""
    try:
        definition = msgspec.convert(stored, Definition)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at ")
        raise DefinitionError(place.strip("`") or "$", what) from error
    for place, problem in _problems(definition):
        raise DefinitionError(place, problem)
    return definition


def as_json(definition: Definition) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(definition)
    return plain


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a definition."""
    return msgspec.json.schema(Definition)


def _problems(definition: Definition) -> Iterator[tuple[str, str]]:
    if not definition.languages:
        yield "$.languages", "name at least one language, such as en or zh"
    if not definition.questions:
        yield "$.questions", "ask at least one question"
    names = [question.name for question in definition.questions]
    for index, question in enumerate(definition.questions):
        place = f"$.questions[{index}]"
        if not NAME.fullmatch(question.name):
            yield f"{place}.name", "use a letter, then letters, digits or _ (lower case, at most 40)"
        if names.count(question.name) > 1:
            yield f"{place}.name", f"{question.name} names two questions"
        if isinstance(question, Choice):
            values = [option.value for option in question.options]
            if len(set(values)) < max(2, len(values)):
                yield f"{place}.options", "give at least two options, each with a value of its own"
    for place, text in _texts(definition):
        for language in definition.languages:
            if not text.get(language, "").strip():
                yield f"{place}.{language}", "this text is missing"


def _texts(definition: Definition) -> Iterator[tuple[str, Text]]:
    """Every text that must be there in each language, with its place."""
    yield "$.title", definition.title
    yield "$.thanks", definition.thanks
    yield "$.mail.subject", definition.mail.subject
    yield "$.mail.intro", definition.mail.intro
    for index, question in enumerate(definition.questions):
        place = f"$.questions[{index}]"
        yield f"{place}.text", question.text
        if isinstance(question, Score):
            yield f"{place}.low", question.low
            yield f"{place}.high", question.high
        if isinstance(question, Choice):
            for number, option in enumerate(question.options):
                yield f"{place}.options[{number}].text", option.text
        if isinstance(question, Words):
            for band, text in question.for_bands.items():
                yield f"{place}.for_bands.{band}", text


def clean_answer(question: Question, raw: Any) -> int | str | None:
    """The answer as it is stored, or None when it is none: outside the scale, not an option, empty."""
    if isinstance(question, Score):
        text = str(raw).strip()
        number = int(text) if re.fullmatch(r"\d{1,2}", text) else None
        return number if number in SCALES[question.metric] else None
    text = str(raw).replace("\r\n", "\n").replace("\x00", "").strip()
    if isinstance(question, Choice):
        return text if text in {option.value for option in question.options} else None
    return text[: question.max_length] or None


def band(metric: str, score: int) -> Literal["low", "middle", "high"]:
    """Detractor, passive, promoter, and their like on the other scales."""
    middle, high = {"nps": (7, 9), "csat": (3, 4), "ces": (4, 5)}[metric]
    return "high" if score >= high else "middle" if score >= middle else "low"


METRICS: tuple[str, ...] = get_args(Metric)
