"""A survey as a few plain questions, for doors that show little: the widget, a tablet, a telephone."""

from typing import Any

from allears.listen.definition import Definition
from allears.listen.forms import Look, sheet_form
from allears.listen.mail import words

TOLD = ("name", "kind", "text", "required", "values", "low", "high", "options", "bands", "placeholder", "max_length")


def plain_form(definition: Definition, *, language: str, company: str, most: int) -> dict[str, Any]:
    """The first questions that such a door can show, in order; ``more``: the rest is for the hosted page.

    A survey with logic shows what is asked of everybody first; whatever follows depends on the answers.
    """
    form = sheet_form(definition, Look(language=language, company=company))
    shown: list[dict[str, Any]] = []
    for each in form["questions"]:
        if each["hidden"] or len(shown) == most or not (fitting := _fitting(each)):
            break
        shown.append(fitting)
    return {
        "title": form["title"],
        "intro": form["intro"],
        "thanks": words(definition.thanks, language=language, company=company),
        "questions": shown,
        "more": len(shown) < len(form["questions"]) or form["island"] is not None,
    }


def _fitting(question: dict[str, Any]) -> dict[str, Any]:
    """Scales of every look are one kind here; empty for what needs a page."""
    kind = "score" if question["kind"] == "rating" else question["kind"]
    if kind not in ("score", "choice", "text"):
        return {}
    return {**{name: question[name] for name in TOLD if name in question}, "kind": kind}
