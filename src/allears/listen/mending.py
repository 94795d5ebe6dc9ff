"""What another system's survey may say and ours may not is taken out part by part, and told: one odd question or
condition must not keep the other fifty from coming over."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from allears.listen.checking import problems
from allears.listen.definition import DefinitionError, as_json, shaped

QUESTION = re.compile(r"\$\.questions\[(\d+)\](.*)")
PART = re.compile(r"\.show_if\.all\[(\d+)\]")
SKIP = re.compile(r"\.skips\[(\d+)\]")
STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]")
LATER = re.compile(r"\{\{answer\.(\w+)\}\} is not known here")


@dataclass
class Taken:
    """What an import made, and what of the source it left behind, each with its place."""

    definition: dict[str, Any]
    left: list[str] = field(default_factory=list)


def mended(definition: dict[str, Any], *, left: list[str]) -> Taken:
    """The definition without what cannot be; raises DefinitionError when nothing in it can be asked."""
    plain = as_json(shaped(definition))
    while True:
        found = next(problems(shaped(plain)), None)
        if found is None:
            return Taken(definition=plain, left=left)
        told = _mend(plain, *found)
        if told is None:
            raise DefinitionError(*found)
        left.append(told)


def _mend(plain: dict[str, Any], place: str, problem: str) -> str | None:
    """Take one mistake out and say what was lost; None where that cannot be done."""
    if match := LATER.search(problem):
        return _unpiped(plain, place, match[1])
    inside = QUESTION.fullmatch(place)
    if inside is None:
        return None
    question, rest = plain["questions"][int(inside[1])], inside[2]
    told = {"name": question["name"], "problem": problem}
    if rest.startswith(".show_if"):
        question["show_if"] = _without(question["show_if"], rest)
        if question["show_if"]:
            return _("%(name)s: a part of its condition cannot be kept here (%(problem)s)") % told
        return _("%(name)s: shown in any case, for its condition cannot be kept here (%(problem)s)") % told
    if skip := SKIP.match(rest):
        del question["skips"][int(skip[1])]
        return _("%(name)s: a skip is left out (%(problem)s)") % told
    del plain["questions"][int(inside[1])]
    if not plain["questions"]:
        return None
    return _("%(name)s: the question is left out (%(problem)s)") % told


def _without(condition: dict[str, Any], place: str) -> dict[str, Any] | None:
    """What is left of a condition: of several that must all hold, the others."""
    part = PART.match(place)
    if part is None or not condition.get("all"):
        return None
    others = [each for at, each in enumerate(condition["all"]) if at != int(part[1])]
    return {"all": others} if len(others) > 1 else others[0] if others else None


def _unpiped(plain: dict[str, Any], place: str, name: str) -> str:
    """Take the answer to a later question out of a text."""
    *way, last = [key or int(index) for key, index in STEP.findall(place)]
    text: Any = plain
    for step in way:
        text = text[step]
    piped = re.compile(r"\{\{\s*answer\." + name + r"\b[^{}]*\}\}")
    text[last] = " ".join(piped.sub("", text[last]).split()) or "…"
    return _("%(place)s: the answer to %(name)s is not known there, and is left out of the text") % {
        "place": place.removeprefix("$."),
        "name": name,
    }
