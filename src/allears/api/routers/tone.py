"""Tone of what a company writes."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema

from allears.api.bodies import Body
from allears.understand.text.advising import ADVICE, NAMES

router = Router(tags=["tone"])


class ToneIn(Body):
    """A text of ours, and what it answers. Nothing of it is kept."""

    text: str = Field(min_length=1, max_length=20_000, description="what the company writes")
    reply_to: str = Field("", max_length=20_000, description="what the customer wrote")
    name: str = Field("", max_length=200, description="the customer's name")
    language: Literal["en", "zh", ""] = Field("", description="of the text; recognised when it is not given")


class AspectOut(Schema):
    """One aspect; `score` is null where it does not apply, `spans` are characters of the text."""

    name: str
    label: str
    score: float | None
    spans: list[tuple[int, int]]
    advice: str
    suggestion: str


class PromiseOut(Schema):
    """Something promised, and the words of its deadline if it has one."""

    start: int
    end: int
    deadline: tuple[int, int] | None


class QuestionOut(Schema):
    """A question of the customer's: characters of `reply_to`, and whether the text speaks of it."""

    start: int
    end: int
    kind: str
    answered: bool


class ToneOut(Schema):
    """The weighted mean of the aspects that apply, from 0 to 1, and each of them."""

    language: str
    score: float
    aspects: list[AspectOut]
    promises: list[PromiseOut]
    questions: list[QuestionOut]


@router.post("/tone", response=ToneOut)
def judge_tone(request: HttpRequest, body: ToneIn) -> dict[str, Any]:
    """How a text sounds to the customer, with suggestions in the language of `Accept-Language`. Nothing is kept."""
    from allears.understand.text.tone import tone

    found = tone(body.text, reply_to=body.reply_to, name=body.name, language=body.language or None)
    aspects = [
        {
            "name": each.name,
            "label": str(NAMES[each.name]),
            "score": each.score,
            "spans": each.spans,
            "advice": each.advice,
            "suggestion": str(ADVICE[each.advice]) if each.advice else "",
        }
        for each in found.aspects
    ]
    return {**found.as_json(), "aspects": aspects}
