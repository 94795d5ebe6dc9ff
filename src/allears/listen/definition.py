"""What a survey asks, as open JSON (``docs/survey-definition.md``; JSON Schema from ``json_schema()``).

Every text is given once for each language of the survey, so that one survey has one result in all of them.
"""

from collections.abc import Mapping
from typing import Any, Literal, get_args

import msgspec

from allears.listen.questions import (
    CONTACT_FIELDS,
    SCALES,
    Choice,
    Choices,
    Condition,
    Contact,
    Files,
    Matrix,
    Metric,
    Note,
    Number,
    Option,
    Question,
    Ranking,
    Rating,
    Score,
    Skip,
    Text,
    Words,
)

__all__ = [
    "CONTACT_FIELDS", "FORMAT", "METRICS", "SCALES", "Choice", "Choices", "Computed", "Condition", "Contact",
    "Definition", "DefinitionError", "Ending", "Files", "Mail", "Matrix", "Metric", "Note", "Number", "Option",
    "Question", "Quota", "Ranking", "Rating", "Score", "Skip", "Text", "Theme", "Words", "as_json", "band",
    "json_schema", "parse",
]  # fmt: skip
FORMAT: Literal["allears-survey/1"] = "allears-survey/1"
METRICS: tuple[str, ...] = get_args(Metric)


class DefinitionError(ValueError):
    """A definition that cannot be published; ``place`` says where, the message what to mend."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place


class Mail(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What the mail says around the first question."""

    subject: Text
    intro: Text


class Term(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One question's points, weighed."""

    question: str
    weight: float = 1.0


class Computed(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A value computed from answers: points of scales, or of options, times their weights; summed or averaged."""

    name: str
    of: list[Term]
    how: Literal["sum", "mean"] = "sum"


class Ending(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Other last words than the usual thanks, for a skip to ``end:<name>``."""

    name: str
    text: Text
    screened: bool = False  # these customers were not meant: the response says so


class Quota(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """At most ``limit`` complete responses of a kind; who comes later is thanked with ``text``."""

    name: str
    limit: int
    when: Condition
    text: Text


class Theme(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, frozen=True):
    """How the page looks. ``colour`` is made darker or lighter until words on it can be read."""

    colour: str = ""  # #rrggbb
    logo: str = ""  # data:image/… of at most 40 kB
    logo_text: str = ""


class Definition(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One version of a survey."""

    languages: list[str]
    title: Text
    mail: Mail
    questions: list[Question]
    thanks: Text
    intro: Text = {}
    preparing: list[str] = []  # languages being translated, not offered yet
    layout: Literal["page", "steps", "single"] = "page"  # all at once, pages by begins_page, one by one
    values: list[Computed] = []
    endings: list[Ending] = []
    quotas: list[Quota] = []
    theme: Theme = Theme()
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
    from allears.listen.checking import problems  # it knows what a Definition is

    definition = shaped(stored)
    for place, problem in problems(definition):
        raise DefinitionError(place, problem)
    return definition


def shaped(stored: Mapping[str, Any]) -> Definition:
    """A definition whose fields have the right types, though it may not be ready; raises DefinitionError."""
    try:
        return msgspec.convert(stored, Definition)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at ")
        raise DefinitionError(place.strip("`") or "$", what) from error


def as_json(definition: Definition) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(definition)
    return plain


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a definition."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Definition)}


def band(metric: str, score: int) -> Literal["low", "middle", "high"]:
    """Detractor, passive, promoter, and their like on the other scales."""
    middle, high = {"nps": (7, 9), "csat": (3, 4), "ces": (4, 5)}[metric]
    return "high" if score >= high else "middle" if score >= middle else "low"
