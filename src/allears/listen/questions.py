"""The kinds of question a survey may ask, and the conditions that lead through it, as open JSON."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

Text = dict[str, str]  # language → words; {company} stands for the workspace's name, {{answer.why}} for an answer
Metric = Literal["nps", "csat", "ces"]
SCALES: Mapping[str, range] = {"nps": range(11), "csat": range(1, 6), "ces": range(1, 8)}
Operator = Literal["=", "!=", ">", "<", ">=", "<=", "in", "contains", "exists"]
Value = str | int | float | bool | list[str | int | float | bool] | None


class Condition(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One of: ``all``, ``any`` or ``not`` of conditions; or a comparison of one answer, attribute or value.

    A comparison names what it looks at by exactly one of ``answer`` (with ``row`` for a matrix), ``customer``,
    ``event``, ``score`` (a computed value) and ``about`` (language or channel). What is missing fulfils nothing.
    """

    all: list["Condition"] | None = None
    any: list["Condition"] | None = None
    not_: "Condition | None" = msgspec.field(name="not", default=None)
    answer: str | None = None
    row: str | None = None
    customer: str | None = None
    event: str | None = None
    score: str | None = None
    about: Literal["language", "channel"] | None = None
    op: Operator | None = None
    value: Value = None

    def parts(self) -> Iterator[tuple[str, "Condition"]]:
        """The conditions inside, with their places."""
        for name, inside in (("all", self.all), ("any", self.any)):
            for index, each in enumerate(inside or []):
                yield f".{name}[{index}]", each
        if self.not_ is not None:
            yield ".not", self.not_

    def leaves(self) -> Iterator["Condition"]:
        """The comparisons."""
        inside = list(self.parts())
        if not inside and self.op is not None:
            yield self
        for _, each in inside:
            yield from each.leaves()


class Skip(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where to go once the question is answered: a later question, ``end``, or ``end:<ending>``."""

    to: str
    when: Condition | None = None


class Option(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One thing to choose, a row or a column. Answers are stored by ``value``, which keeps its meaning for good."""

    value: str
    text: Text
    score: float | None = None  # points for computed values
    fixed: bool = False  # keeps its place when the order is shuffled
    other: bool = False  # with a line for the customer's own words
    alone: bool = False  # of several: rules the others out ("none of these")


class Asked(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What every question has. ``name`` is the key of its answers in every version of the survey."""

    name: str
    text: Text
    help: Text = {}
    required: bool = False
    show_if: Condition | None = None
    skips: list[Skip] = []
    begins_page: bool = False
    shuffle_with: str = ""  # questions with the same word change places among each other


class Score(Asked, kw_only=True, tag_field="type", tag="score"):
    """A question on the scale of a metric: NPS 0–10, CSAT 1–5, CES 1–7."""

    metric: Metric
    low: Text  # what the lowest figure means
    high: Text
    required: bool = True


class Rating(Asked, kw_only=True, tag_field="type", tag="rating"):
    """Stars, faces or figures."""

    style: Literal["star", "emoji", "number"] = "star"
    lowest: int = 1
    highest: int = 5
    low: Text = {}
    high: Text = {}


class Choice(Asked, kw_only=True, tag_field="type", tag="choice"):
    """One of several."""

    options: list[Option]
    shuffle: bool = False
    dropdown: bool = False


class Choices(Asked, kw_only=True, tag_field="type", tag="choices"):
    """Any of several."""

    options: list[Option]
    shuffle: bool = False
    at_least: int = 0
    at_most: int | None = None


class Matrix(Asked, kw_only=True, tag_field="type", tag="matrix"):
    """The same choice for each row; required means every row."""

    rows: list[Option]
    columns: list[Option]
    shuffle: bool = False  # the rows


class Ranking(Asked, kw_only=True, tag_field="type", tag="ranking"):
    """Options put in order; the first stands highest."""

    options: list[Option]
    shuffle: bool = False


class Words(Asked, kw_only=True, tag_field="type", tag="text"):
    """Free words. ``for_bands`` asks those who gave a low, middle or high score in words of their own."""

    for_bands: dict[Literal["low", "middle", "high"], Text] = {}
    placeholder: Text = {}
    max_length: int = 4000
    lines: Literal["one", "many"] = "many"


class Number(Asked, kw_only=True, tag_field="type", tag="number"):
    """A figure, with or without bounds."""

    lowest: float | None = None
    highest: float | None = None
    whole: bool = False


CONTACT_FIELDS = ("name", "company", "email", "phone", "address")


class Contact(Asked, kw_only=True, tag_field="type", tag="contact"):
    """How to reach the customer; required means every field."""

    fields: list[Literal["name", "company", "email", "phone", "address"]] = msgspec.field(
        default_factory=lambda: ["name", "email", "phone"]
    )


class Files(Asked, kw_only=True, tag_field="type", tag="file"):
    """Photos or documents."""

    most: int = 1
    kinds: list[Literal["image", "document"]] = msgspec.field(default_factory=lambda: ["image"])


class Note(Asked, kw_only=True, tag_field="type", tag="note"):
    """Words to read; nothing to answer."""


Question = Score | Rating | Choice | Choices | Matrix | Ranking | Words | Number | Contact | Files | Note
WithOptions = Choice | Choices | Ranking


def texts_of(question: Question) -> Iterator[tuple[str, Text, bool]]:
    """Every text of a question, with its place and whether it must be there."""
    yield ".text", question.text, True
    yield ".help", question.help, False
    if isinstance(question, Score):
        yield ".low", question.low, True
        yield ".high", question.high, True
    if isinstance(question, Rating):
        yield ".low", question.low, False
        yield ".high", question.high, False
    if isinstance(question, WithOptions):
        yield from ((f".options[{at}].text", each.text, True) for at, each in enumerate(question.options))
    if isinstance(question, Matrix):
        yield from ((f".rows[{at}].text", each.text, True) for at, each in enumerate(question.rows))
        yield from ((f".columns[{at}].text", each.text, True) for at, each in enumerate(question.columns))
    if isinstance(question, Words):
        yield from ((f".for_bands.{band}", text, True) for band, text in question.for_bands.items())
        yield ".placeholder", question.placeholder, False


def kind_of(question: Question) -> str:
    """``score``, ``choices`` …: the word of the JSON."""
    return str(question.__struct_config__.tag)


def meaning_of(question: Question) -> tuple[Any, ...]:
    """What may never change under one name, or answers of two versions would be mixed."""
    if isinstance(question, Score):
        return ("score", question.metric)
    if isinstance(question, Rating):
        return ("rating", question.lowest, question.highest)
    return (kind_of(question),)
