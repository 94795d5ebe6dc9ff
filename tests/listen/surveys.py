"""Surveys for tests: thirty questions of every kind with logic, in both languages."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from allears.accounts.models import Workspace
from allears.listen import actions, links
from allears.listen.models import Survey, SurveyLink

WORDS = {"en": "Question {}", "zh": "第 {} 题"}


def both(en: str, zh: str | None = None) -> dict[str, str]:
    return {"en": en, "zh": zh or f"{en}（中）"}


def options(*values: str, **more: Any) -> list[dict[str, Any]]:
    return [{"value": value, "text": both(value.title(), f"选项{value}"), **more.get(value, {})} for value in values]


def definition(*questions: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    asked = [{"text": both(f"About {each['name']}", f"关于{each['name']}"), **each} for each in questions]
    return {
        "languages": ["en", "zh"],
        "title": both("Survey", "问卷"),
        "mail": {"subject": both("S"), "intro": both("I")},
        "thanks": both("That was all", "就这些"),
        "questions": asked,
        **more,
    }


NPS = {"type": "score", "name": "nps", "metric": "nps", "low": both("Low"), "high": both("High")}


def thirty() -> dict[str, Any]:
    """Six pages of five; a branch for detractors, a skip, an early end, pipes, a value, shuffled parts."""
    questions: list[dict[str, Any]] = [
        dict(NPS),
        {"type": "text", "name": "wrong", "show_if": {"answer": "nps", "op": "<=", "value": 6}},
        {"type": "choice", "name": "store", "options": options("north", "south", "other", other={"other": True})},
        {"type": "note", "name": "hello", "text": both("You chose {{answer.store}}.", "您选了{{answer.store}}。")},
        {"type": "choices", "name": "bought", "options": options("lamp", "sofa", "none", none={"alone": True}),
         "at_most": 1},
        {"type": "rating", "name": "stars", "begins_page": True},
        {"type": "rating", "name": "face", "style": "emoji"},
        {"type": "rating", "name": "figure", "style": "number", "lowest": 0, "highest": 10},
        {"type": "matrix", "name": "parts", "rows": options("price", "speed"), "columns": options("bad", "good")},
        {"type": "ranking", "name": "order", "options": options("x", "y", "z")},
        {"type": "number", "name": "age", "lowest": 0, "highest": 120, "whole": True, "begins_page": True,
         "text": both("You put {{answer.order}}. Your age?", "您排的是{{answer.order}}。年龄？")},
        {"type": "contact", "name": "me", "fields": ["name", "email"]},
        {"type": "choice", "name": "more", "options": options("yes", "no"), "required": True,
         "skips": [{"when": {"answer": "more", "op": "=", "value": "no"}, "to": "last"}]},
    ]  # fmt: skip
    for at in range(13, 28):
        question: dict[str, Any] = {
            "type": "text",
            "name": f"q{at}",
            "lines": "one",
            "text": both(f"Item {at}", f"项目 {at}"),
        }
        if at in (14, 15, 16):
            question["shuffle_with"] = "mixed"
        questions.append({**question, "begins_page": at in (15, 20, 25)})
    questions += [
        {"type": "text", "name": "bad_end", "show_if": {"score": "feel", "op": "<", "value": 5}},
        {
            "type": "text",
            "name": "last",
            "text": both("You gave {{answer.nps}}. Why?", "您打了{{answer.nps}}分，为什么？"),
        },
    ]
    values = [{"name": "feel", "how": "mean", "of": [{"question": "nps"}, {"question": "stars", "weight": 2}]}]
    assert len(questions) == 30
    return definition(*questions, layout="steps", values=values)


def made(workspace: Workspace, stored: Mapping[str, Any], *, key: str = "study") -> Survey:
    return actions.create_survey(
        workspace_id=workspace.id, key=key, name="Study", family="nps", definition=stored, now=timezone.now()
    )


def link(survey: Survey, **spec: Any) -> SurveyLink:
    return links.create_link(survey=survey, spec=links.LinkSpec(name="Poster", **spec), now=timezone.now())
